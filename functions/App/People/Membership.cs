using SyncFunctions.App.Access;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Changes who belongs to a tenant. Whoever belongs to none any more is signed out everywhere, at once, and forgotten.</summary>
public sealed class Membership(MemberStore members, PersonStore people, AccessNotices notices)
{
    public async Task<Member> FindAsync(TenantId tenant, string user, CancellationToken cancellation) =>
        PersonId.TryParse(user, out var person) && await members.GetAsync(tenant, person, cancellation) is { } found ? found.Value : throw ProblemException.NotFound("user");

    /// <param name="caller">Who does it: to nobody who has more, and giving nothing that they have not.</param>
    /// <param name="member">As it was found.</param>
    /// <param name="change">Null takes them out of the tenant.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task ChangeAsync(Caller caller, Member member, Func<Member, Member?> change, CancellationToken cancellation)
    {
        var before = member;
        Member? after = null;
        var outcome = await members.ChangeAsync(member.Tenant, member.Person, found =>
        {
            Grants.Require(caller, found.Role, found.Groups);
            (before, after) = (found, change(found));
            if (after is not null) Grants.Require(caller, after.Role, after.Groups);
            return after;
        }, cancellation);
        if (outcome == MemberChange.Unknown) throw ProblemException.NotFound("user");
        if (outcome == MemberChange.LastAdministrator)
            throw new ProblemException(ProblemType.LastAdministrator, $"{member.Name} is the only administrator who reaches everything of the tenant. Make somebody else one first.");
        if (after is null) await people.LeaveTenantAsync(member.Person, member.Tenant, cancellation);
        await notices.RaiseAsync(member.Tenant, null, after is null ? $"{member.Name} was taken out" : $"{after.Name} was changed: {Told(after)}", caller.Name, Told(before, after));
        if (after is null or { IsDisabled: true }) await SignOutStrangerAsync(member.Person, cancellation);
    }

    /// <returns>Null where it is nothing to the person, or they have no address.</returns>
    private static ToldPerson? Told(Member before, Member? after)
    {
        if (before.Email is not { } email || (after is not null && after.Role == before.Role && after.IsDisabled == before.IsDisabled && after.Groups.SequenceEqual(before.Groups))) return null;
        return new ToldPerson(email, after is null ? "You were taken out" : $"Your access was changed: {Told(after)}", "If you did not expect this, ask an administrator.");
    }

    private static string Told(Member member) =>
        $"{Json.ToNode(member.Role)}{(member.Groups.IsEmpty ? "" : ", narrowed by groups")}{(member.IsDisabled ? ", disabled" : "")}";

    private async Task SignOutStrangerAsync(PersonId person, CancellationToken cancellation)
    {
        if (await people.GetAsync(person, cancellation) is { Value.IsOperator: true }) return;
        var tenants = await people.TenantsAsync(person, cancellation);
        foreach (var tenant in tenants)
        {
            if (await members.GetAsync(tenant, person, cancellation) is { Value.IsDisabled: false }) return;
        }

        if (tenants.Count == 0) await people.RemoveAsync(person, cancellation);
        else await people.EndAllAsync(person, but: null, cancellation);
    }
}
