using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Removes a group that narrows nobody. Where somebody is put into it at the same time, that one reaches nothing until it is changed.</summary>
public sealed class RemoveGroup(Finder finder, MemberStore members, AccessNotices notices)
{
    [Function(nameof(RemoveGroup))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("changed-meanwhile")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/tenants/{tenant}/groups/{group}")] HttpRequest request, string tenant, string group, CancellationToken cancellation)
    {
        Grants.RequireWhole(request.Caller());
        var owner = await finder.TenantAsync(tenant, cancellation);
        var users = (await members.ListAsync(owner.Id, cancellation)).Where(member => member.Groups.Contains(group)).Select(member => member.Name);
        var keys = (await members.KeysAsync(owner.Id, cancellation)).Where(key => key.Groups.Contains(group)).Select(key => key.Name);
        var invited = (await members.InvitationsAsync(owner.Id, cancellation)).Where(invitation => invitation.Groups.Contains(group)).Select(_ => "somebody who is invited");
        if (users.Concat(keys).Concat(invited).Distinct().ToList() is { Count: > 0 } narrowed)
            throw new ProblemException(ProblemType.ChangedMeanwhile, $"The group still narrows {string.Join(", ", narrowed)}. Take them out of it first.");
        var isKnown = false;
        await members.ChangeAccessAsync(owner.Id, access =>
        {
            isKnown = access.Groups.Any(each => each.Id == group);
            return isKnown ? access with { Groups = access.Groups.RemoveAll(each => each.Id == group) } : access;
        }, cancellation);
        if (!isKnown) throw ProblemException.NotFound("group");
        await notices.RaiseAsync(owner.Id, null, "A group was removed", request.Caller().Name);
        return new NoContentResult();
    }
}
