using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

public sealed class RecordSyncTests : IAsyncLifetime
{
    private FlowWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await FlowWorld.LiveAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Record_NewAndEditedAndUnchanged_SaysWhatHappenedWhileTheFlowIsOff()
    {
        await _world.ChangeAsync(flow => flow with { Enabled = false, Settings = flow.Settings with { Kinds = flow.Settings.Kinds.SetItem("company", new KindSettings { Enabled = false }) } });
        var company = await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "1" } });

        var created = await SyncAsync("company", "left", company.Id);
        var there = await _world.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        await _world.Synergy.EditAsync(company, new { phones = new { phone = "2" } });
        await _world.TinyPlus.EditAsync(there, new { website = "https://right.example/" });
        var updated = await SyncAsync("company", "right", there.Id);
        var nothing = await SyncAsync("company", "left", company.Id);

        (Outcome(created), Actions(created)).ShouldBe(("done", "create"));
        created.GetProperty("link").GetString().ShouldBe((await _world.LinkAsync("company")).Id.Value);
        Outcome(updated).ShouldBe("done", updated.ToString());
        await _world.TinyPlus.BecomesAsync(there, new { phone = "2", website = "https://right.example/" });
        await _world.Synergy.BecomesAsync(company, new { phones = new { phone = "2" }, web = "https://right.example/" });
        (Outcome(nothing), Actions(nothing)).ShouldBe(("nothing", ""), $"{updated} {nothing}");
        (await WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Record_ThatAVendorRefuses_FailsAndIsADeadLetterUntilItIsReplayed()
    {
        var company = await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await _world.Http.ControlAsync("tinyplus", HttpMethod.Put, "faults", new object[] { new { match = "POST /v2/", kind = "400", count = 1 } });

        Outcome(await SyncAsync("company", "left", company.Id)).ShouldBe("failed");

        var dead = (await WorkAsync("?reason=dead")).ShouldHaveSingleItem();
        (dead.GetProperty("reason").GetString(), dead.GetProperty("attempts").GetInt32()).ShouldBe(("dead", 1));
        dead.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        (await WorkAsync("?reason=held")).ShouldBeEmpty();
        await _world.ChangeAsync(flow => flow with { Enabled = false });

        var replayed = await _world.AskAsync<ReplayWork>("", new { }, (replay, request) => replay.Run(request, "acme", "main", default));

        replayed.GetProperty("replayed").GetInt32().ShouldBe(1);
        await _world.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        (await WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Replay_OfOneRecord_MakesItDueAndOnlyIt()
    {
        var now = _world.Http.Time.GetUtcNow();
        var scope = new LinkScope(FlowWorld.Key, "company");
        await _world.Get<LinkStore>().PutWorkAsync(
            scope, [.. new[] { "1", "2" }.Select(id => new WorkItem("company", Side.Left, id, WorkReason.Dead, DateTimeOffset.MaxValue) { FirstAt = now, Attempts = 8, Detail = "Refused." })], default);

        await _world.AskAsync<ReplayWork>("", new { kind = "company", side = "left", id = "2" }, (replay, request) => replay.Run(request, "acme", "main", default));

        var work = await _world.Get<LinkStore>().WorkAsync(scope, 10, default);
        work.Select(row => (row.Value.RecordId, row.Value.Reason, row.Value.Attempts)).ShouldBe([("1", WorkReason.Dead, 8), ("2", WorkReason.Again, 0)]);
        work[1].Value.Detail.ShouldBe("Taken up again by hand. Before: Refused.");
        (await _world.AnswerAsync<ReplayWork>("", new { kind = "company", side = "left", id = "3" }, (replay, request) => replay.Run(request, "acme", "main", default))).Status.ShouldBe(404);
        (await _world.AnswerAsync<ReplayWork>("", new { side = "left" }, (replay, request) => replay.Run(request, "acme", "main", default))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Work_OfSeveralKinds_IsListedPageByPage()
    {
        var now = _world.Http.Time.GetUtcNow();
        foreach (var kind in (string[])["company", "contact", "progress"])
        {
            var items = Enumerable.Range(1, 3).Select(number => new WorkItem(kind, Side.Left, $"{number}", WorkReason.Retry, now.AddHours(number)) { FirstAt = now });
            await _world.Get<LinkStore>().PutWorkAsync(new LinkScope(FlowWorld.Key, kind), [.. items], default);
        }

        var seen = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await _world.AskAsync<ListWork>($"?limit=2&continuation={Uri.EscapeDataString(continuation)}", null, (list, request) => list.Run(request, "acme", "main", default));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => $"{item.GetProperty("kind")}{item.GetProperty("recordId")}"));
            continuation = page.GetProperty("continuation").GetString();
        }

        seen.ShouldBe(["company1", "company2", "company3", "contact1", "contact2", "contact3", "progress1", "progress2", "progress3"], ignoreOrder: true);
    }

    [Fact]
    public async Task Record_ThatIsNotThere_IsNotFound()
    {
        (await AnswerAsync("company", "left", "999999")).Status.ShouldBe(404);
        (await AnswerAsync("company", "middle", "1")).Status.ShouldBe(404);
        (await AnswerAsync("nonsense", "left", "1")).Status.ShouldBe(404);
        (await AnswerAsync("progress", "left", "1")).Status.ShouldBe(404);
    }

    private async Task<JsonElement> SyncAsync(string kind, string side, string id)
    {
        var answer = await AnswerAsync(kind, side, id);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    private Task<Answer> AnswerAsync(string kind, string side, string id) =>
        _world.AnswerAsync<SyncRecord>("", new { }, (sync, request) => sync.Run(request, "acme", "main", kind, side, id, default));

    private async Task<IReadOnlyList<JsonElement>> WorkAsync(string query = "") =>
        [.. (await _world.AskAsync<ListWork>(query, null, (list, request) => list.Run(request, "acme", "main", default))).GetProperty("items").EnumerateArray()];

    private static string? Outcome(JsonElement result) => result.GetProperty("outcome").GetString();

    private static string Actions(JsonElement result) => string.Join(',', result.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("action").GetString()));
}
