using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Setup;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Setup;

public sealed class SetupStepsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private HttpWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await HttpWorld.StartAsync(azurite);
        await _world.AddConnectionAsync("synergy", "left");
        await _world.AddConnectionAsync("tinyplus", "right");
        var flow = new Flow(new FlowKey(HttpWorld.Tenant, new("flow")), "synergy-tinyplus", "Main", new("left"), new("right")) { CreatedAt = _world.Time.GetUtcNow() };
        await _world.Get<FlowStore>().InsertAsync(flow, default);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Wizard_FromSignInToImport_StoresEveryStep()
    {
        (await SetupAsync()).GetProperty("step").GetString().ShouldBe("signIn");
        (await PutStagesAsync([])).Status.ShouldBe(409);

        await ConnectAsync();
        (await SetupAsync()).GetProperty("step").GetString().ShouldBe("team");

        var team = await TeamAsync();
        team.GetProperty("left").GetArrayLength().ShouldBeGreaterThan(0);
        team.GetProperty("signedInUserMatched").GetBoolean().ShouldBeFalse();
        var matches = team.GetProperty("suggestions").EnumerateArray()
            .Select(suggestion => new PutSetupTeam.Match(suggestion.GetProperty("leftId").GetString(), suggestion.GetProperty("rightId").GetString())).ToList();
        var signedIn = team.GetProperty("signedInUser");
        matches.ShouldContain(match => match.RightId == signedIn.GetProperty("id").GetString(), "the seeded vendors must share the person who signs in");
        (await PutTeamAsync([.. matches])).Status.ShouldBe(200);
        (await SetupAsync()).GetProperty("step").GetString().ShouldBe("stages");
        (await TeamAsync()).GetProperty("matches").GetArrayLength().ShouldBe(matches.Count);

        (await PutStagesAsync([])).Status.ShouldBe(200);
        (await SetupAsync()).GetProperty("step").GetString().ShouldBe("import");
    }

    [Fact]
    public async Task Team_WithoutThePersonWhoSignedIn_IsRefusedAndNothingIsLinked()
    {
        await ConnectAsync();
        var signedIn = (await TeamAsync()).GetProperty("signedInUser").GetProperty("id").GetString();
        var others = (await TeamAsync()).GetProperty("suggestions").EnumerateArray()
            .Select(suggestion => new PutSetupTeam.Match(suggestion.GetProperty("leftId").GetString(), suggestion.GetProperty("rightId").GetString()))
            .Where(match => match.RightId != signedIn).ToList();

        var answer = await PutTeamAsync([.. others]);

        answer.Status.ShouldBe(422);
        answer.Json.GetProperty("type").GetString().ShouldBe("/api/problems/signed-in-user-unmatched");
        (await TeamAsync()).GetProperty("matches").GetArrayLength().ShouldBe(0);
        (await SetupAsync()).GetProperty("step").GetString().ShouldBe("team");
    }

    [Fact]
    public async Task Team_WithPeopleWhoDoNotExistOrAreThereTwice_IsRefusedWithThePlaces()
    {
        await ConnectAsync();
        var team = await TeamAsync();
        var left = team.GetProperty("left")[0].GetProperty("id").GetString();
        var right = team.GetProperty("right")[0].GetProperty("id").GetString();

        var answer = await PutTeamAsync([new(left, right), new(left, "nobody")]);
        (await PutTeamAsync([null])).Json.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("#/matches/0/leftId");

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldBe(["#/matches/1/leftId", "#/matches/1/rightId"]);
    }

    [Fact]
    public async Task Stages_Saved_AreTheFlowsValueMapAndShowWhatCanBeMapped()
    {
        await ConnectAsync();
        await MatchEverybodyAsync();

        (await PutStagesAsync([new("In Progress", "Active")])).Status.ShouldBe(200);

        var stages = await GetAsync(request => _world.Function<GetSetupStages>().Run(request, "acme", "flow", default));
        stages.GetProperty("stages")[0].GetProperty("left").GetString().ShouldBe("In Progress");
        stages.GetProperty("leftValues").GetArrayLength().ShouldBeGreaterThan(0);
        stages.GetProperty("rightValues").GetArrayLength().ShouldBeGreaterThan(0);
        var flow = (await _world.Get<Finder>().FlowAsync("acme", "flow", default)).Flow;
        flow.Settings.ValueMaps["stages"].ShouldBe([new ValuePair("In Progress", "Active")]);
    }

    [Fact]
    public async Task Setup_Skipped_LetsTheFlowGoLive()
    {
        var request = _world.Request("POST");
        var answer = await HttpWorld.ExecuteAsync(request, _world.Function<SkipSetup>().Run(request, "acme", "flow", default));

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("step").GetString().ShouldBe("done");
        (await _world.Get<Finder>().FlowAsync("acme", "flow", default)).Flow.Enabled.ShouldBeTrue();
        (await _world.Get<DueStore>().GetAsync(new FlowKey(HttpWorld.Tenant, new("flow")), default)).ShouldNotBeNull();
        (await PutStagesAsync([])).Status.ShouldBe(409);
    }

    private async Task ConnectAsync()
    {
        foreach (var (system, id) in new[] { ("synergy", "left"), ("tinyplus", "right") })
            await _world.Get<SyncFunctions.App.Connections.SignIns>().ConnectAsync(await _world.ConnectionAsync(id), await _world.IssueTokensAsync(system), default);
    }

    private async Task MatchEverybodyAsync()
    {
        var matches = (await TeamAsync()).GetProperty("suggestions").EnumerateArray()
            .Select(suggestion => new PutSetupTeam.Match(suggestion.GetProperty("leftId").GetString(), suggestion.GetProperty("rightId").GetString())).ToList();
        (await PutTeamAsync([.. matches])).Status.ShouldBe(200);
    }

    private Task<JsonElement> SetupAsync() => GetAsync(request => _world.Function<GetSetup>().Run(request, "acme", "flow", default));

    private Task<JsonElement> TeamAsync() => GetAsync(request => _world.Function<GetSetupTeam>().Run(request, "acme", "flow", default));

    private async Task<JsonElement> GetAsync(Func<Microsoft.AspNetCore.Http.HttpRequest, Task<Microsoft.AspNetCore.Mvc.IActionResult>> function)
    {
        var request = _world.Request("GET");
        var answer = await HttpWorld.ExecuteAsync(request, function(request));
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    private Task<Answer> PutTeamAsync(List<PutSetupTeam.Match?> matches)
    {
        var request = _world.Request("PUT", body: new PutSetupTeam.Body(matches));
        return HttpWorld.ExecuteAsync(request, _world.Function<PutSetupTeam>().Run(request, "acme", "flow", default));
    }

    private Task<Answer> PutStagesAsync(List<PutSetupStages.Stage?> stages)
    {
        var request = _world.Request("PUT", body: new PutSetupStages.Body(stages));
        return HttpWorld.ExecuteAsync(request, _world.Function<PutSetupStages>().Run(request, "acme", "flow", default));
    }
}
