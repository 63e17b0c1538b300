using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Checks;

/// <summary>What the app keeps agrees with itself: links and index rows, open creates, and work that waits for a reason.</summary>
internal sealed class StoreCheck(FakeWorld world, Stored all, List<Finding> findings, bool sweeps)
{
    public void Judge(StoredKind stored)
    {
        var name = stored.Kind.Name;
        var links = stored.Links.ToDictionary(link => link.Id);
        foreach (var entry in stored.Entries.Where(entry => entry.Link is not null))
        {
            if (!links.TryGetValue(entry.Link!.Value, out var link)) Add("orphan index row", $"{name}: {entry.Side} {entry.RecordId} leads to {entry.Link}, which is not there.");
            else if (link.IdOn(entry.Side) != entry.RecordId && !entry.Tombstone) Add("orphan index row", $"{name}: {entry.Side} {entry.RecordId} leads to {entry.Link}, which is of {link.LeftId} and {link.RightId}.");
        }

        foreach (var link in stored.Active)
        {
            foreach (var side in Sides.Both)
            {
                if (link.IdOn(side) is not { } id) Add("half a link", $"{name}: the link {link.Id} is active without its {side} record.");
                else if (stored.Entries.Find(entry => entry.Side == side && entry.RecordId == id) is not { } entry) Add("link without index row", $"{name}: {link.Id} has {side} {id}, of which nothing is known.");
                else if (entry.Link != link.Id) Add("link without index row", $"{name}: {link.Id} has {side} {id}, which leads to {entry.Link?.Value ?? "nothing"}.");
            }
        }

        foreach (var side in Sides.Both)
        {
            foreach (var twice in stored.Active.GroupBy(link => link.IdOn(side)).Where(group => group.Key is not null && group.Count() > 1))
                Add("linked twice", $"{name}: {side} {twice.Key} is in {string.Join(" and ", twice.Select(link => link.Id))}.");
        }

        foreach (var open in stored.OpenCreates.Where(open => !links.TryGetValue(open.Link, out var link) || link.State != LinkState.Creating)) Add("orphan open create", $"{name}: {open.Link} on {open.Target}.");
        foreach (var link in stored.Links.Where(link => link.State == LinkState.Creating && sweeps && !IsThere(stored, link))) Add("creates for ever", $"{name}: {link.Id} ({link.LeftId} = {link.RightId}) is still being created, and what it was to be made of is gone.");
        foreach (var link in stored.Links.Where(link => link.Intent is not null && IsThere(stored, link))) Add("open intent", $"{name}: {link.Id} ({link.LeftId} = {link.RightId}) still has an intent of {link.Intent!.TakenAt:HH:mm:ss}, at rest.");
        foreach (var item in stored.Work.Where(item => !HasReason(stored, item))) Add("work without a reason", $"{name}: {item.Side} {item.RecordId}: {item.Reason}, due {item.DueAt:dd HH:mm:ss}, {item.Detail}");
    }

    /// <summary>What is to be made stands for nothing any more where its source is gone.</summary>
    private bool IsThere(StoredKind stored, Link link) =>
        Sides.Both.Any(side => link.IdOn(side) is { } id && world.On(side).Account.Find(stored.Kind.On(side), id) is { Gone: false });

    private bool HasReason(StoredKind stored, WorkItem item)
    {
        return item.Reason switch
        {
            // It waits for a record that is not linked, and says for which.
            WorkReason.Parked => item.Awaits is { } awaits && all.Kinds[awaits.Kind].Of(awaits.Side, awaits.RecordId) is null,

            // The vendor will not have it, and says why; a person decides.
            WorkReason.Dead => item.Detail is { Length: > 0 } && (!sweeps || world.On(item.Side).Account.Find(stored.Kind.On(item.Side), item.RecordId) is { Gone: false }),

            // Not found, and no other linked record of the kind is left there to tell a deletion from an outage.
            WorkReason.Retry => Sides.Both.Any(side => !stored.Active.Any(link => world.On(side).Account.Find(stored.Kind.On(side), link.IdOn(side)!) is { Gone: false })),
            _ => false,
        };
    }

    private void Add(string rule, string detail) => findings.Add(new Finding(rule, detail));
}
