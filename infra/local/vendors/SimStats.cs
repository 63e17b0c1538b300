using System.Collections.Concurrent;

namespace SyncFunctions.Vendors;

/// <summary>Calls that were alike. Status 0 is a connection that was closed without a whole answer.</summary>
internal sealed record SimCall(string Method, string Path, int Status, SimFaultKind? Fault);

/// <summary>Counts of the calls to one vendor.</summary>
internal sealed class SimStats(TimeProvider time)
{
    private readonly ConcurrentDictionary<SimCall, int> _calls = new();

    public DateTimeOffset Since { get; private set; } = time.GetUtcNow();

    public IReadOnlyList<KeyValuePair<SimCall, int>> Calls =>
        [.. _calls.OrderBy(call => call.Key.Path).ThenBy(call => call.Key.Method).ThenBy(call => call.Key.Status)];

    public void Count(SimCall call) => _calls.AddOrUpdate(call, 1, (_, count) => count + 1);

    public void Clear()
    {
        _calls.Clear();
        Since = time.GetUtcNow();
    }
}
