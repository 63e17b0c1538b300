using System.Collections.Concurrent;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>
/// The way to a connection's API, whose address changes when the vendor upgrades a site. An answer that something is not there may
/// mean three things: a record is gone, the codebase is another one now, or the keys are refused. Two more calls tell.
/// </summary>
internal sealed class ConnectWiseGate(VendorPipeline pipeline)
{
    /// <summary>Always there for who may call at all.</summary>
    private const string Probe = "system/info";

    private static readonly VendorDialect Dialect = new(ConnectWiseCatalog.Catalog, ConnectWiseAuth.Authorize, ConnectWiseFailures.Judge);
    private static readonly VendorDialect ProbeDialect = Dialect with { Judge = ConnectWiseFailures.JudgeProbe };
    private static readonly VendorDialect KeysDialect = Dialect with { Judge = ConnectWiseFailures.JudgeKeys };

    // An address stays for the life of the process: some hundred bytes for each connection that was ever used.
    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Site, string Company), ConnectWiseHome> _homes = new();

    /// <summary>Who the keys belong to, each thing that may be wrong with them by its name.</summary>
    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        if (!(await HomeAsync(connection, null, cancellation)).TryGet(out var home, out var failure))
            return failure;
        if (Setting(connection, "clientId").Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, "There is no client id in the settings: developer.connectwise.com issues it for this app.");
        var seen = await pipeline.SendAsync(ProbeDialect, connection, ProbeCall(home), _ => true, cancellation);
        var account = new VendorAccount($"{Setting(connection, "companyId").ToLowerInvariant()}@{home.Host}", home.CompanyName);
        return seen.Failure switch
        {
            null => account,
            { Kind: FailureKind.NotFound } refused => refused with
            {
                Kind = FailureKind.AuthExpired,
                Message = $"{refused.Message} There is such a company: check the public and the private key.",
            },
            { Kind: not FailureKind.Forbidden } other => other,
            _ => account,
        };
    }

    /// <param name="call">Its base is put before it here.</param>
    public async Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation)
    {
        if (!(await HomeAsync(connection, null, cancellation)).TryGet(out var home, out var failure))
            return failure;
        var result = await SendAsync(home);
        if (result.Failure is not { Status: 404 })
            return result;

        var probed = await pipeline.SendAsync(ProbeDialect, connection, ProbeCall(home), _ => true, cancellation);
        // Who lacks the right to see it is known all the same.
        if (probed.Failure is null or { Kind: FailureKind.Forbidden })
            return result;
        if (probed.Failure is { Kind: not FailureKind.NotFound } unknown)
            return unknown;
        if (!(await HomeAsync(connection, home, cancellation)).TryGet(out var moved, out failure))
            return failure;
        if (moved.Base != home.Base)
            return await SendAsync(moved);
        // Where somebody has typed in newer keys meanwhile, the pipeline finds them.
        probed = await pipeline.SendAsync(KeysDialect, connection, ProbeCall(home), _ => true, cancellation);
        return probed.Failure is { } refused ? refused : await SendAsync(home);

        Task<VendorResult<T>> SendAsync(ConnectWiseHome at) => pipeline.SendAsync(Dialect, connection, call with { Base = at.Base }, read, cancellation);
    }

    private static VendorCall ProbeCall(ConnectWiseHome home) => new(HttpMethod.Get, home.Base, Probe);

    /// <param name="stale">The address that answered no more; another one may know better by now.</param>
    private async Task<VendorResult<ConnectWiseHome>> HomeAsync(ConnectionScope connection, ConnectWiseHome? stale, CancellationToken cancellation)
    {
        var company = Setting(connection, "companyId");
        if (company.Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, "The company of ConnectWise PSA is not in the settings.");
        if (Setting(connection, "apiBase") is { Length: > 0 } fixedBase)
            return new ConnectWiseHome(fixedBase, company, Uri.TryCreate(fixedBase, UriKind.Absolute, out var address) ? address.Authority : "");
        if (ConnectWiseHosts.Site(connection.Settings) is not { } site || ConnectWiseHosts.Api(connection.Settings) is not { } api)
            return new VendorFailure(FailureKind.Misconfigured, "The site of ConnectWise PSA is not in the settings, or is no host.");

        var key = (connection.Tenant, connection.Connection, site.AbsoluteUri, company);
        if (_homes.TryGetValue(key, out var known) && known != stale)
            return known;
        // It needs no credentials, and is no call to the API.
        var call = new VendorCall(HttpMethod.Get, site.AbsoluteUri, Setting(connection, "lookupPath") + Uri.EscapeDataString(company)) { Authorized = false, IsRecord = true };
        var found = await pipeline.SendAsync(
            Dialect, null, call, answer => ConnectWiseHome.Read(answer.Json, api, Setting(connection, "apiPath"), company, site.Authority), cancellation);
        if (!found.TryGet(out var home, out var failure))
        {
            return failure.Kind == FailureKind.NotFound
                ? failure with { Kind = FailureKind.Misconfigured, Message = $"There is no ConnectWise PSA at {site.Authority}, or no such company." }
                : failure;
        }

        if (home.Base.Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, $"ConnectWise PSA at {site.Authority} has no company '{company}'.");
        return _homes[key] = home;
    }

    private static string Setting(ConnectionScope connection, string name) => ConnectWiseCatalog.Catalog.Setting(connection.Settings, name);
}

/// <summary>Where a company's API is now.</summary>
/// <param name="Base">Empty where there is no such company.</param>
internal sealed record ConnectWiseHome(string Base, string CompanyName, string Host)
{
    /// <summary>What a site tells of a company; of one that it does not know it says null.</summary>
    public static ConnectWiseHome Read(JsonElement json, Uri api, string apiPath, string company, string host) =>
        json.IsMissing() || json.At("Codebase").AsText("the codebase") is not { Length: > 0 } codebase
            ? new ConnectWiseHome("", company, host)
            : new ConnectWiseHome(
                $"{api.AbsoluteUri}{codebase.Trim('/')}/{apiPath}",
                json.At("CompanyName").AsText("the name of the company") is { Length: > 0 } name ? name : company,
                host);
}
