using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>What a side of a link showed when it was last read or written. It only saves look-ups and calls: nothing is decided by it.</summary>
/// <param name="Version">The record's strong version, where its vendor has such.</param>
/// <param name="References">The vendor's ids of the records that it referred to, with the links that these had, by field.</param>
public sealed record LinkMemory(string? Version, ImmutableSortedDictionary<string, RememberedReference> References)
{
    public static readonly LinkMemory None = new(null, ImmutableSortedDictionary<string, RememberedReference>.Empty);

    public bool Equals(LinkMemory? other) => other is not null && Version == other.Version && References.SequenceEqual(other.References);

    public override int GetHashCode() => References.Aggregate(Version?.GetHashCode(StringComparison.Ordinal) ?? 0, (hash, reference) => HashCode.Combine(hash, reference.Value));
}

/// <param name="Id">The vendor's.</param>
public sealed record RememberedReference(string Id, LinkId Link);
