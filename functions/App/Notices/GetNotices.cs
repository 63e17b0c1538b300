using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

public sealed class GetNotices(Finder finder, NoticeBook book)
{
    [Function(nameof(GetNotices))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(NoticeRulesView), Tagged = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/notices")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var found = await book.LoadAsync((await finder.TenantAsync(tenant, cancellation)).Id, cancellation);
        return NoticeRulesView.Of(found.Value, isDefault: found.ETag == default).ToAnswer();
    }
}
