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
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/erasures")] HttpRequest request, CancellationToken cancellation) =>
        Json.Ok(new ListView<ErasureView>([.. (await erasures.ListAsync(cancellation)).OrderByDescending(erasure => erasure.RequestedAt).Select(ErasureView.Of)]));
}
