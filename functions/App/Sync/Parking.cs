using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Records that wait for a record they refer to: they are planned again as soon as that is linked, and at the end of every sweep.</summary>
public sealed class Parking(LinkStore links, WorkList work)
{
    /// <param name="scope">Of the kind whose records were linked.</param>
    /// <param name="linked">Links that have just become active.</param>
    public async Task ReleaseAsync(WorkScope scope, IReadOnlyCollection<Link> linked, CancellationToken cancellation)
    {
        if (linked.Count == 0) return;
        var kind = scope.Kind.Name;
        var records = linked.SelectMany(link => Sides.Both.Where(side => link.IdOn(side) is not null).Select(side => (side, link.IdOn(side)!))).ToHashSet();
        foreach (var waiting in scope.Flow.Pair.Kinds.Where(other => other.Fields.Any(field => field.References == kind)))
        {
            var rows = await links.AwaitingAsync(scope.Flow.Links(waiting), kind, cancellation);
            await ReleaseAsync(scope with { Kind = waiting }, rows.Where(row => row.Value.Awaits is { } awaits && records.Contains((awaits.Side, awaits.RecordId))), cancellation);
        }
    }

    /// <summary>Everything that is parked; and whatever is on a work list is hinted at from then on.</summary>
    public async Task ReplanAsync(WorkScope scope, CancellationToken cancellation)
    {
        var rows = await links.WorkAsync(scope.Links, int.MaxValue, cancellation);
        await ReleaseAsync(scope, rows.Where(row => row.Value.Reason == WorkReason.Parked), cancellation);
        await work.HintAsync(scope, [.. rows.Select(row => row.Value)], cancellation);
    }

    private Task ReleaseAsync(WorkScope scope, IEnumerable<Versioned<WorkItem>> rows, CancellationToken cancellation) =>
        work.CommitAsync(scope, [.. rows.Select(row => new LinkUnit { DoneWork = [row], PutWork = [work.Released(row.Value)] })], cancellation);
}
