using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Workload;

/// <summary>A person ended a link.</summary>
public sealed record Unlinking(string Kind, LinkId Link)
{
    public string? LeftId { get; set; }

    public string? RightId { get; set; }

    /// <summary>When the app said that it was done; null where it did not say so.</summary>
    public DateTimeOffset? DoneAt { get; set; }
}

/// <summary>A person let a link rest.</summary>
public sealed record LinkPause(string Kind, LinkId Link, string LeftId, string RightId)
{
    /// <summary>When nothing was at work any more that began before; null where that was never so.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>When somebody wanted it to go on.</summary>
    public DateTimeOffset? Until { get; set; }
}

/// <summary>A person ended the loop lock of a link before its time.</summary>
public sealed record LockEnded(string Kind, LinkId Link, DateTimeOffset From)
{
    /// <summary>When the app said that it was done; null where it did not say so.</summary>
    public DateTimeOffset? Until { get; set; }
}

/// <summary>What people did who steered the flow.</summary>
public sealed class Steering
{
    public List<Unlinking> Unlinkings { get; } = [];

    public List<LinkPause> Pauses { get; } = [];

    public List<LockEnded> LockEnds { get; } = [];

    /// <summary>Records that were taken up again from the work list.</summary>
    public HashSet<(string Kind, Side Side, string Id)> Replayed { get; } = [];
}
