namespace SyncFunctions.Vendors;

/// <summary>How a simulated vendor behaves where its documents leave room, and limits that are off until asked for.</summary>
internal sealed record SimSettings
{
    /// <summary>Calls an account may make in a UTC day; null is unlimited.</summary>
    public int? DailyLimit { get; init; }

    /// <summary>Calls an account may make in a minute, where the vendor counts by the minute; null is the vendor's own limit.</summary>
    public int? MinuteLimit { get; init; }

    /// <summary>How long the vendor's own reads still show the state before a write.</summary>
    public int ReadLagMs { get; init; }

    public int DefaultPageSize { get; init; }

    public int MaxPageSize { get; init; }

    public int AccessTokenSeconds { get; init; }

    public int RefreshTokenSeconds { get; init; }

    /// <summary>Behaviours of this vendor alone that can be switched.</summary>
    public IReadOnlyDictionary<string, bool> Switches { get; init; } = new Dictionary<string, bool>();
}
