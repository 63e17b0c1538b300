using System.Collections.Immutable;
using SyncFunctions.Simulation.CrashPoints;

namespace SyncFunctions.Simulation.Planted;

/// <summary>Rules that the product keeps, each broken once: the simulation has to notice every one of them.</summary>
public static class PlantedBugs
{
    public const int Operations = 300;

    /// <summary>Of runs of the whole service.</summary>
    public const int ServiceOperations = 300;

    /// <summary>Where the seeds that a bug names do not notice it any more, one of these may.</summary>
    public static readonly int[] Seeds = [.. Enumerable.Range(0, 60)];

    /// <summary>In these somebody switches things off, lets them rest, unlinks and looks ahead.</summary>
    private static readonly ImmutableArray<int> Steered = [1, 2, 3, 4, 5, 6, 7, 8];

    public static readonly int[] SeedsOfService = [.. Enumerable.Range(1, 30)];

    public static readonly PlantedBug[] All =
    [
        new("what a record that is not found yet is taken for: deleted", "App/Sync/CaseLoader.cs",
            "link.CreatedFrom == side.Other() && scope.ShowsBy(link)", "link.CreatedFrom == side && scope.ShowsBy(link)") { Seeds = [2] },
        new("read-back taken as base for fields that were not sent", "Engine/Settlement.cs",
            "return bases.With(target, settled).With(target.Other(), sourceValues);", "return bases.With(target, readBack.Fields).With(target.Other(), sourceValues);"),
        new("source's values not remembered after a write", "Engine/Settlement.cs",
            "return bases.With(target, settled).With(target.Other(), sourceValues);", "return bases.With(target, settled);"),
        new("version trusted instead of content", "App/Sync/CaseLoader.cs",
            "entry?.Hash == vendor.Hash();", "entry?.Hash is not null;") { Seeds = [43, 45] },
        new("conflict not told", "Engine/FieldMerge.cs",
            "_result.Note(new SyncAction.Conflict(field.Name, winner, left, right, rule));", "_ = (winner, rule);"),
        new("set merge loses what the other side added", "Engine/FieldMerge.cs",
            "var merged = left.AsSet().With(right.AsSet())", "var merged = left.AsSet()") { Seeds = [2, 4] },
        new("set merge forgets what the other side took out", "Engine/FieldMerge.cs",
            ".Without(BaseOf(Side.Right).Without(right.AsSet()));", ";") { Seeds = [27, 23] },
        new("half of a merged set taken for the whole", "Engine/Settlement.cs",
            "HalfOfASet(name, value, sourceValues) ?? (ours ? actual : value)", "ours ? actual : value") { Seeds = [3] },
        new("change of a field that the side does not own goes over", "Engine/FlowSettings.cs",
            "Direction.LeftToRight or Direction.InitiallyFromRight => source == Side.Left,", "Direction.LeftToRight or Direction.InitiallyFromRight => true,"),
        new("lock ignored", "Engine/LoopLock.cs",
            "side != Source && now < Until;", "side != Source && now < Until && side == Source;") { Seeds = [25, 27, 34] },
        new("held change dropped", "Engine/FieldMerge.cs",
            "            _result.Hold(source, field, value);", "            _result.AdoptOn(source, field, value);") { Seeds = [25, 27, 34] },
        new("deletion without consequence", "Engine/Lifecycle.cs",
            "is { } value && value != KindMap.Archived)", "is { } value && value == KindMap.Archived)") { Seeds = [1, 2] },
        new("own create with an unknown outcome made again", "App/Sync/VendorWrites.cs",
            "if (failure.Ambiguous)", "if (failure.Ambiguous && !effect.IsCreate)") { Seeds = [10] },
        new("create repeated although it may have arrived", "Connectors/VendorPipeline.cs",
            "|| (failure.Ambiguous && state.Call.Repeat == Repeat.Once)", "|| (failure.Ambiguous && state.Call.Repeat == Repeat.Safe && state.Repeats > 5)") { Seeds = [10] },
        new("lost answer of a write taken for not applied", "Connectors/VendorPipeline.cs",
            "state.MayBeApplied = true;", "state.MayBeApplied = false;") { Seeds = [6] },
        new("own create seen as new", "App/Sync/CaseLoader.cs",
            "var unlinked = cases.Where(item => item.Link is null && item.Index.Count == 0 && item.Item.On(side) is Sight.Present { IsNew: true }).ToList();",
            "var unlinked = cases.Where(item => item.Link is null && item.Index.Count > 5).ToList();") { Seeds = [6, 0] },
        new("open intent settled without a look at the list", "App/Sync/IntentRecovery.cs",
            "Settlement.MayBe(scope.Kind, intent, candidate);", "candidate.Id.Length == 0;") { Seeds = [10] },
        new("no index row for what was created", "App/Sync/VendorWrites.cs",
            "return unit with { Index = [IndexWrite.Insert(claimed)] };", "return unit with { Index = [] };"),
        new("cursor without its overlap", "App/Sync/PageSync.cs",
            "walk.StartedAt.GetValueOrDefault() - scope.Flow.On(side).Connector.Catalog.Overlap, walk.Seen)", "walk.StartedAt.GetValueOrDefault(), walk.Seen)") { Scenario = "edits that lists show late", Mishap = Mishap.None },
        new("what was handled is not told", "App/Sync/Tally.cs",
            "Entries.Add(Story.OfApplied(scope, item, action, now));", "_ = action;"),
        new("older records taken for new", "App/Sync/CaseLoader.cs",
            "if (entry is not null) return !entry.IsOlder;", "if (entry is not null) return true;"),
        new("new record made before the other side was read to its end", "Engine/Creation.cs",
            "if (plan.Item.MayBeFurtherOn)", "if (plan.Item.MayBeFurtherOn && source == target)") { Seeds = [0] },
        new("a blank wins without a base", "Engine/FieldMerge.cs",
            "var source = ownersValue.IsBlank || (", "var source = ownersValue.Equals(field) || (") { Seeds = [4] },
        new("edit thrown away with the deletion of the other side", "Engine/SyncPlanner.cs",
            "Lifecycle.GoneWhileEdited(plan, link, Side.Left);", "Lifecycle.Gone(plan, link, Side.Left);") { Seeds = [6] },
        new("value that the map does not know taken over as it is", "Engine/FlowSettings.cs",
            "is { } pair ? FieldValue.Of(pair.Left) : null;", "is { } pair ? FieldValue.Of(pair.Left) : value;") { Seeds = [4] },
        new("what is inside a new parent keeps the old one's bases", "App/Sync/BatchSync.cs",
            "with { LeftId = left, RightId = right, Bases = Bases.None,", "with { LeftId = left, RightId = right,") { Seeds = [37] },
        new("changes acknowledged before they are applied", "App/Sync/PageSync.cs",
            "        var outcome = sources.Count == 0", "        if (since && next.Done) await SaveCursorsAsync(scope, next, cancellation);\n        var outcome = sources.Count == 0") { Scenario = "update from the left", Mishap = Mishap.Death },
        new("work taken off the list before it is done", "App/Sync/WorkSync.cs",
            "if (due.Rows.Count == 0) return KindCounts.None;", "if (due.Rows.Count == 0) return KindCounts.None;\n        await links.DeleteWorkAsync(scope.Links, due.Rows, cancellation);") { Scenario = "company that no list shows", Mishap = Mishap.Death },
        new("write sent after its intent has ended", "Connectors/VendorPipeline.cs",
            "new CancellationTokenSource(state.Dialect.Catalog.RequestTimeout, Time);", "new CancellationTokenSource(TimeSpan.FromHours(2), Time);") { Scenario = "create on the left", Mishap = Mishap.Standstill },
        new("work taken off the list although there was news of it", "State/LinkCommit.cs",
            "LinkRows.ToRow(_scope, item.Value), item.ETag) { OnMismatch = OnMismatch.Drop });", "LinkRows.ToRow(_scope, item.Value), ETag.All) { OnMismatch = OnMismatch.Drop });") { Scenario = "company that no list shows", Mishap = Mishap.News },
        new("a flow that goes one way brings something back", "Engine/FieldMerge.cs",
            "FlowSettings.Allows(direction, source) && FlowSettings.Allows(_settings.Direction, source);", "FlowSettings.Allows(direction, source);") { Seeds = [1, 5] },
        new("what a system without a say makes of a value put back for ever", "Engine/Settlement.cs",
            "field.Agree(value, actual) || !FlowSettings.Allows(settings.DirectionOf(kind, field), target);", "field.Agree(value, actual);") { Seeds = [1, 5] },
        new("a flow that is off synchronised all the same", "App/Sync/FlowChanges.cs",
            "{ Enabled: true, Mode: FlowMode.Continuous, WentLiveAt: not null }", "{ Mode: FlowMode.Continuous, WentLiveAt: not null }") { ServiceSeeds = Steered },
        new("a link that rests written all the same", "Engine/SyncPlanner.cs",
            """plan.Skip(item.SeenSide, SkipReason.Paused, "This record is paused.");""", "PlanLinked(plan, item.Link);") { ServiceSeeds = [7, 8] },
        new("two that a person unlinked linked again", "App/Sync/ManualTools.cs",
            "entry.Value with { Tombstone = true }", "entry.Value with { Link = null }") { ServiceSeeds = Steered },
        new("a dry run that writes", "App/Sync/BatchSync.cs",
            "return batch.Scope.Mode == RunMode.DryRun", "return batch.Scope.Mode == RunMode.Inventory") { ServiceSeeds = Steered },
        new("link written without its version", "State/LinkCommit.cs",
            "? new(TableTransactionActionType.UpdateReplace, row, expected)", "? new(TableTransactionActionType.UpdateReplace, row, ETag.All)") { ServiceSeeds = [18, 6, 9] },
        new("unlinked record planned like any", "Engine/SyncPlanner.cs",
            "plan.Skip(item.SeenSide, SkipReason.Tombstone, \"These records are not to be linked.\");", "PlanLinked(plan, item.Link);") { Scenario = "edit of what a person unlinked", Mishap = Mishap.None },
    ];
}
