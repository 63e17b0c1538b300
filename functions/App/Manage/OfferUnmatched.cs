using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Takes back "do not match": the record waits on the list again.</summary>
public sealed class OfferUnmatched(Finder finder, UnmatchedRecords unmatched)
{
    [Function(nameof(OfferUnmatched))]
    [Needs(Role.Member, Act.Records)]
    [Answers(typeof(ManualDone))]
    [Takes(typeof(NamedRecord))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/unmatched/offer")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var (kind, side, id) = (await JsonBody.ReadAsync<NamedRecord>(request, cancellation)).Check(found);
        return Json.Ok((await unmatched.TakeBackAsync(found.Key, kind, side, id, cancellation)).Require());
    }
}
