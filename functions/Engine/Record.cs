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

    /// <summary>The status by which the tenant locked this record on its side, or null.</summary>
    public string? LockedBy { get; init; }

    /// <summary>A name for people, in logs and lists.</summary>
    public string Label { get; init; } = "";

    /// <summary>
    /// A short hash of everything that the vendor said, its time of change included: a second change within the same second is not
    /// taken for the first. A record with the hash under which it was handled has nothing new to say.
    /// </summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Id}\n{Modified:O}\n{Fields}")).AsSpan(0, 8));
}
