using System.Collections.Concurrent;
using System.Threading.Channels;

namespace SyncFunctions.Host.Tests;

/// <summary>What the functions of a test tell it, and how the test holds them back. A singleton of the host's services.</summary>
public sealed class Recorder
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<object?> _said = Channel.CreateUnbounded<object?>();
    private readonly SemaphoreSlim _gate = new(0);
    private readonly ConcurrentQueue<object?> _all = new();

    public IReadOnlyCollection<object?> All => _all;

    public void Say(object? what)
    {
        _all.Enqueue(what);
        _said.Writer.TryWrite(what);
    }

    /// <summary>The next thing a function said.</summary>
    public async Task<T> NextAsync<T>()
    {
        using var limit = new CancellationTokenSource(Patience);
        return (T)(await _said.Reader.ReadAsync(limit.Token))!;
    }

    /// <summary>Holds a function until the test opens the gate for it.</summary>
    public Task PassGateAsync(CancellationToken cancellation = default) => _gate.WaitAsync(Patience, cancellation);

    public void OpenGate(int times = 1) => _gate.Release(times);
}
