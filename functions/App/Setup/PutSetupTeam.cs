using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

public sealed class PutSetupTeam(SetupState state, TeamSetup team)
{
    public sealed record Body([property: Must] IReadOnlyList<Match?>? Matches);

    /// <param name="RightId">Null: the import creates a counterpart.</param>
    public sealed record Match(string? LeftId, string? RightId);

    [Function(nameof(PutSetupTeam))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(SetupView))]
    [Refuses("cannot-link", "changed-meanwhile", "setup-order", "signed-in-user-unmatched")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup/team")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var setup = (await state.LoadAsync(tenant, flow, cancellation)).Require(SetupStep.Team);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var check = new BodyCheck().Require("#/matches", body.Matches);
        for (var i = 0; i < body.Matches?.Count; i++) check.Require($"#/matches/{i}/leftId", body.Matches[i]?.LeftId);
        check.Refuse();
        var saved = await team.SaveAsync(setup, [.. body.Matches!.Select(match => new TeamMatch(match!.LeftId!, match.RightId))], cancellation);
        return Json.Ok(SetupView.Of(saved));
    }
}
