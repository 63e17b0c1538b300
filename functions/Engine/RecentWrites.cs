using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <param name="Hash">Of what was sent.</param>
public sealed record RecentWrite(DateTimeOffset At, Side Side, string Hash);

/// <summary>What was written to a link's records lately, oldest first; compared by content.</summary>
public sealed record RecentWrites(ImmutableArray<RecentWrite> Items)
{
    public static readonly RecentWrites None = new([]);

    public bool Equals(RecentWrites? other) => other is not null && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => Items.Aggregate(0, HashCode.Combine);
}
