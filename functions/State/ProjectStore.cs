using System.Collections.Concurrent;
using System.Collections.Immutable;
using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>
/// The projects of flows. A request for a run has a row of its own beside the project's, in the same transaction, so that a poll finds what was
/// asked for without a look at all projects.
/// </summary>
public sealed class ProjectStore(StateTables tables)
{
    /// <summary>Each takes two actions of a transaction at most.</summary>
    private const int ProjectsAtOnce = 50;

    /// <summary>What lists show; cursors are left out.</summary>
    private static readonly string[] Shown =
    [
        "PartitionKey", "RowKey", "Link", "LeftId", "RightId", "Name", "LeftName", "Customer", "Board", "State", "Reason", "StateSince", "PausedBy", "Final", "Archived", "WorkType",
        "ImportedAt", "DeltaAt", "ComprehensiveAt", "Problem", "Lane", "Status", "Run", "Epoch", "Since", "Until", "Mode", "Trigger", "RequestedMode", "NotBefore", "Detail",
    ];

    public async Task<Versioned<Project>?> GetAsync(FlowKey flow, LinkId link, CancellationToken cancellation) =>
        (await tables.Projects.GetAsync(Keys.Flow(flow), Keys.Project(link), cancellation))?.As(ToProject);

    /// <summary>These projects; one that nobody has written down yet is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<LinkId, Versioned<Project>>> FindAsync(FlowKey flow, IReadOnlyCollection<LinkId> links, CancellationToken cancellation)
    {
        var rows = await tables.Projects.FindAsync(Keys.Flow(flow), links.Select(Keys.Project), cancellation);
        return rows.Select(row => row.As(ToProject)).ToDictionary(project => project.Value.Link);
    }

