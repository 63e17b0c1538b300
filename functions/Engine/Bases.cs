namespace SyncFunctions.Engine;

/// <summary>What each side looked like when the two last agreed: one set of canonical values per side, since vendors trim, reformat and round.</summary>
public sealed record Bases(FieldSet Left, FieldSet Right)
{
    public static readonly Bases None = new(FieldSet.Empty, FieldSet.Empty);

    public FieldSet this[Side side] => side == Side.Left ? Left : Right;

    public Bases With(Side side, FieldSet values)
    {
        var kept = FieldSet.From(values.Select(field => KeyValuePair.Create(field.Key, field.Value.ToBase())));
        return side == Side.Left ? this with { Left = Left.With(kept) } : this with { Right = Right.With(kept) };
    }
}
