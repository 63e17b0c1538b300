using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors;

/// <summary>A connector whose system takes many records of a kind in one call: an import makes few calls then.</summary>
public interface IBulkWriter
{
    /// <summary>So many records of a kind fit one call; one where they have to be written one by one.</summary>
    int MostAtOnce(string kind);

    /// <summary>Creates records by one call. The answers are in the order of the records, each its own: some may fail while others are made.</summary>
    Task<ImmutableArray<VendorResult<Record>>> CreateManyAsync(ConnectionScope connection, string kind, IReadOnlyList<FieldSet> records, CancellationToken cancellation);

    /// <summary>Writes the given fields only, by one call; the answers as above.</summary>
    Task<ImmutableArray<VendorResult<Record>>> UpdateManyAsync(ConnectionScope connection, string kind, IReadOnlyList<BulkUpdate> records, CancellationToken cancellation);
}

/// <param name="Before">The record as it was read for this update, where it was.</param>
public sealed record BulkUpdate(string Id, FieldSet Fields, Record? Before = null);
