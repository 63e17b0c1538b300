using System.Text.Json;
using SyncFunctions.App.Manage;

namespace SyncFunctions.App.Tests.Sync;

public sealed class RestoreTests : IAsyncLifetime
{
    private FlowWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await FlowWorld.LiveAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Conflict_IsListedWholeAndTheLoserComesBackOnBothSidesInOneCall()
    {
        var long1 = string.Concat(Enumerable.Repeat("left ", 2000)).Trim();
        var long2 = string.Concat(Enumerable.Repeat("right ", 2000)).Trim();
        await _world.Synergy.CreateAsync("projects", new { name = "Villa", number = "1", scope = "old" });
        await _world.SyncAsync("project");
        var left = (await _world.Synergy.AllAsync("projects")).Single();
        var right = await _world.TinyPlus.OneAsync("projects", new { name = "Villa", description = "old" });
        await _world.Synergy.EditAsync(left, new { scope = long1 });
        await _world.TinyPlus.EditAsync(right, new { description = long2 });
        await _world.SyncAsync("project");
        await _world.TinyPlus.BecomesAsync(right, new { description = long1 });

        var conflict = (await ListAsync("?kind=project&field=description")).ShouldHaveSingleItem();
        (conflict.GetProperty("left").GetString(), conflict.GetProperty("lost").GetString(), conflict.GetProperty("winner").GetString()).ShouldBe((long1, long2, "left"));
        (await ListAsync("?kind=company")).ShouldBeEmpty();
        (await _world.LogAsync("conflict")).ShouldHaveSingleItem().Values["conflict"].ShouldBe(conflict.GetProperty("id").GetString());

        await _world.ChangeAsync(flow => flow with { Enabled = false });
        var restored = await RestoreAsync(conflict);
        restored.Status.ShouldBe(200, restored.Body);

        await _world.Synergy.BecomesAsync(left, new { scope = long2 });
        await _world.TinyPlus.BecomesAsync(right, new { description = long2 });
        (await _world.SyncAsync("project")).ShouldSatisfyAllConditions(counts => counts.Updated.ShouldBe(0), counts => counts.Conflicts.ShouldBe(0));
        var marked = (await ListAsync("")).ShouldHaveSingleItem();
        (marked.GetProperty("restoredBy").GetString(), marked.GetProperty("restoredAt").ValueKind).ShouldBe(("anna", JsonValueKind.String));
        var again = await RestoreAsync(conflict);
        (again.Status, again.Json.GetProperty("type").GetString()).ShouldBe((409, "/api/problems/already-done"));
    }

    [Fact]
    public async Task Conflict_BesideAChangeOfTheOtherSide_IsToldOnce()
    {
        await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "000" } });
        await _world.SyncAsync("company");
        var (left, right) = ((await _world.Synergy.AllAsync("contacts")).Single(), await _world.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" }));
        await _world.Synergy.EditAsync(left, new { phones = new { phone = "111" } });
        await _world.TinyPlus.EditAsync(right, new { phone = "222", website = "https://ziegelwerk.example" });

        // One write to each side, and the second is planned anew.
        for (var time = 0; time < 2; time++) await _world.SyncAsync("company");

        await _world.Synergy.BecomesAsync(left, new { web = "https://ziegelwerk.example" });
        await _world.TinyPlus.BecomesAsync(right, new { phone = "111" });
        (await ListAsync("")).ShouldHaveSingleItem().GetProperty("lost").GetString().ShouldBe("222");
        (await _world.LogAsync("conflict")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Conflict_WhoseWriteFailed_IsKeptOnceAndBeforeTheWrite()
    {
        await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "000" } });
        await _world.SyncAsync("company");
        var left = (await _world.Synergy.AllAsync("contacts")).Single();
        var right = await _world.TinyPlus.OneAsync("companies", new { phone = "000" });
        await _world.Synergy.EditAsync(left, new { phones = new { phone = "111" } });
        await _world.TinyPlus.EditAsync(right, new { phone = "222" });
        await _world.Http.ControlAsync("tinyplus", HttpMethod.Put, "faults", new object[] { new { match = "PATCH /v2/", kind = "409", count = 1 } });

        await _world.SyncAsync("company");
        (await ListAsync("")).Count.ShouldBe(1);
        (await _world.TinyPlus.GetAsync(right))["phone"].ShouldBe("222");
        await _world.SyncAsync("company");

        await _world.TinyPlus.BecomesAsync(right, new { phone = "111" });
        (await ListAsync("")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Restore_OfWhatIsUnknown_IsNotFound() =>
        (await _world.AnswerAsync<RestoreConflict>("", new { }, (restore, request) => restore.Run(request, "acme", "main", "none", default))).Status.ShouldBe(404);

    private async Task<IReadOnlyList<JsonElement>> ListAsync(string query) =>
        [.. (await _world.AskAsync<ListConflicts>(query, null, (list, request) => list.Run(request, "acme", "main", default))).GetProperty("items").EnumerateArray()];

    private Task<Answer> RestoreAsync(JsonElement conflict) =>
        _world.AnswerAsync<RestoreConflict>("", new { by = "anna" }, (restore, request) => restore.Run(request, "acme", "main", conflict.GetProperty("id").GetString()!, default));
}
