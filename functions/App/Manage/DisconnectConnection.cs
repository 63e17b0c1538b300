using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Forgets the credentials of a connection, and tells the vendor to call no longer and to end them where it can be told; <c>healthDetail</c> says whether it did.</summary>
public sealed class DisconnectConnection(Finder finder, SignIns signIns, HookCare hooks, ConnectionViews views, AccessNotices notices)
{
    [Function(nameof(DisconnectConnection))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(typeof(ConnectionView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/connections/{connection}/disconnect")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = (await finder.ConnectionAsync(tenant, connection, cancellation)).Value;
        await hooks.EndAsync(found, cancellation);
        var ended = await signIns.DisconnectAsync(found, cancellation);
        await notices.RaiseAsync(ended.Tenant, null, $"The connection {ended.Name} was disconnected", request.Caller().Name);
        return Json.Ok(await views.OfAsync(ended, cancellation));
    }
}
