namespace SyncFunctions.Connectors;

/// <summary>How long to wait before a call is repeated.</summary>
internal static class Backoff
{
    /// <summary>All waits of one call together; whoever needs longer gets the failure and the time.</summary>
    public static readonly TimeSpan Total = TimeSpan.FromSeconds(30);

    public const int MaxRepeats = 6;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(16);

    /// <summary>Doubles with each repeat; the second half of it is random, so that workers that failed together do not return together.</summary>
    /// <param name="repeats">How often the call was repeated already.</param>
    /// <param name="random">From 0 up to 1.</param>
    public static TimeSpan Delay(int repeats, double random)
    {
        var whole = repeats >= 5 ? Longest : First * (1 << repeats);
        return whole * (0.5 + (random / 2));
    }

    /// <summary>Never before <paramref name="until"/>.</summary>
    public static TimeSpan Delay(int repeats, double random, DateTimeOffset? until, DateTimeOffset now)
    {
        var delay = Delay(repeats, random);
        var asked = until is { } time && time > now ? time - now : TimeSpan.Zero;
        return asked > delay ? asked + (First * random) : delay;
    }
}
