using System.Collections.Immutable;
using System.Text.Json;
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
    public sealed record Body(string? Name, JsonElement Flows, JsonElement Acts);

    [Function(nameof(PatchGroup))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(GroupView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "manage/v1/tenants/{tenant}/groups/{group}")] HttpRequest request, string tenant, string group, CancellationToken cancellation)
    {
        Grants.RequireWhole(request.Caller());
        var owner = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var (named, acts) = (All<string>(body.Flows, "#/flows"), All<Act>(body.Acts, "#/acts"));
        (await new BodyCheck().Name("#/name", body.Name).FlowsAsync(flows, owner.Id, named, cancellation)).Refuse();
        var access = await members.ChangeAccessAsync(owner.Id, found => found with
        {
            Groups = [.. found.Groups.Select(each => each.Id != group ? each : each with
            {
                Name = body.Name ?? each.Name,
                Flows = IsGiven(body.Flows) ? named : each.Flows,
                Acts = IsGiven(body.Acts) ? acts : each.Acts,
            })],
        }, cancellation);
        var changed = access.Groups.FirstOrDefault(each => each.Id == group) ?? throw ProblemException.NotFound("group");
        await notices.RaiseAsync(owner.Id, null, $"The group {changed.Name} was changed", request.Caller().Name);
        return Json.Ok(GroupView.Of(changed));
    }

    private static bool IsGiven(JsonElement element) => element.ValueKind != JsonValueKind.Undefined;

    private static ImmutableSortedSet<T>? All<T>(JsonElement element, string pointer) =>
        IsGiven(element) && element.ValueKind != JsonValueKind.Null ? JsonBody.Convert<ImmutableSortedSet<T>>(element, pointer) : null;
}