    /// <summary>All of a flow, in no order, without their cursors: a query for each shard, side by side.</summary>
    public async Task<IReadOnlyList<Project>> ListAsync(FlowKey flow, CancellationToken cancellation)
    {
        var found = new ConcurrentBag<Project>();
        await Concurrent.ForEachAsync(Keys.ProjectShardRanges, Keys.ProjectShards, async (range, cancel) =>
        {
            var filter = Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(range));
            await foreach (var row in tables.Projects.QueryAsync(filter, null, cancel, Shown)) found.Add(ToProject(row));
        }, cancellation);
        return [.. found];
    }

    /// <summary>The projects for which a run was asked.</summary>
    public async Task<IReadOnlyList<ProjectRequest>> RequestsAsync(FlowKey flow, int max, CancellationToken cancellation)
    {
        var rows = await tables.Projects.ListAsync(Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(Keys.ProjectRequests)), max, cancellation);
        return [.. rows.Select(row => new ProjectRequest(new LinkId(row.Text("Link")), row.Text("Mode"), row.TimeOrNull("NotBefore")))];
    }

    /// <summary>Inserts or replaces projects, as few transactions as they need.</summary>
    /// <param name="projects">Each as it is to be, and as it was read; null where it was not there.</param>
    /// <returns>For each whether it was written: false where it is another by now.</returns>
    public async Task<IReadOnlyList<bool>> ReplaceAsync(FlowKey flow, IReadOnlyList<(Project Project, Versioned<Project>? Before)> projects, CancellationToken cancellation)
    {
        var written = new List<bool>(projects.Count);
        foreach (var chunk in projects.Chunk(ProjectsAtOnce))
        {
            if (chunk.Length > 1 && await tables.Projects.TrySubmitAsync([.. chunk.SelectMany(item => Actions(flow, item.Project, item.Before))], cancellation) is not null)
            {
                written.AddRange(chunk.Select(_ => true));
                continue;
            }

            // One of them was written by somebody else: the others are not to suffer from that.
            foreach (var (project, before) in chunk) written.Add(await tables.Projects.TrySubmitAsync([.. Actions(flow, project, before)], cancellation) is not null);
        }

        return written;
    }

    /// <summary>Changes a project as it is stored, again where somebody else was faster. Whoever changes nothing writes nothing.</summary>
    /// <returns>The project as it is now.</returns>
    public async Task<Project> ChangeAsync(FlowKey flow, LinkId link, Func<Project, Project> change, CancellationToken cancellation)
    {
        while (true)
        {
            var before = await GetAsync(flow, link, cancellation);
            var after = change(before?.Value ?? new Project(link));
            if (after == before?.Value || (await ReplaceAsync(flow, [(after, before)], cancellation))[0]) return after;
        }
    }

    private static IEnumerable<TableTransactionAction> Actions(FlowKey flow, Project project, Versioned<Project>? before)
    {
        yield return before is { } read
            ? new(TableTransactionActionType.UpdateReplace, ToRow(flow, project), read.ETag)
            : new(TableTransactionActionType.Add, ToRow(flow, project));
        if (project.IsAsked) yield return new(TableTransactionActionType.UpsertReplace, RequestRow(flow, project));
        else if (before?.Value.IsAsked == true) yield return new(TableTransactionActionType.Delete, RequestRow(flow, project), ETag.All);
    }

    private static TableEntity RequestRow(FlowKey flow, Project project) => Row.New(Keys.Flow(flow), Keys.ProjectRequest(project.Link))
        .Put("Link", project.Link.Value)
        .Put("Mode", project.Guard?.Mode ?? "")
        .Put("NotBefore", project.Guard?.NotBefore);

    private static TableEntity ToRow(FlowKey flow, Project project)
    {
        var row = Row.New(Keys.Flow(flow), Keys.Project(project.Link))
            .Put("Link", project.Link.Value)
            .PutId("LeftId", project.Facts.LeftId)
            .PutId("RightId", project.Facts.RightId)
            .PutClipped("Name", project.Facts.Name, 500)
            .PutClipped("LeftName", project.Facts.LeftName, 500)
            .PutClipped("Customer", project.Facts.Customer, 500)
            .PutClipped("Board", project.Facts.Board, 500)
            .Put<LinkState>("State", project.Facts.State)
            .PutClipped("Reason", project.Facts.Reason, 1000)
            .Put("StateSince", project.Facts.StateSince)
            .Put("PausedBy", project.Facts.PausedBy)
            .Put("Final", project.Facts.Final)
            .Put("Archived", project.Facts.Archived)
            .PutId("WorkType", project.Facts.WorkType)
            .Put("ImportedAt", project.ImportedAt)
            .Put("DeltaAt", project.DeltaAt)
            .Put("ComprehensiveAt", project.ComprehensiveAt)
            .PutClipped("Problem", project.Problem, 1000);
        if (!project.Cursors.IsEmpty) row.PutJson("Cursors", project.Cursors);
        return project.Guard is { } guard ? FlowStore.PutGuard(row, guard) : row;
    }

    private static Project ToProject(TableEntity row) => new(new LinkId(row.Text("Link")))
    {
        Guard = row.ContainsKey("Status") && row.GetString("Status") is not null ? FlowStore.ToGuard(row) : null,
        Facts = new ProjectFacts(
            row.IdOrNull("LeftId"), row.IdOrNull("RightId"), row.Text("Name"), row.Text("LeftName"), row.Text("Customer"), row.Text("Board"), row.Enum<LinkState>("State"), row.GetString("Reason"))
        {
            StateSince = row.TimeOrNull("StateSince"),
            PausedBy = row.EnumOrNull<PauseCause>("PausedBy"),
            Final = row.Flag("Final"),
            Archived = row.Flag("Archived"),
            WorkType = row.IdOrNull("WorkType"),
        },
        ImportedAt = row.TimeOrNull("ImportedAt"),
        DeltaAt = row.TimeOrNull("DeltaAt"),
        ComprehensiveAt = row.TimeOrNull("ComprehensiveAt"),
        Problem = row.GetString("Problem"),
        Cursors = row.ContainsKey("Cursors") ? row.Json<ImmutableArray<Cursor>>("Cursors") : [],
    };
}
