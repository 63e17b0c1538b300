using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

public sealed class CreateGroup(Finder finder, FlowStore flows, MemberStore members, AccessNotices notices)
{
    /// <param name="Flows">Null: all of them.</param>
    /// <param name="Acts">Null: all of them.</param>
    public sealed record Body([property: Must] string? Name, ImmutableSortedSet<string>? Flows, ImmutableSortedSet<Act>? Acts);

    [Function(nameof(CreateGroup))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status201Created, typeof(GroupView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/groups")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        Grants.RequireWhole(request.Caller());
        var owner = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var check = new BodyCheck().Require("#/name", body.Name).Name("#/name", body.Name);
        (await check.FlowsAsync(flows, owner.Id, body.Flows, cancellation)).Refuse();
        var group = new Group(NewId.Choose(null), body.Name!, body.Flows, body.Acts);
        await members.ChangeAccessAsync(
            owner.Id,
            access => access.Groups.Length < Grants.MostGroups ? access with { Groups = access.Groups.Add(group) } : throw new ProblemException(ProblemType.InvalidRequest, $"A tenant has at most {Grants.MostGroups} groups."),
            cancellation);
        await notices.RaiseAsync(owner.Id, null, $"The group {group.Name} was made", request.Caller().Name);
        return Json.Created(GroupView.Of(group));
    }
}
