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

public sealed class PatchGroup(Finder finder, FlowStore flows, MemberStore members, AccessNotices notices)
{
    /// <summary>What is left out stays; null is all flows, or all acts.</summary>
    public sealed record Body(string? Name, Given<ImmutableSortedSet<string>?> Flows = default, Given<ImmutableSortedSet<Act>?> Acts = default);

    [Function(nameof(PatchGroup))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(GroupView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "manage/v1/tenants/{tenant}/groups/{group}")] HttpRequest request, string tenant, string group, CancellationToken cancellation)
    {
        Grants.RequireWhole(request.Caller());
        var owner = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        (await new BodyCheck().Name("#/name", body.Name).FlowsAsync(flows, owner.Id, body.Flows.Value, cancellation)).Refuse();
        var access = await members.ChangeAccessAsync(owner.Id, found => found with
        {
            Groups = [.. found.Groups.Select(each => each.Id != group ? each : each with
            {
                Name = body.Name ?? each.Name,
                Flows = body.Flows.Or(each.Flows),
                Acts = body.Acts.Or(each.Acts),
            })],
        }, cancellation);
        var changed = access.Groups.FirstOrDefault(each => each.Id == group) ?? throw ProblemException.NotFound("group");
        await notices.RaiseAsync(owner.Id, null, $"The group {changed.Name} was changed", request.Caller().Name);
        return Json.Ok(GroupView.Of(changed));
    }
}
