using System.Collections.Immutable;
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

/// <summary>Writes chosen fields of one link in chosen directions, both directions in one call.</summary>
public sealed class PushFields(Finder finder, LinkTools tools)
{
    public sealed record Body([property: Must] ImmutableDictionary<string, PushDirection>? Fields);

    [Function(nameof(PushFields))]
    [Needs(Role.Member, Act.Records)]
    [Answers(typeof(PushView))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}/push")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().When(body.Fields is not { IsEmpty: false }, "#/fields", "Choose at least one field.").Refuse();
        return Json.Ok(PushView.Of((await tools.PushAsync(found.Key, kind, new LinkId(link), body.Fields!, cancellation)).Require()));
    }
}
