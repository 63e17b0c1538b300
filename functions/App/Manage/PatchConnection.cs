using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class PatchConnection(Finder finder, ConnectionStore connections, SignIns signIns, ConnectionViews views)
{
    public sealed record Body(string? Name, IReadOnlyDictionary<string, string?>? Settings);

    [Function(nameof(PatchConnection))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(typeof(ConnectionView), Tagged = true)]
    [Refuses("changed-since", "credentials-refused", "other-account", "right-missing", "vendor-unavailable")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "manage/v1/tenants/{tenant}/connections/{connection}")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Name("#/name", body.Name).Refuse();
        while (true)
        {
            var found = await finder.ConnectionAsync(tenant, connection, cancellation);
            var catalog = views.CatalogOf(found.Value);
            Revision.Begin(request, views.ChosenOf(found.Value));
            var changed = found.Value with { Name = body.Name ?? found.Value.Name, Settings = SystemSettings.Merge(catalog, found.Value.Settings, body.Settings) };

            // Another organisation would be another account under the same links.
            if (changed.Settings.GetValueOrDefault(SystemSettings.Organisation) != found.Value.Settings.GetValueOrDefault(SystemSettings.Organisation))
                (await signIns.RecheckAsync(changed, cancellation)).Require(catalog);
            if (await connections.ReplaceAsync(found with { Value = changed }, cancellation) is { } saved)
                return (await views.OfAsync(saved.Value, cancellation)).ToAnswer();
        }
    }
}
