using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Engine;

/// <summary>
/// A record as a vendor gives it: fields under the vendor's own names, or, once a <see cref="KindMap"/> has projected it,
/// under the canonical names of the pair.
/// </summary>
/// <param name="Id">The vendor's id.</param>
/// <param name="Fields">What the vendor said; a field it did not mention is absent.</param>
public sealed record Record(string Id, FieldSet Fields)
{
    /// <summary>When the vendor says it was created (UTC), where it does.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the vendor says it was last changed (UTC), where it does.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>A strong version (ETag, sync token) where the vendor has one; a timestamp is none.</summary>
    public string? Version { get; init; }

    /// <summary>References that have become links, by field.</summary>
    public ImmutableSortedDictionary<string, RememberedReference> Resolved { get; init; } = ImmutableSortedDictionary<string, RememberedReference>.Empty;

    /// <summary>What keeps its changes on its side, or the other side's from it: a locked status, a filter; or null.</summary>
    public Block? Block { get; init; }

    /// <summary>Fields whose value the tenant's value map does not know, with that value.</summary>
    public ImmutableSortedDictionary<string, string> Unmapped { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>References to records that will not be linked by themselves, with the reason, by field.</summary>
    public ImmutableSortedDictionary<string, string> Excluded { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>A name for people, in logs and lists.</summary>
    public string Label { get; init; } = "";

    public bool IsArchived => Fields.Find(KindMap.Lifecycle) == KindMap.Archived;

    /// <summary>Outside a filter: it stays linked, and gets what it missed when it is inside again.</summary>
    public bool IsOutside => Block?.IsFilter == true;

    /// <param name="way">Outgoing or incoming.</param>
    public bool IsBlocked(Blocks way) => Block is { } block && (block.Ways == way || block.Ways == Blocks.Both);

    /// <summary>
    /// A short hash of everything that the vendor said, its time of change included: a second change within the same second is not
    /// taken for the first. A record with the hash under which it was handled has nothing new to say.
    /// </summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Id}\n{Modified:O}\n{Fields}")).AsSpan(0, 8));
}
