using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Lets go on what the brake of a kind holds.</summary>
public sealed class ConfirmBrake(Finder finder, Brakes brakes, BrakeViews views)
{
    [Function(nameof(ConfirmBrake))]
    [Needs(Role.Administrator, Act.Records)]
    [Answers(typeof(ListView<BrakeView>))]
    [Refuses("not-braked")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/brakes/{kind}/confirm")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (found.Pair.FindKind(kind) is not { } map) throw ProblemException.NotFound("kind");
        if (!await brakes.ConfirmAsync(found.Links(map), cancellation)) throw new ProblemException(ProblemType.NotBraked, "The brake of this kind does not hold.");
        return Json.Ok(new ListView<BrakeView>(await views.AllAsync(found, cancellation)));
    }
}
