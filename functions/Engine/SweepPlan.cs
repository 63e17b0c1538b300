namespace SyncFunctions.Engine;

/// <summary>When every record of both sides is looked at next. Pure.</summary>
public static class SweepPlan
{
    /// <summary>A sweep must not use up what the day has left for changes.</summary>
    public const double Share = 0.5;

    /// <returns>Null where none is wanted.</returns>
    public static DateTimeOffset? NextAt(TimeSpan every, DateTimeOffset? wentLiveAt, DateTimeOffset? sweptAt, DateTimeOffset? notBefore)
    {
        if (every <= TimeSpan.Zero || (sweptAt ?? wentLiveAt) is not { } last) return null;
        return notBefore is { } earliest && earliest > last + every ? earliest : last + every;
    }

    /// <summary>Whether the day's budget can afford it now.</summary>
    public static bool CanAfford(int calls, int used, int limit) => calls <= (limit - used) * Share;
}
