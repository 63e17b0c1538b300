using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

public sealed class PatchUser(Finder finder, MemberStore members, Membership membership)
{
    /// <param name="Groups">None: no longer narrowed.</param>
    public sealed record Body(string? Name, Role? Role, IReadOnlyList<string>? Groups, bool? Disabled);

    [Function(nameof(PatchUser))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(UserView))]
    [Refuses("last-administrator")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "manage/v1/tenants/{tenant}/users/{user}")] HttpRequest request, string tenant, string user, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var access = (await members.AccessAsync(owner.Id, cancellation)).Value;
        new BodyCheck().Name("#/name", body.Name).Grant(body.Role, body.Groups, access).Refuse();
        var found = await membership.FindAsync(owner.Id, user, cancellation);
        await membership.ChangeAsync(request.Caller(), found, member => member with
        {
            Name = body.Name ?? member.Name,
            Role = body.Role ?? member.Role,
            Groups = body.Groups is { } groups ? [.. groups.Distinct()] : member.Groups,
            IsDisabled = body.Disabled ?? member.IsDisabled,
        }, cancellation);
        return Json.Ok(UserView.Of(await membership.FindAsync(owner.Id, user, cancellation)));
    }
}
