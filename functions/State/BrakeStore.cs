using System.Collections.Immutable;
using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>The deletions and archivings of a kind within the last day, and whether a person has to look before there are more.</summary>
public sealed record Brake(string Kind)
{
    /// <summary>By link: when it was archived or deleted, or was about to be.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Recent { get; init; } = ImmutableSortedDictionary<string, DateTimeOffset>.Empty;

    /// <summary>How many links the kind had when they were counted.</summary>
    public int Links { get; init; }

    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>Since when nothing of the kind is archived or deleted.</summary>
    public DateTimeOffset? TrippedAt { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>What had waited until then was confirmed by a person.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }
}

/// <summary>The brakes of a flow, beside the flow.</summary>
public sealed class BrakeStore(StateTables tables, IdSource ids)
{
    public async Task<Versioned<Brake>?> GetAsync(FlowKey flow, string kind, CancellationToken cancellation) =>
        (await tables.Flows.GetAsync(Keys.Flow(flow), Keys.Brake(kind), cancellation))?.As(FromRow);

    public async Task<IReadOnlyList<Versioned<Brake>>> ListAsync(FlowKey flow, CancellationToken cancellation)
    {
        var filter = Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(Keys.Brakes));
        return [.. (await tables.Flows.ListAsync(filter, int.MaxValue, cancellation)).Select(row => row.As(FromRow))];
    }

    /// <summary>Inserts the brake where none is expected, otherwise replaces the expected one.</summary>
    /// <returns>False where it is another by now.</returns>
    public async Task<bool> PutAsync(FlowKey flow, Brake brake, ETag? expected, CancellationToken cancellation) =>
        await tables.Flows.WriteAsync(ToRow(flow, brake), expected, cancellation) is not null;

    // Two workers may count the same records: the stamp tells whose write it was when an answer was lost.
    private TableEntity ToRow(FlowKey flow, Brake brake) => Row.New(Keys.Flow(flow), Keys.Brake(brake.Kind))
        .Put("Kind", brake.Kind)
        .PutJson("Recent", brake.Recent)
        .Put("Links", (int?)brake.Links)
        .Put("CountedAt", brake.CountedAt)
        .Put("TrippedAt", brake.TrippedAt)
        .PutClipped("Reason", brake.Reason, 1000)
        .Put("ConfirmedAt", brake.ConfirmedAt)
        .Put("Stamp", ids.NewStamp());

    internal static Brake FromRow(TableEntity row) => new(row.Text("Kind"))
    {
        Recent = row.Json<ImmutableSortedDictionary<string, DateTimeOffset>>("Recent"),
        Links = row.Number("Links"),
        CountedAt = row.TimeOrNull("CountedAt"),
        TrippedAt = row.TimeOrNull("TrippedAt"),
        Reason = row.GetString("Reason"),
        ConfirmedAt = row.TimeOrNull("ConfirmedAt"),
    };
}
