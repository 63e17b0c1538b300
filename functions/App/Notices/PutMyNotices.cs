using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>What the caller does not want to get of what the rules give them.</summary>
public sealed class PutMyNotices(Finder finder, NoticeStore notices)
{
    /// <param name="Off">Events.</param>
    /// <param name="EmailOff">No mail at all.</param>
    public sealed record Body(IReadOnlyList<NoticeEvent>? Off, bool? EmailOff);

    [Function(nameof(PutMyNotices))]
    [Needs(Role.Viewer)]
    [Answers(typeof(NoticeWishesView))]
    [Refuses("changed-meanwhile")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "manage/v1/tenants/{tenant}/notices/mine")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var id = (await finder.TenantAsync(tenant, cancellation)).Id;
        var (user, body) = (request.Caller().RequireUser(), await JsonBody.ReadAsync<Body>(request, cancellation));
        var wishes = new NoticeWishes { Off = [.. (body.Off ?? []).Distinct()], EmailOff = body.EmailOff ?? false };
        var before = await notices.GetWishesAsync(id, user, cancellation);
        if (await notices.PutWishesAsync(id, user, wishes, before?.ETag, cancellation) is null) throw new ProblemException(ProblemType.ChangedMeanwhile, "It was changed at the same time. Look at it again.");
        return Json.Ok(NoticeWishesView.Of(wishes));
    }
}
