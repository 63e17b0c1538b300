using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

public sealed class PutSetupStages(SetupState state, StagesSetup stages)
{
    public sealed record Body([property: Must] IReadOnlyList<Stage?>? Stages);

    public sealed record Stage(string? Left, string? Right);

    [Function(nameof(PutSetupStages))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(SetupView))]
    [Refuses("changed-meanwhile", "setup-order")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup/stages")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var setup = (await state.LoadAsync(tenant, flow, cancellation)).Require(SetupStep.Stages);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var saved = await stages.SaveAsync(setup, Checked(body), cancellation);
        return Json.Ok(SetupView.Of(saved));
    }

    /// <summary>A value may stand on the other side of several, but each of several must lead somewhere certain.</summary>
    private static ImmutableArray<ValuePair> Checked(Body body)
    {
        var check = new BodyCheck().Require("#/stages", body.Stages);
        var pairs = new HashSet<(string?, string?)>();
        for (var i = 0; i < body.Stages?.Count; i++)
        {
            var stage = body.Stages[i];
            check.Require($"#/stages/{i}/left", stage?.Left).Require($"#/stages/{i}/right", stage?.Right)
                .When(!pairs.Add((stage?.Left, stage?.Right)), $"#/stages/{i}", "This pair is there twice.");
        }

        check.Refuse();
        return [.. body.Stages!.Select(stage => new ValuePair(stage!.Left!, stage.Right!))];
    }
}
