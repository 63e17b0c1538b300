using System.Collections.Concurrent;
using System.Globalization;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.IRaiser;

/// <summary>
/// How many calls a key has left, as each answer tells. iRaiser counts by the minute and the hour of the clock: who has none left waits
/// until the next begins, instead of being refused till then.
/// </summary>
internal sealed class IRaiserLimits(TimeProvider time)
{
    // Some hundred bytes for each connection that was ever used, for the life of the process.
    private readonly ConcurrentDictionary<(TenantId, ConnectionId), DateTimeOffset> _closedUntil = new();

    public void Note(ConnectionScope connection, VendorAnswer answer)
    {
        if (Until(answer, time.GetUtcNow()) is { } until)
            _closedUntil[(connection.Tenant, connection.Connection)] = until;
    }

    /// <summary>Null where calls may be made.</summary>
    public VendorFailure? Refuse(ConnectionScope connection) =>
        _closedUntil.TryGetValue((connection.Tenant, connection.Connection), out var until) && until > time.GetUtcNow()
            ? new VendorFailure(FailureKind.RateLimited, "The calls that iRaiser allows a key in this minute or hour are used up.", Until: until)
            : null;

    /// <summary>When the next call may be made, by our clock; null where one may be made now, as far as the answer tells.</summary>
    public static DateTimeOffset? Until(VendorAnswer answer, DateTimeOffset now)
    {
        TimeSpan? length = (Left(answer, "Hour"), Left(answer, "Minute")) switch
        {
            (<= 0, _) => TimeSpan.FromHours(1),
            (_, <= 0) => TimeSpan.FromMinutes(1),
            _ => null,
        };
        // The vendor's clock says how much of its hour is left; ours may be off.
        return length is { } of ? now + (of - TimeSpan.FromTicks(answer.VendorTime.UtcTicks % of.Ticks)) : null;
    }

    private static int? Left(VendorAnswer answer, string of) =>
        int.TryParse(answer.Headers.GetValueOrDefault($"X-RateLimit-Remaining-{of}"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left) ? left : null;
}
