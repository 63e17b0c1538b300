using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>
/// How much of an org's daily calls is used, as each answer tells. All apps of the org share them, so that this one stops before they
/// are gone and people's own tools stand still; a call now and then shows when there are some again.
/// </summary>
internal sealed partial class SalesforceUsage(TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(15);

    // A share stays for the life of the process: some hundred bytes for each connection that was ever used.
    private readonly ConcurrentDictionary<(TenantId, ConnectionId), (int Percent, DateTimeOffset At)> _seen = new();

    public void Note(ConnectionScope connection, VendorAnswer answer)
    {
        if (answer.Headers.GetValueOrDefault("Sforce-Limit-Info") is { } header && Usage().Match(header) is { Success: true } match
            && long.TryParse(match.Groups["used"].ValueSpan, CultureInfo.InvariantCulture, out var used)
            && long.TryParse(match.Groups["total"].ValueSpan, CultureInfo.InvariantCulture, out var total) && total > 0)
            _seen[(connection.Tenant, connection.Connection)] = ((int)Math.Min(used * 100 / total, 1000), time.GetUtcNow());
    }

    /// <summary>Null where calls may be made.</summary>
    public VendorFailure? Refuse(ConnectionScope connection)
    {
        if (!_seen.TryGetValue((connection.Tenant, connection.Connection), out var seen) || seen.At + LookAgain <= time.GetUtcNow())
            return null;
        var limit = int.TryParse(SalesforceCatalog.Catalog.Setting(connection.Settings, "usageLimit"), CultureInfo.InvariantCulture, out var set) && set > 0 ? set : 100;
        return seen.Percent < limit
            ? null
            : new VendorFailure(FailureKind.RateLimited, $"{seen.Percent} % of the calls that this Salesforce org has in a day are used: this app waits from {limit} % on.", Until: seen.At + LookAgain);
    }

    [GeneratedRegex(@"(?<![\w-])api-usage=(?<used>\d{1,12})/(?<total>\d{1,12})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Usage();
}
