using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

[JsonConverter(typeof(JsonStringEnumConverter<RunOutcome>))]
public enum RunOutcome
{
    Running,
    Succeeded,
    SucceededWithErrors,
    Failed,
    Cancelled,

    /// <summary>It rests, holds no worker, and goes on where it was when it is resumed.</summary>
    Paused,
}

/// <summary>What a person wants of a run that is under way: done at its next step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunOrder>))]
public enum RunOrder
{
    Pause,
    Cancel,
}

/// <summary>What a run did with the records of one kind.</summary>
/// <param name="Seconds">How long it took, its waits for vendors included.</param>
public sealed record KindCounts(
    int Total = 0, int Done = 0, int Created = 0, int Updated = 0, int Archived = 0, int Linked = 0, int Conflicts = 0, int Held = 0, int Parked = 0, int Skipped = 0, int Failed = 0, double Seconds = 0)
{
    public static readonly KindCounts None = new();

    public static KindCounts operator +(KindCounts left, KindCounts right) => Add(left, right);

    public static KindCounts Add(KindCounts left, KindCounts right) => new(
        left.Total + right.Total,
        left.Done + right.Done,
        left.Created + right.Created,
        left.Updated + right.Updated,
        left.Archived + right.Archived,
        left.Linked + right.Linked,
        left.Conflicts + right.Conflicts,
        left.Held + right.Held,
        left.Parked + right.Parked,
        left.Skipped + right.Skipped,
        left.Failed + right.Failed,
        Math.Round(left.Seconds + right.Seconds, 3));
}

/// <summary>One execution for a flow or a project.</summary>
public sealed record Run(FlowKey Flow, RunId Id, Lane Lane, string Mode, string Trigger, DateTimeOffset StartedAt)
{
    public DateTimeOffset? EndedAt { get; init; }

    public RunOutcome Outcome { get; init; }

    public ImmutableSortedDictionary<string, KindCounts> Counts { get; init; } = ImmutableSortedDictionary<string, KindCounts>.Empty;

    /// <summary>For people.</summary>
    public string? Detail { get; init; }

    public RunOrder? Order { get; init; }

    /// <summary>Who or what gave the order, for people.</summary>
    public string? OrderedBy { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>When something was last done, or it went on after a rest: what is done next took since then.</summary>
    public DateTimeOffset? ProgressAt { get; init; }

    /// <summary>Where it goes on, in its orchestration's own form; null unless it was paused.</summary>
    public string? Resume { get; init; }

    /// <summary>What a dry run plans with, for a person who wants to know before they are saved; null: the flow's own.</summary>
    public FlowSettings? Settings { get; init; }
}

public sealed class RunStore(StateTables tables)
{
    /// <returns>False where the run exists.</returns>
    public async Task<bool> InsertAsync(Run run, CancellationToken cancellation)
    {
        var pointer = Row.New(Keys.Flow(run.Flow), Keys.RunTime(run.StartedAt, run.Id)).Put("Id", run.Id.Value);
        return await tables.Runs.TrySubmitAsync(
            [new(TableTransactionActionType.Add, ToRow(run)), new(TableTransactionActionType.Add, pointer)], cancellation) is not null;
    }

    public async Task<Versioned<Run>?> GetAsync(FlowKey flow, RunId run, CancellationToken cancellation) =>
        (await tables.Runs.GetAsync(Keys.Flow(flow), Keys.Run(run), cancellation))?.As(row => FromRow(flow, row));

    /// <returns>The stored run with its new version, or null where somebody else replaced it.</returns>
    public async Task<Versioned<Run>?> ReplaceAsync(Versioned<Run> run, CancellationToken cancellation) =>
        await tables.Runs.ReplaceAsync(ToRow(run.Value), run.ETag, cancellation) is { } version ? run with { ETag = version } : null;

    /// <summary>The newest first.</summary>
    public async Task<Page<Run>> ListAsync(FlowKey flow, string? continuation, int max, CancellationToken cancellation)
    {
        var pointers = await tables.Runs.PageAsync(Keys.Flow(flow), Keys.RunTimes, null, continuation, max, cancellation);
        var ids = pointers.Items.Select(row => new RunId(row.Text("Id"))).ToList();
        var rows = await tables.Runs.FindAsync(Keys.Flow(flow), ids.Select(Keys.Run), cancellation);
        var runs = rows.Select(row => FromRow(flow, row)).ToDictionary(run => run.Id);
        return new([.. ids.Where(runs.ContainsKey).Select(id => runs[id])], pointers.Continuation);
    }

    /// <summary>Takes away runs that began before that time and have ended.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RemoveBeforeAsync(FlowKey flow, DateTimeOffset before, CancellationToken cancellation)
    {
        var removed = 0;
        var filter = Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(Keys.RunsOlderThan(before)));
        await foreach (var pointer in tables.Runs.QueryAsync(filter, null, cancellation))
        {
            var run = new RunId(pointer.Text("Id"));
            if (await GetAsync(flow, run, cancellation) is { } found)
            {
                if (found.Value.EndedAt is null) continue;
                await tables.Runs.DeleteAsync(Keys.Flow(flow), Keys.Run(run), found.ETag, cancellation);
            }

            // The pointer last: a run without one would never be found again.
            if (await tables.Runs.DeleteAsync(pointer.PartitionKey, pointer.RowKey, pointer.ETag, cancellation)) removed++;
        }

        return removed;
    }

    private static TableEntity ToRow(Run run) => Row.New(Keys.Flow(run.Flow), Keys.Run(run.Id))
        .Put("Id", run.Id.Value)
        .Put<Lane>("Lane", run.Lane)
        .Put("Mode", run.Mode)
        .Put("Trigger", run.Trigger)
        .Put("StartedAt", run.StartedAt)
        .Put("EndedAt", run.EndedAt)
        .Put<RunOutcome>("Outcome", run.Outcome)
        .PutJson("Counts", run.Counts)
        .PutClipped("Detail", run.Detail, 4000)
        .Put("Order", run.Order)
        .PutClipped("OrderedBy", run.OrderedBy, 500)
        .Put("PausedAt", run.PausedAt)
        .Put("ProgressAt", run.ProgressAt)
        .PutBytes("Resume", run.Resume is { } resume ? Encoding.UTF8.GetBytes(resume) : null)
        .PutJson("Settings", run.Settings);

    private static Run FromRow(FlowKey flow, TableEntity row) =>
        new(flow, new RunId(row.Text("Id")), row.Enum<Lane>("Lane"), row.Text("Mode"), row.Text("Trigger"), row.Time("StartedAt"))
        {
            EndedAt = row.TimeOrNull("EndedAt"),
            Outcome = row.Enum<RunOutcome>("Outcome"),
            Counts = row.Json<ImmutableSortedDictionary<string, KindCounts>>("Counts"),
            Detail = row.GetString("Detail"),
            Order = row.EnumOrNull<RunOrder>("Order"),
            OrderedBy = row.GetString("OrderedBy"),
            PausedAt = row.TimeOrNull("PausedAt"),
            ProgressAt = row.TimeOrNull("ProgressAt"),
            Resume = row.Bytes("Resume") is { } resume ? Encoding.UTF8.GetString(resume) : null,
            Settings = row.JsonOrNull<FlowSettings>("Settings"),
        };
}
