using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Who the caller is, and what they may do where.</summary>
public sealed class GetMe(TenantStore tenants, MemberStore members, PersonStore people)
{
    /// <param name="Tenants">All of them for an operator.</param>
    /// <param name="Session">Null where it is no browser's.</param>
    public sealed record View(CallerKind Kind, string Id, string Name, string? Email, bool Operator, IReadOnlyList<TenantRole> Tenants, SessionView? Session);

    /// <param name="Acts">That some group has; null: all of them. Each group's acts are for that group's flows.</param>
    /// <param name="Flows">That some group has; null: all of them.</param>
    public sealed record TenantRole(string Id, string Name, Role Role, ImmutableArray<string> Groups, ImmutableSortedSet<Act>? Acts, ImmutableSortedSet<string>? Flows);

    /// <param name="IdleSeconds">How long it may rest.</param>
    /// <param name="Local">By a password; otherwise by the issuer.</param>
    public sealed record SessionView(DateTimeOffset ExpiresAt, int IdleSeconds, bool Local);

    [Function(nameof(GetMe))]
    [Needs(Role.Viewer)]
    [Answers(typeof(View))]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/me")] HttpRequest request, CancellationToken cancellation)
    {
        var (caller, session) = (request.Caller(), request.HttpContext.Features.Get<Session>());
        return Json.Ok(new View(
            caller.Kind,
            caller.Id,
            caller.Name,
            session?.Email,
            caller.Role == Role.Operator,
            [.. (await TenantsAsync(caller, session, cancellation)).OrderBy(tenant => tenant.Name, StringComparer.OrdinalIgnoreCase)],
            session is null ? null : new SessionView(session.ExpiresAt, (int)session.Idle.TotalSeconds, session.IsLocal)));
    }

    private async Task<IEnumerable<TenantRole>> TenantsAsync(Caller caller, Session? session, CancellationToken cancellation)
    {
        if (caller.Role == Role.Operator) return (await tenants.ListAsync(cancellation)).Select(tenant => Of(tenant, Role.Operator, [], []));
        if (caller.Tenant is { } own) return await tenants.GetAsync(own, cancellation) is { } tenant ? [Of(tenant, caller.Role, caller.Groups, caller.Reaches)] : [];
        var roles = new List<TenantRole>();
        foreach (var id in session is null ? [] : await people.TenantsAsync(session.Person, cancellation))
        {
            if (await members.GetAsync(id, session!.Person, cancellation) is not { Value: { IsDisabled: false } member } || await tenants.GetAsync(id, cancellation) is not { } found) continue;
            roles.Add(Of(found, member.Role, member.Groups, Callers.Reaches(member.Groups, (await members.AccessAsync(id, cancellation)).Value)));
        }

        return roles;
    }

    private static TenantRole Of(Tenant tenant, Role role, ImmutableArray<string> groups, ImmutableArray<Reach> reaches) => new(
        tenant.Id.Value,
        tenant.Name,
        role,
        groups,
        reaches.IsEmpty || reaches.Any(reach => reach.Acts is null) ? null : [.. reaches.SelectMany(reach => reach.Acts!).Append(Act.Read)],
        reaches.IsEmpty || reaches.Any(reach => reach.Flows is null) ? null : [.. reaches.SelectMany(reach => reach.Flows!).Select(flow => flow.Value)]);
}
