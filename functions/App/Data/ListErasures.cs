using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>The tenants that are being taken away, and those that were.</summary>
public sealed class ListErasures(ErasureStore erasures)
{
    [Function(nameof(ListErasures))]
    [Needs(Role.Operator)]
    [Answers(typeof(ListView<ErasureView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/erasures")] HttpRequest request, CancellationToken cancellation)
    {
        var page = (await erasures.ListAsync(cancellation)).OrderByDescending(erasure => erasure.RequestedAt).Page(erasure => erasure.RequestedAt.ToString("O"), request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<ErasureView>([.. page.Items.Select(ErasureView.Of)], page.Continuation));
    }
}
