using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Keeps what lists show of projects, and asks for a run of those that are new, or whose change may be all that tells of one inside.</summary>
public sealed class ProjectBook(ProjectStore store, TimeProvider time)
{
    /// <summary>What a batch has seen and done of projects.</summary>
    internal async Task NoteAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        if (scope.Mode is RunMode.DryRun or RunMode.Inventory || !scope.Flow.Pair.PartsOf(scope.Kind).Any()) return;
        var open = cases.Where(item => item.Link?.Value is { LeftId: not null, RightId: not null, State: not LinkState.Creating }).DistinctBy(item => item.Link!.Value.Value.Id).ToDictionary(item => item.Link!.Value.Value.Id);
        await store.ChangeAsync(scope.Flow.Key, [.. open.Keys], project => Seen(scope, open[project.Link], project), cancellation);
    }

    /// <summary>What a person or a rule did with links; those that are no project's are none of its business.</summary>
    /// <param name="isResumed">All that is inside is to be looked at.</param>
    public async Task NoteAsync(FlowKey flow, IReadOnlyCollection<Link> links, CancellationToken cancellation, bool isResumed = false)
    {
        if (links.Count == 0) return;
        var now = time.GetUtcNow();
        var byId = links.ToDictionary(link => link.Id);
        var known = await store.FindAsync(flow, byId.Keys, cancellation);
        await store.ChangeAsync(
            flow,
            [.. isResumed ? byId.Keys : known.Keys],
            project =>
            {
                var noted = project with { Facts = StateOf(project.Facts, byId[project.Link]) };
                return isResumed ? noted with { Facts = noted.Facts with { Archived = false }, Guard = RunStatusMachine.Ask(project.Guard, Lane.Live, nameof(RunMode.Comprehensive), "resumed", now) } : noted;
            },
            cancellation);
    }

    private Project Seen(WorkScope scope, SyncCase item, Project project)
    {
        var link = item.Link!.Value.Value;
        var (left, right) = (item.Latest.GetValueOrDefault(Side.Left), item.Latest.GetValueOrDefault(Side.Right));
        var facts = StateOf(project.Facts, link);
        facts = facts with
        {
            Name = Name(scope, item, Side.Right) ?? facts.Name,
            LeftName = Name(scope, item, Side.Left) ?? facts.LeftName,
            Archived = item.Item.RecordOn(Side.Right)?.IsArchived ?? facts.Archived,
        };
        if (scope.Kind.Listed is { } listed)
        {
            facts = facts with
            {
                Customer = Text(right, listed.RightCustomer) ?? (facts.Customer.Length > 0 ? facts.Customer : Text(left, listed.LeftCustomer) ?? ""),
                Board = Text(left, listed.LeftBoard) ?? facts.Board,
                WorkType = right is null ? facts.WorkType : right.Fields.Find(listed.RightWorkType) is FieldValue.Reference type ? type.RecordId : null,
            };
        }

        var noted = project with { Facts = facts };
        var isNews = project.ImportedAt is null || item.Vendor.Keys.Any(side => HidesChanges(scope, side));
        return link.State == LinkState.Active && isNews && scope.Mode is RunMode.Delta or RunMode.Manual
            ? noted with { Guard = RunStatusMachine.Ask(project.Guard, Lane.Live, nameof(RunMode.Delta), "project changed", time.GetUtcNow()) }
            : noted;
    }

    /// <summary>A side that lists no changes of some kind inside (phases) shows them by a change of the project itself, if at all.</summary>
    private static bool HidesChanges(WorkScope scope, Side side) =>
        scope.Flow.Pair.PartsOf(scope.Kind).Any(part => !scope.Flow.On(side).Connector.Catalog.Kind(part.VendorKind(side)).ListsChanges);

    private static ProjectFacts StateOf(ProjectFacts facts, Link link) => facts with
    {
        LeftId = link.LeftId,
        RightId = link.RightId,
        State = link.State,
        Reason = link.Reason,
        StateSince = link.StateSince,
        PausedBy = link.PausedBy,
        Final = link.Final,
    };

    private static string? Name(WorkScope scope, SyncCase item, Side side) =>
        (item.Latest.TryGetValue(side, out var vendor) ? scope.Kind.Project(side, vendor, scope.Settings) : item.Item.RecordOn(side))?.Label is { Length: > 0 } label ? label : null;

    private static string? Text(Record? vendor, string field) => vendor?.Fields.Find(field) is { IsBlank: false } value ? value.ToString() : null;
}
