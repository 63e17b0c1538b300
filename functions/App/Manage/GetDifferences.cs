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

/// <summary>The preview of one link: both records as they are now, field by field, and what a sync would do.</summary>
public sealed class GetDifferences(Finder finder, LinkTools tools, RecordNames names)
{
    [Function(nameof(GetDifferences))]
    [Needs(Role.Viewer)]
    [Answers(typeof(DifferencesView))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}/differences")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var (result, differences) = await tools.DifferencesAsync(found.Key, kind, new LinkId(link), cancellation);
        result.Require();
        var referred = from field in differences!.Fields
                       where field.References is not null
                       from value in new[] { field.Left, field.Right }.OfType<FieldValue.LinkedReference>()
                       group value.Link by field.References;
        var known = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var other in referred) known.AddRange(await names.OfLinksAsync(found.Key, other.Key, [.. other.Distinct()], cancellation));
        return Json.Ok(DifferencesView.Of(differences) with { Names = known.ToImmutable() });
    }
}
