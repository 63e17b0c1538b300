using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class CreateConnection(Finder finder, Systems systems, ConnectionStore connections, SignIns signIns, ConnectionViews views, TimeProvider time)
{
    public sealed record Body(string? Id, [property: Must] string? System, string? Name, IReadOnlyDictionary<string, string?>? Settings, string? Token)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => $"{System} {Id}";
    }

    [Function(nameof(CreateConnection))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(StatusCodes.Status201Created, typeof(ConnectionView), ShownOnce = true)]
    [Refuses("already-exists", "credentials-refused", "other-account", "right-missing", "vendor-unavailable")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/connections")] HttpRequest request,
        string tenant,
        CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var catalog = systems.Find(body.System ?? "")?.Catalog;
        var known = string.Join(", ", systems.Catalogs.Select(system => system.System));
        new BodyCheck().Id(body.Id).Name("#/name", body.Name).When(catalog is null, "#/system", $"The systems are {known}.").Token(body.Token).Refuse();

        var connection = new StoredConnection(owner.Id, ConnectionId.Parse(NewId.Choose(body.Id)), catalog!.System, body.Name ?? catalog.DisplayName)
        {
            Settings = SystemSettings.Merge(catalog, ImmutableDictionary<string, string>.Empty, body.Settings),
            CreatedAt = time.GetUtcNow(),
        };

        // The id before the token: a check costs calls of the vendor's budget.
        if (await connections.GetAsync(owner.Id, connection.Id, cancellation) is not null) throw Exists(connection);
        if (body.Token is { } token) connection = (await signIns.CheckAsync(connection, new Credentials("token", token), cancellation)).Require(catalog);
        if (!await connections.InsertAsync(connection, cancellation)) throw Exists(connection);
        await signIns.NoteAsync(connection, cancellation);
        return Json.Created(body.Token is null ? await views.InvitedAsync(connection, request, cancellation) : await views.OfAsync(connection, cancellation));
    }

    private static ProblemException Exists(StoredConnection connection) =>
        new(ProblemType.AlreadyExists, $"There is a connection {connection.Id} already.");
}
