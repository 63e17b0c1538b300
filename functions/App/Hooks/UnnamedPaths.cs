using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SyncFunctions.App.Hooks;

/// <summary>
/// A webhook's path holds a secret, so the web server's own lines about requests stay out of every log, at whatever level one asks for
/// them. With the first of these goes the scope that would put the path beside all other lines.
/// </summary>
internal sealed class UnnamedPaths : IPostConfigureOptions<LoggerFilterOptions>
{
    private static readonly string[] Categories =
    [
        "Microsoft.AspNetCore.Hosting.Diagnostics",
        "Microsoft.AspNetCore.Routing.Matching.DfaMatcher",
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests",
    ];

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        // A rule for one provider would go before one for all.
        foreach (var provider in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToList())
        {
            foreach (var category in Categories) options.Rules.Add(new LoggerFilterRule(provider, category, LogLevel.None, filter: null));
        }
    }
}
