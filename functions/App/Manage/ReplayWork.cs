using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Takes up again one record of the work list, or all dead letters (of a kind).</summary>
public sealed class ReplayWork(Finder finder, WorkReplay replay)
{
    public sealed record Body(string? Kind, Side? Side, string? Id);

    public sealed record View(int Replayed);

    [Function(nameof(ReplayWork))]
    [Needs(Role.Member, Act.Records)]
    [Answers(typeof(View))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/work/replay")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var one = body.Side is not null || body.Id is not null;
        if (one) new BodyCheck().Require("#/kind", body.Kind).Require("#/side", body.Side).Require("#/id", body.Id).Refuse();
        var kinds = body.Kind is null ? found.Pair.Kinds : [found.Kind(body.Kind)];
        var count = await replay.RunAsync(found.Key, kinds, one ? (body.Side!.Value, body.Id!) : null, cancellation);
        return count is null or 0 && one ? throw ProblemException.NotFound("record on the work list") : Json.Ok(new View(count ?? 0));
    }
}
