using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>Which way a record outside a filter does not flow.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Blocks>))]
public enum Blocks
{
    /// <summary>It is not sent to the other side.</summary>
    Outgoing,

    /// <summary>It is not written.</summary>
    Incoming,
    Both,
}

/// <summary>What keeps a record from flowing, in which ways, and why.</summary>
/// <param name="IsFilter">A filter, alone or with a locked status.</param>
public sealed record Block(Blocks Ways, SkipReason Reason, string Why, bool IsFilter)
{
    /// <summary>What all of these keep together.</summary>
    public static Block? All(IEnumerable<Block> blocks) => blocks.Aggregate((Block?)null, (all, next) => all is null ? next : all with
    {
        Ways = all.Ways == next.Ways ? all.Ways : Blocks.Both,
        IsFilter = all.IsFilter || next.IsFilter,
    });
}

/// <summary>Which records of one side take part: a saved list, a site, a board, "only with e-mail".</summary>
/// <param name="Field">The vendor's name of the field.</param>
/// <param name="AnyOf">One of these values (letter case aside); with none, any value at all.</param>
/// <param name="Except">The other way round: records that have such a value do not take part.</param>
public sealed record RecordFilter(Side Side, string Field, ImmutableArray<string> AnyOf, bool Except = false, Blocks Blocks = Blocks.Both)
{
    public ImmutableArray<string> AnyOf { get; init; } = AnyOf.IsDefault ? [] : AnyOf;

    /// <summary>Whether a vendor's record takes part. A list takes part with any of its items.</summary>
    public bool Admits(Record vendor)
    {
        var values = vendor.Fields.Find(Field) switch
        {
            null or { IsBlank: true } => [],
            FieldValue.Set set => set.Items,
            FieldValue.Reference reference => [reference.RecordId],
            var value => new[] { value.ToString()! }.AsEnumerable(),
        };
        return values.Any(value => AnyOf.IsEmpty || AnyOf.Contains(value, StringComparer.OrdinalIgnoreCase)) != Except;
    }
}
