using System.Collections.Concurrent;
using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>
/// All projects of a flow as they are now. People look at such lists again and again, and thousands of rows take longer to read than they
/// wait: this instance remembers what it read, and asks for what was written since. Rows of projects are never taken away.
/// </summary>
public sealed class ProjectLists(ProjectStore store, TimeProvider time)
{
    private const int MostFlows = 16;

    /// <summary>Storage dates a row while it writes it, and this app knows storage's clock but roughly.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>Nobody has looked for so long: the next look reads all of it.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<FlowKey, Known> _known = new();

    /// <summary>In no order, without their cursors.</summary>
    public async Task<IReadOnlyCollection<Project>> AllAsync(FlowKey flow, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var known = _known.TryGetValue(flow, out var before) && now - before.ReadAt < KeptFor && now >= before.ReadAt
            ? before.Projects.SetItems(ById(await store.WrittenSinceAsync(flow, before.ReadAt - Overlap, cancellation)))
            : ById(await store.ListAsync(flow, cancellation)).ToImmutableDictionary();
        foreach (var (old, _) in _known.Where(entry => now - entry.Value.ReadAt >= KeptFor)) _known.TryRemove(old, out _);

        // Who looked at the same time and writes here last knows no more than what he read: he asks from his own time on.
        if (_known.Count < MostFlows || _known.ContainsKey(flow)) _known[flow] = new Known(known, now);
        return [.. known.Values];
    }

    private static IEnumerable<KeyValuePair<LinkId, Project>> ById(IEnumerable<Project> projects) => projects.Select(project => KeyValuePair.Create(project.Link, project));

    private sealed record Known(ImmutableDictionary<LinkId, Project> Projects, DateTimeOffset ReadAt);
}
