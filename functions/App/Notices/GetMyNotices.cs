using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

public sealed class GetMyNotices(Finder finder, NoticeStore notices)
{
    [Function(nameof(GetMyNotices))]
    [Needs(Role.Viewer)]
    [Answers(typeof(NoticeWishesView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/notices/mine")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var id = (await finder.TenantAsync(tenant, cancellation)).Id;
        return Json.Ok(NoticeWishesView.Of((await notices.GetWishesAsync(id, request.Caller().RequireUser(), cancellation))?.Value ?? NoticeWishes.None));
    }
}
