namespace SyncFunctions.Engine;

/// <summary>A field that a tenant maps: vendor field to vendor field.</summary>
/// <param name="Name">The canonical name; none of the pair's.</param>
/// <param name="Left">The left vendor's name.</param>
public sealed record CustomField(string Name, string Left, string Right)
{
    public FieldType Type { get; init; } = FieldType.Text;

    public Direction Direction { get; init; } = Direction.Both;

    public BlankPolicy Blank { get; init; } = BlankPolicy.Clear;

    /// <summary>What both sides hold of a text.</summary>
    public int? MaxLength { get; init; }

    public FieldMap ToMap() => new(Name, new FieldEnd(Left) { MaxLength = MaxLength }, new FieldEnd(Right) { MaxLength = MaxLength }) { Type = Type, Direction = Direction, Blank = Blank };
}
