using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Access;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>Makes whoever opened an invitation a member of the tenant, once.</summary>
public sealed class Joining(PersonStore people, MemberStore members, AccessNotices notices, ClientAddress client, TimeProvider time)
{
    /// <param name="request">From where they come.</param>
    /// <param name="invitation">As it was found.</param>
    /// <param name="person">Who they have shown to be.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>For the person: why not; null where they are a member now.</returns>
    public async Task<string?> JoinAsync(HttpRequest request, Versioned<MemberInvitation> invitation, Person person, CancellationToken cancellation)
    {
        var offer = invitation.Value;
        var access = (await members.AccessAsync(offer.Tenant, cancellation)).Value;
        AddressList.Require(access.AllowedAddresses, client.Of(request));
        var isLocal = person.Issuer == Person.Local;
        if (access.IssuerOnly && isLocal) return "This tenant does not take passwords: accept the invitation by signing in by your organisation.";
        if (offer.Email is { } wanted && !string.Equals(wanted, person.Email, StringComparison.OrdinalIgnoreCase))
            return $"The invitation is for {wanted}, and you are {person.Email ?? person.Name}. Sign in as {wanted}, or ask for an invitation of your own.";
        if (await members.GetAsync(offer.Tenant, person.Id, cancellation) is not null) return "You belong to this tenant already: sign in without the invitation. If that does not work, ask an administrator of the tenant.";

        await people.RememberAsync(person, cancellation);
        await people.PointAtTenantAsync(person.Id, offer.Tenant, cancellation);
        var member = new Member(offer.Tenant, person.Id, offer.Name ?? person.Name, offer.Role) { Email = person.Email, Groups = offer.Groups, IsLocal = isLocal, CreatedAt = time.GetUtcNow() };
        if (!await members.JoinAsync(invitation, member, cancellation)) return "The invitation was used already, or taken back. Ask whoever sent it for a new one.";
        await notices.RaiseAsync(offer.Tenant, null, $"{member.Name} has joined as {Json.ToNode(member.Role)}", member.Email ?? member.Name);
        return null;
    }
}
