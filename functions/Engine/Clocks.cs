namespace SyncFunctions.Engine;

/// <summary>
/// How far each vendor's clock is ahead of ours, where it is measured and the vendor's times of change are certain; null elsewhere.
/// Two vendors' times are never compared without.
/// </summary>
public sealed record Clocks(TimeSpan? Left, TimeSpan? Right)
{
    public static readonly Clocks Unknown = new(null, null);

    /// <summary>Vendors tell the second, and the way of an answer takes a while: what is closer together was at the same time.</summary>
    public static readonly TimeSpan Precision = TimeSpan.FromSeconds(3);

    /// <summary>The side whose record was changed later, or null where that is not certain.</summary>
    public Side? Later(Record left, Record right)
    {
        if (Left is not { } leftAhead || Right is not { } rightAhead || left.Modified is not { } leftAt || right.Modified is not { } rightAt) return null;
        var apart = (leftAt - leftAhead) - (rightAt - rightAhead);
        return apart.Duration() <= Precision ? null : apart > TimeSpan.Zero ? Side.Left : Side.Right;
    }
}
