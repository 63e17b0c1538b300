using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

public sealed class ListKeys(Finder finder, MemberStore members)
{
    [Function(nameof(ListKeys))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(ListView<KeyView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/keys")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var found = await members.KeysAsync(owner.Id, cancellation);
        var page = found.OrderBy(key => key.Name, StringComparer.OrdinalIgnoreCase).Page(key => key.Id, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<KeyView>([.. page.Items.Select(KeyView.Of)], page.Continuation));
    }
}
