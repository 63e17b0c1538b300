using System.Collections.Immutable;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>How a change went over.</summary>
public enum Crossing
{
    Created,
    Updated,

    /// <summary>Archived, or deleted.</summary>
    Archived,
}

/// <summary>Changes of a kind that went over to one side.</summary>
/// <param name="Took">As <see cref="Delays"/> counts it; not of everything that went over.</param>
public sealed record CrossingCounts(string Kind, Side Target, int Created, int Updated, int Archived, ImmutableArray<int> Took)
{
    public static CrossingCounts None(string kind, Side target) => new(kind, target, 0, 0, 0, Delays.None);

    public CrossingCounts Plus(Crossing way, TimeSpan? took) => this with
    {
        Created = Created + (way == Crossing.Created ? 1 : 0),
        Updated = Updated + (way == Crossing.Updated ? 1 : 0),
        Archived = Archived + (way == Crossing.Archived ? 1 : 0),
        Took = took is { } time ? Delays.Plus(Took, time) : Took,
    };

    public static CrossingCounts operator +(CrossingCounts left, CrossingCounts right) =>
        left with { Created = left.Created + right.Created, Updated = left.Updated + right.Updated, Archived = left.Archived + right.Archived, Took = Delays.Plus(left.Took, right.Took) };
}

/// <summary>What went over in a flow in an hour, as one instance of the app counted it.</summary>
public sealed record ActivityHour(DateTimeOffset Hour, string Instance, ImmutableArray<CrossingCounts> Counts)
{
    public static DateTimeOffset Of(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    public ActivityHour Plus(string kind, Side target, Crossing way, TimeSpan? took)
    {
        var known = Counts.FirstOrDefault(counts => counts.Kind == kind && counts.Target == target);
        return this with { Counts = known is null ? Counts.Add(CrossingCounts.None(kind, target).Plus(way, took)) : Counts.Replace(known, known.Plus(way, took)) };
    }
}

/// <summary>The activity figures of flows, by the hour.</summary>
public sealed class ActivityStore(StateTables tables)
{
    /// <summary>Each row as a whole in the place of the one before: none but its instance writes it, and that knows all of it.</summary>
    public Task PutAsync(FlowKey flow, IReadOnlyList<ActivityHour> hours, CancellationToken cancellation) =>
        AppendLog.AppendAsync(tables.Activity, hours.Select(hour => ToRow(flow, hour)), cancellation);

    /// <summary>From the first hour up to, not including, the second; the newest first, a row an instance.</summary>
    public async Task<IReadOnlyList<ActivityHour>> ListAsync(FlowKey flow, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var hours = new List<ActivityHour>();
        var filter = Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(Keys.ActivityRange(from, to)));
        await foreach (var row in tables.Activity.QueryAsync(filter, null, cancellation)) hours.Add(FromRow(row));
        return hours;
    }

    /// <returns>How many rows were older.</returns>
    public Task<int> RemoveBeforeAsync(FlowKey flow, DateTimeOffset before, CancellationToken cancellation) =>
        AppendLog.RemoveBeforeAsync(tables.Activity, Keys.Flow(flow), before, cancellation);

    private static TableEntity ToRow(FlowKey flow, ActivityHour hour) => Row.New(Keys.Flow(flow), Keys.Activity(hour.Hour, hour.Instance))
        .Put("Hour", hour.Hour)
        .Put("Instance", hour.Instance)
        .PutJson("Counts", hour.Counts);

    private static ActivityHour FromRow(TableEntity row) => new(row.Time("Hour"), row.Text("Instance"), row.Json<ImmutableArray<CrossingCounts>>("Counts"));
}
