using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>What was sent, is on its way or was given up, the newest first.</summary>
public sealed class ListSentNotices(Finder finder, NoticeStore notices)
{
    [Function(nameof(ListSentNotices))]
    [Needs(Role.Administrator, Act.Settings)]
    [Asks("delivery", "continuation", "limit")]
    [Answers(typeof(ListView<SentNoticeView>))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/notices/sent")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var id = (await finder.TenantAsync(tenant, cancellation)).Id;
        var page = await notices.ListDeliveriesAsync(id, request.Choice<DeliveryState>("delivery"), request.Text("continuation"), request.Limit(), cancellation);
        return Json.Ok(new ListView<SentNoticeView>([.. page.Items.Select(SentNoticeView.Of)], page.Continuation));
    }
}
