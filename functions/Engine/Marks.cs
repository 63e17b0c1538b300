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

    /// <summary>What a record in canonical form has of them, by the names that all pairs use.</summary>
    public static Marks Of(Record record) => new()
    {
        Name = KindMap.LabelOf(record) is var label && label != record.Id ? PlainText.Words(label) : [],
        MailDomains = [.. Texts(record, "email", "website").Select(PlainText.Domain).OfType<string>().Distinct()],
        Phones = [.. Texts(record, "phone", "mobile").Select(PlainText.Digits).OfType<string>().Distinct()],
        Address = [.. Texts(record, "address").SelectMany(text => PlainText.Words(text)).Distinct()],
    };

    private static IEnumerable<string> Texts(Record record, params string[] fields) =>
        fields.Select(record.Fields.Find).SelectMany(value => value switch
        {
            null or { IsBlank: true } => [],
            FieldValue.Set set => set.Items,
            _ => new[] { value.ToString()! }.AsEnumerable(),
        });

    public bool Equals(Marks? other) => other is not null && Name.SequenceEqual(other.Name) && MailDomains.SequenceEqual(other.MailDomains) && Phones.SequenceEqual(other.Phones) && Address.SequenceEqual(other.Address);

    public override int GetHashCode() => HashCode.Combine(Name.Length, MailDomains.Length, Phones.Length, Address.Length);
}
