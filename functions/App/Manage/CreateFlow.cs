using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Reactions;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class CreateFlow(Finder finder, PairCatalog pairs, Systems systems, ConnectionStore connections, FlowStore flows, FlowSwitch flowSwitch, ReactionCheck reactions, PublicAddress address, TimeProvider time)
{
    public sealed record Body(
        string? Id, [property: Must] string? Pair, string? Name, [property: Must] string? Left, [property: Must] string? Right, FlowMode? Mode, Direction? Direction, [property: Merges(typeof(FlowSettings))] JsonElement? Settings, bool? Enabled, int? PollEverySeconds);

    [Function(nameof(CreateFlow))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status201Created, typeof(FlowView))]
    [Refuses("already-exists")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var pair = pairs.Find(body.Pair ?? "");
        var check = new BodyCheck().Id(body.Id).Name("#/name", body.Name)
            .When(pair is null, "#/pair", $"The pairs are {string.Join(", ", pairs.All.Select(known => known.Name))}.");
        FlowSwitch.PollSeconds(check, body.PollEverySeconds).Refuse();
        await CheckSideAsync(check, owner.Id, pair!, Side.Left, body.Left, cancellation);
        await CheckSideAsync(check, owner.Id, pair!, Side.Right, body.Right, cancellation);
        check.Refuse();

        var settings = body.Direction is { } direction ? pair!.Defaults with { Direction = direction } : pair!.Defaults;
        var flow = new Flow(
            new FlowKey(owner.Id, FlowId.Parse(NewId.Choose(body.Id))), pair.Name, body.Name ?? pair.DisplayName, new ConnectionId(body.Left!), new ConnectionId(body.Right!))
        {
            Settings = FlowSettingsPatch.Apply(pair, systems, settings, body.Settings),
            Mode = body.Mode ?? FlowMode.Continuous,
            Enabled = body.Enabled ?? false,
            PollEvery = body.PollEverySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            CreatedAt = time.GetUtcNow(),
            MadeAt = address.Base(request),
        };
        reactions.Require(pair, flow);
        if (!await flows.InsertAsync(flow, cancellation)) throw new ProblemException(ProblemType.AlreadyExists, $"There is a flow {flow.Key.Flow} already.");
        await flowSwitch.ScheduleAsync(before: null, flow, cancellation);
        return Json.Created(FlowView.Of(flow));
    }

    private async Task CheckSideAsync(BodyCheck check, TenantId tenant, Pair pair, Side side, string? connection, CancellationToken cancellation)
    {
        var pointer = side == Side.Left ? "#/left" : "#/right";
        var found = ConnectionId.TryParse(connection, out var id) ? (await connections.GetAsync(tenant, id, cancellation))?.Value : null;
        if (found is null) check.Add(pointer, "There is no such connection.");
        else check.When(found.System != pair.System(side), pointer, $"This side of the pair is {pair.System(side)}, the connection is to {found.System}.");
    }
}
