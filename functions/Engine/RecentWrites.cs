using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <param name="Hash">Of what was sent.</param>
public sealed record RecentWrite(DateTimeOffset At, Side Side, string Hash);

/// <summary>What was written to a link's records lately, oldest first; compared by content.</summary>
public sealed record RecentWrites(ImmutableArray<RecentWrite> Items)
{
    public static readonly RecentWrites None = new([]);

    /// <summary>With one more, without those that no longer count; no more are kept than it takes to tell a runaway.</summary>
    public RecentWrites After(RecentWrite write, Runaway limit)
    {
        var counting = Items.Where(item => write.At - item.At < limit.Within).Append(write).ToImmutableArray();
        return new RecentWrites(counting[Math.Max(0, counting.Length - limit.MaxWrites - 1)..]);
    }

    /// <summary>Written too often, and to and fro: the same was sent to the same side more than once. A person who only types fast sends something else each time.</summary>
    public bool IsRunaway(Runaway limit) => Items.Length > limit.MaxWrites && Items.DistinctBy(item => (item.Side, item.Hash)).Count() < Items.Length;

    public bool Equals(RecentWrites? other) => other is not null && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => Items.Aggregate(0, HashCode.Combine);
}
