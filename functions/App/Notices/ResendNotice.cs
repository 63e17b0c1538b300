using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>Sends a notice once more, under the same id: whoever has it already knows it again.</summary>
public sealed class ResendNotice(Finder finder, NoticeStore notices, NoticeOutbox outbox, TimeProvider time)
{
    [Function(nameof(ResendNotice))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status202Accepted, typeof(SentNoticeView))]
    [Refuses("changed-meanwhile")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/notices/sent/{notice}/resend")] HttpRequest request, string tenant, string notice, CancellationToken cancellation)
    {
        var id = (await finder.TenantAsync(tenant, cancellation)).Id;
        if (await notices.GetDeliveryAsync(id, notice, cancellation) is not { } found) throw ProblemException.NotFound("notice");
        var again = found with { Value = found.Value with { State = DeliveryState.Waiting, Attempts = 0, NextAt = time.GetUtcNow() } };
        if (await notices.ReplaceDeliveryAsync(again, cancellation) is null) throw new ProblemException(ProblemType.ChangedMeanwhile, "It is being sent at this moment.");
        await outbox.SendAsync(new NoticeMessage(id.Value, Delivery: notice), null, cancellation);
        return Json.Accepted(SentNoticeView.Of(again.Value));
    }
}
