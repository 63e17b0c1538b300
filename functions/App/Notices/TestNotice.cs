using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>Sends a notice by one rule, now and once, and says what came of it. An address that was taken for gone and takes it is used again.</summary>
public sealed class TestNotice(Finder finder, NoticeBook book, NoticeStore notices, NoticeSpread spread, NoticeSending sending, IdSource ids, TimeProvider time)
{
    /// <param name="Rule">Its id.</param>
    public sealed record Body([property: Must] string? Rule);

    [Function(nameof(TestNotice))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(ListView<SentNoticeView>))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/notices/test")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var id = (await finder.TenantAsync(tenant, cancellation)).Id;
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var rules = (await book.LoadAsync(id, cancellation)).Value;
        new BodyCheck().When(rules.Rules.All(rule => rule.Id != body.Rule), "#/rule", "There is no rule of this id.").Refuse();
        var now = time.GetUtcNow();
        var test = new Notice(id, NoticeEvent.Test, null, ids.NewId(), now) { Facts = Notice.Saying((NoticeFact.Rule, body.Rule!), (NoticeFact.Who, NoticeText.OneLine(request.Caller().Name))), SpreadAt = now };
        await notices.InsertAsync(test, cancellation);
        var sent = await Task.WhenAll((await spread.DeliveriesAsync(test, cancellation)).Select(async delivery =>
        {
            await notices.InsertDeliveryAsync(delivery, cancellation);
            return await sending.RunAsync(id, delivery.Id, cancellation) ?? delivery;
        }));
        return Json.Ok(new ListView<SentNoticeView>([.. sent.Select(SentNoticeView.Of)]));
    }
}
