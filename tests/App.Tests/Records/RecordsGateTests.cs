using SyncFunctions.App.Manage;
using SyncFunctions.App.Records;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Records;

public sealed class RecordsGateTests
{
    private static readonly object Acme = new { kind = "company", side = "right", fields = new { name = "Acme" } };

    [Fact]
    public async Task Record_ByAKeyThatIsNotTakenOrWhileASwitchIsOff_IsRefusedAlikeAndNothingIsDone()
    {
        await using var world = await RecordsWorld.OpenAsync();
        var refusals = new List<string>
        {
            (await world.PostAsync(Acme, key: "")).Told(),
            (await world.PostAsync(Acme, key: $"{world.Key}x")).Told(),
            (await world.PostAsync(Acme, flow: "other")).Told(),
        };
        await world.SwitchTenantAsync(on: false);
        refusals.Add((await world.PostAsync(Acme)).Told());
        await world.SwitchTenantAsync(on: true);
        (await world.RevokeAsync()).Status.ShouldBe(204);
        refusals.Add((await world.PostAsync(Acme)).Told());

        refusals.Distinct().ShouldHaveSingleItem().ShouldStartWith("401");
        (await world.RevokeAsync()).Status.ShouldBe(404);
        (await world.Flow.TinyPlus.AllAsync("companies")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Key_Replaced_CountsForADayAndIsShownNowhereAgain()
    {
        await using var world = await RecordsWorld.OpenAsync();
        var old = world.Key;
        world.Key = await world.RotateAsync();

        (await world.PostAsync(Acme, bearer: true)).Status.ShouldBe(200);
        (await world.PostAsync(Acme, key: old)).Status.ShouldBe(200);
        world.Flow.Http.Time.Advance(RecordsGate.ReplacedKeptFor);
        (await world.PostAsync(Acme, key: old)).Status.ShouldBe(401);
        (await world.PostAsync(Acme)).Status.ShouldBe(200);

        var request = world.Flow.Http.Request("GET");
        var shown = await HttpWorld.ExecuteAsync(request, world.Flow.Http.Function<GetFlow>().Run(request, "acme", "main", default));
        shown.Json.GetProperty("recordsApiSince").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        foreach (var key in new[] { old, world.Key })
        {
            shown.Body.ShouldNotContain(key);
            world.Flow.Http.Log.Text.ShouldNotContain(key);
        }
    }

    [Fact]
    public async Task Records_BeyondWhatAFlowTakes_AreToBeSentLater()
    {
        await using var world = await RecordsWorld.OpenAsync(app: [("RecordsApi:PerMinute", "3"), ("RecordsApi:AtOnce", "1"), ("RecordsApi:TimeLimit", "0.05")]);
        var release = world.Flow.Storage.Hold(call => call.Operation is "table transaction");
        (await world.PostAsync(Acme)).Status.ShouldBe(202);
        var crowded = await world.PostAsync(Acme);
        (crowded.Status, crowded.Headers.RetryAfter.ToString()).ShouldBe((429, "1"));
        release.SetResult();

        await Eventually.HoldsAsync(async () => await world.PostAsync(new { kind = "company", id = "1" }) is { Status: 429 } full && int.Parse(full.Headers.RetryAfter.ToString(), null) > 1 ? null : "There is still room.");
        world.Flow.Http.Time.Advance(TimeSpan.FromMinutes(1));
        (await world.PostAsync(new { kind = "company", id = "1" })).Status.ShouldBeLessThan(300);
    }
}
