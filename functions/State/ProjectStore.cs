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

    private const int LongestName = 500;
    private const int LongestReason = 1000;

    /// <summary>What lists show is one property, which is read much faster than thirty; cursors are left out.</summary>
    private static readonly string[] Shown = ["RowKey", "Project"];

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

    /// <summary>Those of a flow that were written at that time, by storage's clock, or later; without their cursors.</summary>
    public async Task<IReadOnlyList<Project>> WrittenSinceAsync(FlowKey flow, DateTimeOffset since, CancellationToken cancellation)
    {
        var found = new List<Project>();
        var filter = Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(Keys.Projects), Filter.Where($"Timestamp ge {since}"));
        await foreach (var row in tables.Projects.QueryAsync(filter, null, cancellation, Shown)) found.Add(ToProject(row));
        return found;
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

    /// <summary>The same for several, as few transactions as they need.</summary>
    public async Task ChangeAsync(FlowKey flow, IReadOnlyCollection<LinkId> links, Func<Project, Project> change, CancellationToken cancellation)
    {
        var open = links.Distinct().ToList();
        while (open.Count > 0)
        {
            var known = await FindAsync(flow, open, cancellation);
            var writes = (from link in open
                          let before = known.TryGetValue(link, out var found) ? found : (Versioned<Project>?)null
                          let after = change(before?.Value ?? new Project(link))
                          where after != before?.Value
                          select (Project: after, Before: before)).ToList();
            var written = await ReplaceAsync(flow, writes, cancellation);
            open = writes.Where((_, i) => !written[i]).Select(write => write.Project.Link).ToList();
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
        var row = Row.New(Keys.Flow(flow), Keys.Project(project.Link)).PutJson("Project", Packed(project));
        return project.Cursors.IsEmpty ? row : row.PutJson("Cursors", project.Cursors);
    }

    private static Project ToProject(TableEntity row) =>
        Unpacked(row.Json<Project>("Project")) with { Cursors = row.ContainsKey("Cursors") ? row.Json<ImmutableArray<Cursor>>("Cursors") : [] };

    /// <summary>Ids as rows keep them, and texts that are not longer than people read.</summary>
    private static Project Packed(Project project) => project with
    {
        Cursors = [],
        Problem = Row.Clip(project.Problem, LongestReason),
        Guard = project.Guard is { } guard ? guard with { Detail = Row.Clip(guard.Detail, LongestReason) } : null,
        Facts = project.Facts with
        {
            LeftId = Escaped(project.Facts.LeftId),
            RightId = Escaped(project.Facts.RightId),
            WorkType = Escaped(project.Facts.WorkType),
            Name = Row.Clip(project.Facts.Name, LongestName)!,
            LeftName = Row.Clip(project.Facts.LeftName, LongestName)!,
            Customer = Row.Clip(project.Facts.Customer, LongestName)!,
            Board = Row.Clip(project.Facts.Board, LongestName)!,
            Reason = Row.Clip(project.Facts.Reason, LongestReason),
        },
    };

    private static Project Unpacked(Project project) => project with
    {
        Facts = project.Facts with { LeftId = Unescaped(project.Facts.LeftId), RightId = Unescaped(project.Facts.RightId), WorkType = Unescaped(project.Facts.WorkType) },
    };

    private static string? Escaped(string? id) => id is null ? null : Keys.Escape(id);

    private static string? Unescaped(string? id) => id is null ? null : Keys.Unescape(id);
}
