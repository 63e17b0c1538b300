using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Notices;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>Begins and ends the sessions of browsers, and says to whom they belong, for the audit log.</summary>
public sealed class Sessions(PersonStore people, MemberStore members, ClientAddress client, PublicAddress address, TimeProvider time)
{
    private const int LongestBrowser = 300;

    /// <summary>
    /// Signs somebody in who runs the app or belongs to a tenant, in a new session, whatever the browser brought: a token that somebody
    /// else may have put there is worth nothing. It lasts as the strictest of the person's tenants has it.
    /// </summary>
    /// <returns>False where the person belongs to nobody.</returns>
    public async Task<bool> BeginAsync(HttpRequest request, Person person, bool isOperator, CancellationToken cancellation)
    {
        var (idle, length, belongs) = (TenantAccess.Default.Idle, TenantAccess.Default.SessionLength, isOperator);
        foreach (var tenant in isOperator ? [] : await people.TenantsAsync(person.Id, cancellation))
        {
            if (await members.GetAsync(tenant, person.Id, cancellation) is not { Value.IsDisabled: false }) continue;
            var access = (await members.AccessAsync(tenant, cancellation)).Value;
            (idle, length, belongs) = belongs ? (Less(idle, access.Idle), Less(length, access.SessionLength), true) : (access.Idle, access.SessionLength, true);
        }

        await EndAsync(request, cancellation);
        if (!belongs) return false;
        var (token, now) = (BrowserCookie.NewSecret(), time.GetUtcNow());
        var session = new Session(person.Id, Keys.OfSecret(token), person.Name)
        {
            Email = person.Email,
            IsOperator = isOperator,
            IsLocal = person.Issuer == Person.Local,
            CreatedAt = now,
            LastUsedAt = now,
            Idle = idle,
            Address = client.Of(request)?.ToString(),
            Browser = BrowserOf(request),
            ExpiresAt = now + length,
        };
        await people.BeginAsync(session, cancellation);
        request.HttpContext.Features.Set(Callers.Of(session));
        SessionCookie.Set(request, address, person.Id, token, length);
        return true;
    }

    /// <summary>Signs the browser out.</summary>
    /// <returns>The session that it had; null where that was none.</returns>
    public async Task<Session?> EndAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!SessionCookie.TryGet(request, address, out var person, out var token)) return null;
        var ended = await people.FindSessionAsync(person, token, cancellation);
        await people.EndAsync(person, Keys.OfSecret(token), cancellation);
        SessionCookie.Clear(request, address);
        return ended?.Value;
    }

    public async Task<bool> IsSignedInAsync(HttpRequest request, CancellationToken cancellation) =>
        SessionCookie.TryGet(request, address, out var person, out var token) && await people.FindSessionAsync(person, token, cancellation) is not null;

    private static string? BrowserOf(HttpRequest request) => NoticeText.OneLine(request.Headers.UserAgent.ToString()) switch
    {
        "" => null,
        { Length: > LongestBrowser } text => text[..LongestBrowser],
        var text => text,
    };

    private static TimeSpan Less(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
