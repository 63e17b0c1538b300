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

/// <summary>Synchronises one record now, and answers what happened.</summary>
public sealed class SyncRecord(Finder finder, RecordSync records)
{
    public sealed record View(string Outcome, string Detail, string? Link, IReadOnlyList<PlanLineView> Actions);

    [Function(nameof(SyncRecord))]
    [Needs(Role.Member, Act.Sync)]
    [Answers(typeof(View))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/records/{kind}/{side}/{id}/sync")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string side,
        string id,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (!char.IsAsciiLetter(side[0]) || !Enum.TryParse<Side>(side, ignoreCase: true, out var chosen)) throw ProblemException.NotFound("side");
        var result = await records.RunAsync(found.Key, kind, chosen, id, cancellation);
        result.Refusal?.Require();
        return Json.Ok(new View(result.Outcome, result.Detail, result.Link?.Value, [.. result.Actions.Select(PlanLineView.Of)]));
    }
}
