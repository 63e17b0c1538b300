namespace SyncFunctions.Benchmarks;

/// <summary>What a person typed in.</summary>
/// <param name="OnLeft">On which side.</param>
internal sealed record WalkedEdit(bool OnLeft, string Value);

/// <summary>A record that the walk made, with everything that was done to it by hand.</summary>
internal sealed class WalkedRecord(WalkedKind kind, bool madeOnLeft, int number)
{
    public WalkedKind Kind => kind;

    public bool MadeOnLeft => madeOnLeft;

    public int Number => number;

    public string? LeftId { get; set; }

    public string? RightId { get; set; }

    /// <summary>Deleted by hand somewhere: the other side is archived, or revived it.</summary>
    public bool Deleted { get; set; }

    public bool Unlinked { get; set; }

    public bool Archived { get; set; }

    public WalkedRecord? Company { get; init; }

    /// <summary>In the order in which they were made.</summary>
    public Dictionary<WalkedField, List<WalkedEdit>> Edits { get; } = kind.Fields.ToDictionary(field => field, _ => new List<WalkedEdit>());

    public string? IdOn(bool left) => left ? LeftId : RightId;

    public void SetId(bool left, string id) => (LeftId, RightId) = left ? (id, RightId) : (LeftId, id);

    public override string ToString() => $"{kind.Name} {number} (left {LeftId ?? "-"}, right {RightId ?? "-"})";
}
