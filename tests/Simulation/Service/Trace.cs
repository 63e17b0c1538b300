using System.Runtime.InteropServices;

namespace SyncFunctions.Simulation.Service;

/// <summary>A line for everything that happened: the last of them, and one hash over all.</summary>
public sealed class Trace
{
    private const int Kept = 4000;

    private readonly Queue<string> _last = new();
    private ulong _hash = 14695981039346656037;

    /// <summary>Told of every line.</summary>
    public Action<string>? Listener { get; set; }

    public long Lines { get; private set; }

    /// <summary>The same for the same lines, in every process.</summary>
    public string Hash => _hash.ToString("x16");

    public IEnumerable<string> Last(int lines) => _last.Skip(Math.Max(0, _last.Count - lines));

    public void Add(string line)
    {
        Lines++;
        foreach (var unit in MemoryMarshal.AsBytes(line.AsSpan())) _hash = (_hash ^ unit) * 1099511628211;
        _last.Enqueue(line);
        if (_last.Count > Kept) _last.Dequeue();
        Listener?.Invoke(line);
    }
}
