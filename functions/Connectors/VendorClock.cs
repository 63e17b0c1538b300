namespace SyncFunctions.Connectors;

/// <summary>How far a vendor's clock is ahead of ours, by the Date header of its answers: to a second and half the way of an answer.</summary>
public sealed class VendorClock
{
    /// <summary>What was under way for longer says too little.</summary>
    private static readonly TimeSpan LongestWay = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private TimeSpan? _ahead;

    /// <summary>Null: no answer has told.</summary>
    public TimeSpan? Ahead
    {
        get
        {
            lock (_lock) return _ahead;
        }
    }

    /// <param name="date">The header: a whole second, of which on average half has passed.</param>
    public void Answered(DateTimeOffset? date, DateTimeOffset sentAt, DateTimeOffset answeredAt)
    {
        if (date is not { } told || answeredAt - sentAt > LongestWay) return;
        var ahead = told + TimeSpan.FromSeconds(0.5) - (sentAt + ((answeredAt - sentAt) / 2));
        lock (_lock) _ahead = ahead;
    }
}
