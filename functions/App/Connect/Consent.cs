using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Hooks;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Connect;

/// <summary>
/// The two halves of a consent: the way to the vendor, and what comes back. Between them stands a state that is used once, for ten
/// minutes at most, by the browser that began, for one connection and one system (RFC 9700, 4.4 and 4.7).
/// </summary>
public sealed partial class Consent(
    LookupStore lookups, ConnectionStore connections, MemberStore members, ClientAddress client, Systems systems, SystemSettings settings, SignIns signIns, HookCare hooks, SecretBox box, PublicAddress address, TimeProvider time,
    ILogger<Consent> log)
{
    /// <summary>Set to false where a vendor returns no state: which sign-in an answer belongs to is then known by the cookie alone.</summary>
    private const string StateReturned = "stateInRedirect";

    private const int MaxErrorCode = 64;

    /// <summary>The vendor's consent page; null where the invitation is not, or no longer, good.</summary>
    public async Task<Uri?> BeginAsync(HttpRequest request, string system, string invitation, CancellationToken cancellation)
    {
        if (invitation.Length == 0 || systems.Find(system) is not { Catalog.Grant: not OAuthGrant.None } connector) return null;
        if (await lookups.FindInvitationAsync(invitation, cancellation) is not { } found) return null;
        AddressList.Require((await members.AccessAsync(found.Tenant, cancellation)).Value.AllowedAddresses, client.Of(request));
        if (await lookups.TakeInvitationAsync(invitation, cancellation) is not { } invited) return null;
        if (await connections.GetAsync(invited.Tenant, invited.Connection, cancellation) is not { Value: var connection } || connection.System != system) return null;

        var chosen = settings.Of(connector.Catalog, connection);
        var secure = address.IsSecure(request);
        var cookie = BrowserCookie.Set(request, request.HttpContext.Response, secure, fresh: !ReturnsState(chosen));
        var state = ReturnsState(chosen) ? BrowserCookie.NewSecret() : cookie;
        var callback = address.Callback(request, system);
        var verifier = connector.Catalog.UsesPkce ? BrowserCookie.NewSecret() : null;
        var pending = new PendingOAuth(
            invited.Tenant,
            invited.Connection,
            system,
            callback.AbsoluteUri,
            verifier is null ? null : box.Seal(invited.Tenant, invited.Connection, Encoding.ASCII.GetBytes(verifier)),
            Keys.OfSecret(cookie),
            time.GetUtcNow() + BrowserCookie.Lifetime);
        if (!await lookups.PutPendingAsync(state, pending, cancellation)) throw new InvalidOperationException("Two random states are the same.");
        Log.Began(log, system, invited.Tenant, invited.Connection);
        return connector.AuthorizeAddress(new OAuthRequest(callback, state, chosen, verifier));
    }

    /// <summary>Takes what a vendor's redirect brought, and stores the credentials if everything about it is right.</summary>
    public async Task<ConnectOutcome> FinishAsync(HttpRequest request, string system, ImmutableDictionary<string, string> answer, CancellationToken cancellation)
    {
        if (systems.Find(system) is not { } connector) return ConnectPages.Unknown;
        if (BrowserCookie.Get(request, address.IsSecure(request)) is not { } cookie) return Refuse(system, "no cookie");

        // Used up before anything is looked at: whatever is wrong, it cannot be tried again.
        var returned = answer.GetValueOrDefault("state") is { Length: > 0 } given ? given : null;
        var state = returned ?? cookie;
        if (await lookups.TakePendingAsync(state, cancellation) is not { } pending) return Refuse(system, "unknown state");
        if (pending.BrowserBindingHash != Keys.OfSecret(cookie)) return Refuse(system, "another browser");
        if (pending.System != system) return Refuse(system, "another system");
        if (await connections.GetAsync(pending.Tenant, pending.Connection, cancellation) is not { Value: var connection }) return Refuse(system, "no such connection");
        var chosen = settings.Of(connector.Catalog, connection);
        if (returned is null && ReturnsState(chosen)) return Refuse(system, "no state");
        if (answer.TryGetValue("error", out var error)) return Declined(connector.Catalog, connection, error);

        var verifier = pending.CodeVerifierSealed is { } sealedVerifier ? box.Open(pending.Tenant, pending.Connection, sealedVerifier) : null;
        if (verifier is null && connector.Catalog.UsesPkce) return Refuse(system, "no verifier");

        var oauth = new OAuthRequest(new Uri(pending.RedirectUri), state, chosen, verifier is null ? null : Encoding.ASCII.GetString(verifier));
        var redeemed = await connector.RedeemAsync(oauth, new OAuthAnswer(answer), cancellation);
        if (!redeemed.TryGet(out var credentials, out var failure))
        {
            Log.Failed(log, system, connection.Tenant, connection.Id, failure.Kind);
            return ConnectPages.Failed(failure.Message).For(connection);
        }

        var signedIn = await signIns.ConnectAsync(connection, credentials, cancellation);
        if (signedIn is SignInOutcome.Connected connected) await hooks.TendAsync(connected.Connection, cancellation);
        return Outcome(connector.Catalog, connection, signedIn).For(connection);
    }

    private static bool ReturnsState(ImmutableDictionary<string, string> settings) => settings.GetValueOrDefault(StateReturned) != "false";

    private ConnectOutcome Outcome(SystemCatalog catalog, StoredConnection connection, SignInOutcome result)
    {
        switch (result)
        {
            case SignInOutcome.Connected { Connection: var connected }:
                Log.Connected(log, catalog.System, connected.Tenant, connected.Id);
                return ConnectPages.Done(catalog.DisplayName, connected.AccountName, connected.UserName);
            case SignInOutcome.RightMissing missing:
                Log.RightMissing(log, catalog.System, connection.Tenant, connection.Id);
                return ConnectPages.RightMissing(SignIns.MissingRightDetail(catalog, missing.Right));
            case SignInOutcome.OtherAccount other:
                Log.OtherAccount(log, catalog.System, connection.Tenant, connection.Id);
                return ConnectPages.OtherAccount(other.Expected, other.Found);
            case SignInOutcome.Refused { Failure: var failure }:
                Log.Failed(log, catalog.System, connection.Tenant, connection.Id, failure.Kind);
                return ConnectPages.Failed(failure.Message);
            default:
                throw new ArgumentException("Unknown outcome.", nameof(result));
        }
    }

    /// <summary>The vendor's code goes to the log if it looks like one; nothing of it goes to the page.</summary>
    private ConnectOutcome Declined(SystemCatalog catalog, StoredConnection connection, string error)
    {
        var code = error.Length <= MaxErrorCode && error.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? error : "unreadable";
        Log.Declined(log, catalog.System, connection.Tenant, connection.Id, code);
        return ConnectPages.Declined(catalog.DisplayName).For(connection);
    }

    private ConnectOutcome Refuse(string system, string why)
    {
        Log.Refused(log, system, why);
        return ConnectPages.Unknown;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "A sign-in to {System} began for connection {Tenant}/{Connection}.")]
        public static partial void Began(ILogger log, string system, TenantId tenant, ConnectionId connection);

        [LoggerMessage(LogLevel.Information, "{System} is connected as {Tenant}/{Connection}.")]
        public static partial void Connected(ILogger log, string system, TenantId tenant, ConnectionId connection);

        [LoggerMessage(LogLevel.Warning, "A callback of {System} was refused: {Why}.")]
        public static partial void Refused(ILogger log, string system, string why);

        [LoggerMessage(LogLevel.Information, "{System} declined to connect {Tenant}/{Connection}: {Code}.")]
        public static partial void Declined(ILogger log, string system, TenantId tenant, ConnectionId connection, string code);

        [LoggerMessage(LogLevel.Warning, "{System} did not connect as {Tenant}/{Connection}: {Kind}.")]
        public static partial void Failed(ILogger log, string system, TenantId tenant, ConnectionId connection, FailureKind kind);

        [LoggerMessage(LogLevel.Warning, "Who signed in to {System} for {Tenant}/{Connection} lacks a right.")]
        public static partial void RightMissing(ILogger log, string system, TenantId tenant, ConnectionId connection);

        [LoggerMessage(LogLevel.Warning, "Who signed in to {System} for {Tenant}/{Connection} signed in to another account.")]
        public static partial void OtherAccount(ILogger log, string system, TenantId tenant, ConnectionId connection);
    }
}
