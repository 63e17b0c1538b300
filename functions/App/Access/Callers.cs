using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Access;

/// <summary>
/// Finds out who a request is from: an API key as a bearer token, else the operator's key, else the session of a browser. At most three
/// rows are read: the session or the key's look-up, the member or the key, and how the tenant may be reached.
/// </summary>
public sealed class Callers(OperatorKeys operators, PersonStore people, MemberStore members, ClientAddress client, PublicAddress address, TimeProvider time)
{
    /// <summary>What every API key begins with.</summary>
    public const string KeyPrefix = "sk_";

    private const string Scheme = "Bearer ";

    private static readonly TimeSpan SessionNotedEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeyNotedEvery = TimeSpan.FromHours(1);

    /// <param name="request">With a key, or the cookie of a session.</param>
    /// <param name="tenant">Whose address it is; null where it is nobody's.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>Null where nothing that was sent is good.</returns>
    /// <exception cref="ProblemException">Whoever it is has nothing to do with the tenant, or may not come in like this.</exception>
    public async Task<Caller?> FindAsync(HttpRequest request, TenantId? tenant, CancellationToken cancellation)
    {
        if (request.Headers.Authorization.ToString() is { Length: > 0 } authorization && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return await OfKeyAsync(request, authorization[Scheme.Length..].Trim(), tenant, cancellation);
        if (request.Headers.ContainsKey(OperatorKeys.Header)) return IsOperator(request) ? Caller.Operator : null;
        if (!SessionCookie.TryGet(request, address, out var person, out var token) || await people.FindSessionAsync(person, token, cancellation) is not { } session) return null;
        SameOrigin.Require(request, address);
        var caller = await OfSessionAsync(request, session.Value, tenant, cancellation);
        if (caller is not null && time.GetUtcNow() - session.Value.LastUsedAt >= SessionNotedEvery) await people.NoteUsedAsync(session, time.GetUtcNow(), client.Of(request)?.ToString(), cancellation);
        return caller;
    }

    /// <summary>By the operator's key alone: for what must be told while tables can't be read.</summary>
    public bool IsOperator(HttpRequest request) => request.Headers.TryGetValue(OperatorKeys.Header, out var key) && operators.Takes(key.ToString());

    /// <summary>What the groups of a member or a key let it reach. A group that is no longer there lets it reach nothing.</summary>
    public static ImmutableArray<Reach> Reaches(ImmutableArray<string> groups, TenantAccess access) =>
        [.. groups.Select(id => access.Groups.FirstOrDefault(group => group.Id == id) is { } group
            ? new Reach(group.Flows?.Select(flow => new FlowId(flow)).ToImmutableHashSet(), group.Acts?.ToImmutableHashSet())
            : Reach.Nothing)];

    /// <summary>Who that is, before anything is known of a tenant.</summary>
    public static Caller Of(Session session) => new(CallerKind.User, session.Person.Value, session.Name, session.IsOperator ? Role.Operator : Role.Viewer, null);

    /// <summary>Somebody who is known, and not signed in: for the audit log.</summary>
    public static Caller Of(Person person) => new(CallerKind.User, person.Id.Value, person.Name, Role.Viewer, null);

    private async Task<Caller?> OfKeyAsync(HttpRequest request, string key, TenantId? tenant, CancellationToken cancellation)
    {
        if (!key.StartsWith(KeyPrefix, StringComparison.Ordinal) || await members.FindKeyAsync(Keys.OfSecret(key), cancellation) is not { Value: var found } stored) return null;
        if (tenant is { } asked && asked != found.Tenant) throw ProblemException.NotFound("tenant");
        var access = (await members.AccessAsync(found.Tenant, cancellation)).Value;
        AddressList.Require(access.AllowedAddresses, client.Of(request));
        var now = time.GetUtcNow();
        if (found.LastUsedAt is not { } last || now - last >= KeyNotedEvery) await members.NoteUsedAsync(stored, now, cancellation);
        return new Caller(CallerKind.ApiKey, found.Id, found.Name, found.Role, found.Tenant) { Groups = found.Groups, Reaches = Reaches(found.Groups, access) };
    }

    private async Task<Caller?> OfSessionAsync(HttpRequest request, Session session, TenantId? tenant, CancellationToken cancellation)
    {
        request.HttpContext.Features.Set(session);
        var caller = Of(session);
        if (session.IsOperator || tenant is not { } asked) return caller;
        if (await members.GetAsync(asked, session.Person, cancellation) is not { Value: { IsDisabled: false } member }) throw ProblemException.NotFound("tenant");
        var access = (await members.AccessAsync(asked, cancellation)).Value;
        var now = time.GetUtcNow();
        if (session.CreatedAt + access.SessionLength <= now || session.LastUsedAt + access.Idle <= now) return null;
        if (access.IssuerOnly && session.IsLocal) throw new ProblemException(ProblemType.NotAllowed, "This tenant does not take passwords: sign out, and sign in by your organisation.");
        AddressList.Require(access.AllowedAddresses, client.Of(request));
        return caller with { Name = member.Name, Role = member.Role, Tenant = asked, Groups = member.Groups, Reaches = Reaches(member.Groups, access) };
    }
}
