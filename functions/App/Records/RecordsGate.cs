using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Records;

/// <param name="Key">Shown this once: only its hash is kept.</param>
/// <param name="ReplacedUntil">Until then the key before it is taken, too; null where there was none.</param>
public sealed record NewRecordsKey(Uri Url, string Key, DateTimeOffset? ReplacedUntil)
{
    /// <summary>No secret in a log.</summary>
    public override string ToString() => nameof(NewRecordsKey);
}

/// <summary>
/// Lets in whoever posts records with a flow's own key. Whether the key is wrong, unknown, revoked or another flow's, or the switch of the
/// tenant or the flow is off, is answered alike, after the same look-ups: a 401, since what the caller has to look at is the key.
/// </summary>
public sealed class RecordsGate(LookupStore lookups, TenantStore tenants, FlowStore flows, MemberStore members, ClientAddress client, PublicAddress address, TimeProvider time)
{
    public const string Header = "x-flow-key";
    public const string Prefix = "fk_";

    /// <summary>How long a key counts that another has taken the place of: whoever uses it is somebody else's system.</summary>
    public static readonly TimeSpan ReplacedKeptFor = TimeSpan.FromDays(1);

    private const string Scheme = "Bearer ";

    private static readonly FlowKey Nobody = new(new TenantId("nobody"), new FlowId("nothing"));

    /// <exception cref="ProblemException">The caller is not let in.</exception>
    public async Task<Flow> AdmitAsync(HttpRequest request, string flow, CancellationToken cancellation)
    {
        var hash = Keys.OfSecret(KeyOf(request) ?? "");
        var target = await lookups.FindFlowKeyAsync(hash, cancellation) ?? Nobody;
        var found = await flows.GetAsync(target, cancellation);
        var tenant = await tenants.GetAsync(target.Tenant, cancellation);
        if (tenant is { RecordsApi: true } && found is { Value: { RecordsKey: { } key } admitted } && key.Takes(hash, time.GetUtcNow()) && admitted.Key.Flow.Value == flow)
        {
            // Only who has the key learns that the address is the reason.
            AddressList.Require((await members.AccessAsync(target.Tenant, cancellation)).Value.AllowedAddresses, client.Of(request));
            return admitted;
        }

        request.HttpContext.Response.Headers.WWWAuthenticate = Scheme.TrimEnd();
        throw new ProblemException(ProblemType.KeyRefused, $"Send the key of this flow in {Header} or as a bearer token.");
    }

    /// <summary>A key for a flow that has none, or in place of the one that it has, which counts for a day yet.</summary>
    public async Task<NewRecordsKey> RotateAsync(HttpRequest request, FlowKey flow, CancellationToken cancellation)
    {
        var (key, now) = ($"{Prefix}{BrowserCookie.NewSecret()}", time.GetUtcNow());
        var hash = Keys.OfSecret(key);

        // The look-up first: the flow's own word decides, so nothing is open in between.
        await lookups.PutFlowKeyAsync(hash, flow, expiresAt: null, cancellation);
        RecordsKey? before = null;
        var changed = await flows.ChangeAsync(flow, found =>
        {
            before = found.RecordsKey;
            return found with { RecordsKey = new RecordsKey(hash, now, before?.Hash, before is null ? null : now + ReplacedKeptFor) };
        }, cancellation);
        if (changed is null) throw ProblemException.NotFound("flow");
        if (before is { ReplacedHash: { } older }) await lookups.RemoveFlowKeyAsync(older, cancellation);
        if (before is not null) await lookups.PutFlowKeyAsync(before.Hash, flow, now + ReplacedKeptFor, cancellation);
        return new NewRecordsKey(new Uri(address.Base(request), $"api/flows/{flow.Flow}/records"), key, changed.Value.Value.RecordsKey!.ReplacedUntil);
    }

    /// <summary>At once, and for the key before it, too.</summary>
    /// <returns>False where there is none.</returns>
    public async Task<bool> RevokeAsync(FlowKey flow, CancellationToken cancellation)
    {
        RecordsKey? before = null;
        await flows.ChangeAsync(flow, found =>
        {
            before = found.RecordsKey;
            return found with { RecordsKey = null };
        }, cancellation);
        foreach (var hash in new[] { before?.Hash, before?.ReplacedHash }.OfType<string>()) await lookups.RemoveFlowKeyAsync(hash, cancellation);
        return before is not null;
    }

    private static string? KeyOf(HttpRequest request) =>
        request.Headers.TryGetValue(Header, out var own) ? own.ToString()
        : request.Headers.Authorization.ToString() is { } bearer && bearer.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? bearer[Scheme.Length..].Trim()
        : null;
}
