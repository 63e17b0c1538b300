using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>
/// What of a record tells whether another one is like it: kept with an unlinked record, so that suggestions need no vendor call.
/// All in plain form: lower case, no accents, no legal forms, phones as digits.
/// </summary>
public sealed record Marks
{
    public static readonly Marks None = new();

    public ImmutableArray<string> Name { get; init; } = [];

    public ImmutableArray<string> MailDomains { get; init; } = [];

    public ImmutableArray<string> Phones { get; init; } = [];

    public ImmutableArray<string> Address { get; init; } = [];

    public bool Equals(Marks? other) => other is not null && Name.SequenceEqual(other.Name) && MailDomains.SequenceEqual(other.MailDomains) && Phones.SequenceEqual(other.Phones) && Address.SequenceEqual(other.Address);

    public override int GetHashCode() => HashCode.Combine(Name.Length, MailDomains.Length, Phones.Length, Address.Length);
}
