using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class PutConnectionToken(Finder finder, SignIns signIns, HookCare hooks, ConnectionViews views, AccessNotices notices)
{
    public sealed record Body(string? Token)
    {
        /// <summary>What a token is made of, by the names that <c>GET systems</c> shows, where it is not given as one.</summary>
        [JsonExtensionData]
        public Dictionary<string, JsonElement> Parts { get; init; } = [];

        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    [Function(nameof(PutConnectionToken))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(typeof(ConnectionView))]
    [Refuses("credentials-refused", "other-account", "right-missing", "vendor-unavailable")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "manage/v1/tenants/{tenant}/connections/{connection}/token")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = (await finder.ConnectionAsync(tenant, connection, cancellation)).Value;
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var catalog = views.CatalogOf(found);
        var check = new BodyCheck();
        var token = check.Token(catalog, body.Parts) ?? body.Token;
        check.Require("#/token", token).Token(body.Token).When(body.Token is not null && body.Parts.Count > 0, "#/token", "A token is given as one or in its parts.").Refuse();
        var result = await signIns.ConnectAsync(found, new Credentials("token", token!), cancellation);
        var connected = result.Require(catalog);
        await hooks.TendAsync(connected, cancellation);
        await notices.RaiseAsync(connected.Tenant, null, "A token was given to a connection", request.Caller().Name);
        return Json.Ok(await views.OfAsync(connected, cancellation));
    }
}
