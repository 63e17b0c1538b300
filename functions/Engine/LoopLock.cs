namespace SyncFunctions.Engine;

/// <summary>Which side changed a record last and until when changes may flow only from that side.</summary>
public sealed record LoopLock(Side Source, DateTimeOffset Until)
{
    /// <summary>Whether a change that was made on <paramref name="side"/> has to wait.</summary>
    public bool Holds(Side side, DateTimeOffset now) => side != Source && now < Until;

    /// <summary>The lock after a change from <paramref name="source"/>: a later end is never cut short.</summary>
    public static LoopLock? After(LoopLock? before, Side source, DateTimeOffset changedAt, TimeSpan window, DateTimeOffset now)
    {
        if (window <= TimeSpan.Zero) return before;
        var until = (changedAt < now ? changedAt : now) + window;
        if (until <= now) return before;
        return before is not null && before.Source == source && before.Until > until ? before : new LoopLock(source, until);
    }
}
