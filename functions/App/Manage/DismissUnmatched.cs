using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>"Do not match": the record is left alone until a person takes that back.</summary>
public sealed class DismissUnmatched(Finder finder, UnmatchedRecords unmatched)
{
    [Function(nameof(DismissUnmatched))]
    [Needs(Role.Member, Act.Records)]
    [Answers(typeof(ManualDone))]
    [Takes(typeof(NamedRecord))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/unmatched/dismiss")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var (kind, side, id) = (await JsonBody.ReadAsync<NamedRecord>(request, cancellation)).Check(found);
        return Json.Ok((await unmatched.DismissAsync(found.Key, kind, side, id, cancellation)).Require());
    }
}
