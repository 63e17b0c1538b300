namespace SyncFunctions.Connectors;

/// <summary>
/// Spreads calls so that a vendor that counts by the minute is not asked for more: a few at once, then one at a time. It knows of the calls
/// of this process alone; what others use shows by the vendor's own refusals.
/// </summary>
internal sealed class CallPace(int callsPerMinute)
{
    /// <summary>What is left for those that are made at once: together they stay below the limit in whatever minute the vendor counts.</summary>
    private const double Steady = 0.95;

    /// <summary>The calls of so long may be made at once.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(3);

    private readonly TimeSpan _each = TimeSpan.FromMinutes(1) / (callsPerMinute * Steady);
    private readonly Lock _lock = new();
    private DateTimeOffset _usedUntil = DateTimeOffset.MinValue;

    /// <summary>Takes the next call, and tells how long to wait before it is made.</summary>
    public TimeSpan Take(DateTimeOffset now)
    {
        lock (_lock)
        {
            _usedUntil = (_usedUntil > now ? _usedUntil : now) + _each;
            var ahead = _usedUntil - now - Burst;
            return ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero;
        }
    }
}
