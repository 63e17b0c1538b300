using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>
/// The two halves of a sign-in by the issuer: the way there, and what comes back. Between them stands a state that is used once, for ten
/// minutes at most, by the browser that began. The nonce and the verifier of PKCE are made from the browser's cookie and the state, so
/// that neither is kept anywhere.
/// </summary>
public sealed partial class IssuerSignIn(
    Issuer issuer, SignInSettings settings, LookupStore lookups, PersonStore people, MemberStore members, Joining joining, Sessions sessions, PublicAddress address, TimeProvider time, ILogger<IssuerSignIn> log)
{
    /// <param name="request">Of the browser that begins.</param>
    /// <param name="returnTo">A page of the dashboard, as in <c>/t/acme</c>.</param>
    /// <param name="invitation">The code of an invitation that is accepted by it.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task<Uri> BeginAsync(HttpRequest request, string? returnTo, string? invitation, CancellationToken cancellation)
    {
        var cookie = BrowserCookie.Set(request, request.HttpContext.Response, address.IsSecure(request), fresh: false);
        var (state, callback) = (BrowserCookie.NewSecret(), address.SignInCallback(request));
        var pending = new PendingSignIn(
            Keys.OfSecret(cookie), callback.AbsoluteUri, Page(returnTo), invitation is null ? null : Keys.OfSecret(invitation), time.GetUtcNow() + BrowserCookie.Lifetime);
        if (!await lookups.PutPendingSignInAsync(state, pending, cancellation)) throw new InvalidOperationException("Two random states are the same.");
        return await issuer.AuthorizeAddressAsync(callback, state, Derive("nonce", cookie, state), Derive("verifier", cookie, state), cancellation);
    }

    /// <summary>Takes what the issuer's redirect brought, and signs in if everything about it is right.</summary>
    public async Task<IActionResult> FinishAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (settings.Issuer is null || BrowserCookie.Get(request, address.IsSecure(request)) is not { } cookie) return Refuse("no cookie");

        // Used up before anything is looked at: whatever is wrong, it cannot be tried again.
        if (One(request, "state") is not { } state || await lookups.TakePendingSignInAsync(state, cancellation) is not { } pending) return Refuse("unknown state");
        if (pending.BrowserBindingHash != Keys.OfSecret(cookie)) return Refuse("another browser");
        if (!await issuer.IsFromAsync(One(request, "iss"), cancellation)) return Refuse("another issuer");
        if (One(request, "code") is not { } code) return SignInPages.Declined(settings.Name);
        var (identity, why) = await issuer.RedeemAsync(new Uri(pending.RedirectUri), code, Derive("nonce", cookie, state), Derive("verifier", cookie, state), cancellation);
        return identity is null ? Refuse(why ?? "not valid") : await AdmitAsync(request, pending, identity, cancellation);
    }

    private async Task<IActionResult> AdmitAsync(HttpRequest request, PendingSignIn pending, IssuedIdentity identity, CancellationToken cancellation)
    {
        var person = new Person(settings.Issuer!, identity.Subject, identity.Name) { Email = identity.Email, CreatedAt = time.GetUtcNow() };
        var (page, tenant) = (pending.ReturnTo, (TenantId?)null);

        // Of strangers nothing is kept but that somebody came.
        request.HttpContext.Features.Set(Callers.Of(person with { Name = "somebody whom nobody has invited" }));
        if (pending.InvitationHash is { } hash)
        {
            if (await members.FindInvitationAsync(hash, cancellation) is not { } invitation) return SignInPages.InvitationSpent;
            tenant = invitation.Value.Tenant;
            request.HttpContext.Features.Set(Callers.Of(person) with { Tenant = tenant });
            if (await joining.JoinAsync(request, invitation, person, cancellation) is { } refusal) return SignInPages.NotJoined(refusal);
            page = $"/t/{tenant}";
        }

        if (!await sessions.BeginAsync(request, person, identity.IsOperator, cancellation)) return SignInPages.NotInvited(identity.Email ?? identity.Name);
        request.HttpContext.Features.Set(request.Caller() with { Tenant = tenant });
        await people.RememberAsync(person, cancellation);
        Log.SignedIn(log, person.Id);
        return new ConsentRedirect(address.Page(request, page));
    }

    // It goes behind the '#' of the dashboard's own address, so that it leads nowhere else, whatever it is.
    private static string Page(string? returnTo) => returnTo is not null && DashboardPage().IsMatch(returnTo) ? returnTo : "/";

    private static string? One(HttpRequest request, string name) => request.Query[name] is [{ Length: > 0 } only] ? only : null;

    private static string Derive(string purpose, string cookie, string state) =>
        System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(cookie), Encoding.ASCII.GetBytes($"{purpose}|{state}")));

    private IActionResult Refuse(string why)
    {
        Log.Refused(log, why);
        return SignInPages.Unknown;
    }

    [GeneratedRegex("^/([A-Za-z0-9._~%=&?,-]+/?)*$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DashboardPage();

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Person} signed in by the issuer.")]
        public static partial void SignedIn(ILogger log, PersonId person);

        [LoggerMessage(LogLevel.Warning, "An answer of the issuer was refused: {Why}.")]
        public static partial void Refused(ILogger log, string why);
    }
}
