namespace SyncFunctions.Simulation.Vendors;

/// <summary>What can go wrong. Each is counted when it has really happened to a call.</summary>
public enum FaultClass
{
    RequestTimeout408,
    TooManyRequests429,
    ServerError500,
    BadGateway502,
    Unavailable503,
    GatewayTimeout504,
    AppliedButTimedOut,
    PartialBody,
    ResetBeforeApplying,
    ResetAfterApplying,
    SlowDrip,
    LostWebhook,
    DoubledWebhook,
    ReorderedWebhook,
    LateWebhook,
    LostQueueAnswer,
    DoubledQueueMessage,
    ReorderedQueueMessage,
    LateQueueMessage,
    StorageLostAnswer,
    StorageUnavailable,
    StorageThrottled,
    ClockSkew,
    WorkerPaused,
    WorkerKilled,
    TokenRevoked,
    RefreshRaced,
    RightRevoked,
    ReadAfterWriteLag,
    ListLag,
    ShiftedPage,
    ListMissingRow,
    EmptyList,
    NormalisedValue,
    VersionBump,
    MergedIds,
    PoisonPayload,
    EditDuringSync,
}

/// <summary>Decides, from a seed, what goes wrong, and counts it.</summary>
public sealed class FaultPlan(Random random)
{
    private readonly int[] _hits = new int[Enum.GetValues<FaultClass>().Length];

    /// <summary>Off: nothing goes wrong any more.</summary>
    public bool On { get; set; } = true;

    /// <summary>One call in so many meets a fault of the transport.</summary>
    public int OneIn { get; init; } = 25;

    public Random Random => random;

    /// <summary>Only these happen, where it is set.</summary>
    public IReadOnlyList<FaultClass>? Only { get; init; }

    /// <summary>These do not happen.</summary>
    public IReadOnlyList<FaultClass> Never { get; set; } = [];

    public int Hits(FaultClass fault) => _hits[(int)fault];

    public IEnumerable<(FaultClass Class, int Count)> All => Enum.GetValues<FaultClass>().Select(fault => (fault, _hits[(int)fault]));

    public void Count(FaultClass fault) => _hits[(int)fault]++;

    /// <summary>Whether this happens now; it is counted if it does.</summary>
    public bool Strikes(FaultClass fault, int oneIn)
    {
        if (!On || Never.Contains(fault) || (Only is not null && !Only.Contains(fault)) || random.Next(oneIn) != 0) return false;
        Count(fault);
        return true;
    }

    /// <summary>One of these, for one call in <see cref="OneIn"/>; not counted yet.</summary>
    public FaultClass? Pick(ReadOnlySpan<FaultClass> among)
    {
        if (!On || OneIn <= 0 || random.Next(OneIn) != 0) return null;
        var picked = among[random.Next(among.Length)];
        return Only is null || Only.Contains(picked) ? picked : null;
    }
}
