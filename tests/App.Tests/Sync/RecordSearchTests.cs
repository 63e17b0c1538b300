using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

public sealed class RecordSearchTests : IAsyncLifetime
{
    private FlowWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await FlowWorld.LiveAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Record_WhereverItStands_IsFoundWithWhyAndWithWhatWaits()
    {
        var linked = await _world.Synergy.CreateAsync("contacts", new { name = "Müller Ziegel" });
        await _world.SyncAsync("company");
        await _world.Synergy.EditAsync(linked, new { name = "Mueller Beton" });
        await _world.SyncAsync("company");
        await _world.ChangeAsync(flow => flow with { WentLiveAt = flow.WentLiveAt!.Value.AddDays(30) });
        var older = await _world.TinyPlus.CreateAsync("companies", new { name = "Beton Nord" });
        await _world.SyncAsync("company");
        var link = await _world.LinkAsync("company");
        await _world.Get<LinkStore>().PutWorkAsync(new LinkScope(FlowWorld.Key, "contact"), [Work("contact", "77", WorkReason.Parked) with { Awaits = new AwaitedRecord("company", Side.Left, linked.Id) }], default);
        await _world.Get<IntegrationLog>().AppendAsync(FlowWorld.Key, [new LogEntry(_world.Http.Time.GetUtcNow(), LogSeverity.Info, "skipped-filtered", "The record is outside the filter on site.") { Kind = "contact", Side = Side.Right, RecordId = "88", Label = "Berta Beton", WhatToDo = "Nothing." }], default);

        var found = await FindAsync("beton");

        found.Select(item => (Text(item, "place"), Text(item, "leftName") ?? Text(item, "rightName"))).ShouldBe([("leftAlone", "Berta Beton"), ("linked", "Mueller Beton"), ("unmatched", "Beton Nord")], ignoreOrder: true);
        Text(found.Single(item => Text(item, "place") == "leftAlone"), "whatToDo").ShouldBe("Nothing.");
        Text(found.Single(item => Text(item, "place") == "linked"), "link").ShouldBe(link.Id.Value);
        Text(found.Single(item => Text(item, "place") == "unmatched"), "why").ShouldBe("older than the flow");

        var waits = (await FindAsync("77")).ShouldHaveSingleItem();
        Text(waits, "place").ShouldBe("waiting");
        Text(waits.GetProperty("work")[0], "awaitsName").ShouldBe("Mueller Beton");
        waits.GetProperty("linkFirst").ValueKind.ShouldBe(JsonValueKind.Null);
        (await FindAsync(linked.Id)).ShouldContain(item => Text(item, "link") == link.Id.Value);

        await _world.Get<LinkStore>().PutWorkAsync(new LinkScope(FlowWorld.Key, "company"), [Work("company", linked.Id, WorkReason.Dead), Work("company", older.Id, WorkReason.Held) with { Side = Side.Right }], default);
        (await FindAsync("mueller")).ShouldHaveSingleItem().GetProperty("why").GetString().ShouldBe("Refused.");
        Text((await FindAsync("nord"))[0], "place").ShouldBe("held");
        (await ListWorkAsync()).Select(item => (Text(item, "name"), Text(item, "link"))).ShouldBe([("Mueller Beton", link.Id.Value), ("Beton Nord", null), (null, null)], ignoreOrder: true);

        await _world.ChangeAsync(flow => flow with { WentLiveAt = flow.WentLiveAt!.Value.AddDays(-30) });
        await _world.Http.ControlAsync("tinyplus", HttpMethod.Put, "faults", new object[] { new { match = "POST /v2/", kind = "400", count = 1 } });
        await _world.Synergy.CreateAsync("contacts", new { name = "Kieswerk" });
        await _world.SyncAsync("company");
        var refused = (await FindAsync("kies")).ShouldHaveSingleItem();
        (Text(refused, "place"), Text(refused, "leftName")).ShouldBe(("givenUp", "Kieswerk"));
    }

    [Fact]
    public async Task Search_GoesOnPageByPageAndTellsWhatHindersTheFlow()
    {
        var scope = new LinkScope(FlowWorld.Key, "company");
        var units = Enumerable.Range(1, 5).Select(number => new LinkUnit
        {
            Link = new Link(new LinkId($"L{number}"), "company") { State = number == 5 ? LinkState.Paused : LinkState.Active, LeftId = $"l{number}", RightId = $"r{number}", Bases = Bases.None.With(Side.Left, FieldSet.Empty.With("name", FieldValue.Of($"Stein {number}"))) },
            Index = [IndexWrite.Insert(new IndexEntry(Side.Left, $"x{number}") { Label = $"Stein x{number}", Tombstone = number == 5, SeenAt = _world.Http.Time.GetUtcNow() })],
        });
        await _world.Get<LinkStore>().CommitAsync(scope, [.. units], default);
        await _world.ChangeAsync(flow => flow with { Enabled = false });

        var seen = new List<string?>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await AskAsync($"?search=stein&limit=2&continuation={Uri.EscapeDataString(continuation)}");
            page.GetProperty("items").GetArrayLength().ShouldBeLessThanOrEqualTo(2);
            page.GetProperty("hindrances")[0].GetString().ShouldStartWith("The flow is switched off");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => Text(item, "leftId")));
            continuation = page.GetProperty("continuation").GetString();
        }

        seen.ShouldBe(["l1", "l2", "l3", "l4", "l5", "x1", "x2", "x3", "x4", "x5"], ignoreOrder: true);
        (await LinksAsync("?kind=company&search=stein%203")).ShouldHaveSingleItem().GetProperty("leftName").GetString().ShouldBe("Stein 3");
        (await LinksAsync("?kind=company&state=paused")).ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe("L5");
        (await LinksAsync("?kind=company&locked=true")).ShouldBeEmpty();
        (await _world.AnswerAsync<FindRecords>("", null, (find, request) => find.Run(request, "acme", "main", default))).Status.ShouldBe(400);
    }

    /// <summary>It is taken note of on the other side, too, where everything is older than the flow.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Record_CreatedByHandWhileAPollLooks_IsLinkedOnceTheAnswerIsKept(bool live)
    {
        if (!live) await _world.ChangeAsync(flow => flow with { WentLiveAt = null });
        var made = await _world.Synergy.CreateAsync("contacts", new { name = "Kieswerk" });
        var (transactions, answered) = (0, new TaskCompletionSource());
        var release = _world.Storage.Hold(call =>
        {
            // The first one stores the intent, the second one comes after the answer.
            if (call.Operation is not "table transaction" || Interlocked.Increment(ref transactions) != 2) return false;
            answered.SetResult();
            return true;
        });

        var create = _world.Get<ManualTools>().CreateCounterpartAsync(FlowWorld.Key, "company", Side.Left, made.Id, default);
        await answered.Task;
        await _world.TinyPlus.OneAsync("companies", new { name = "Kieswerk" });
        await _world.SyncAsync("company");
        var second = await _world.Get<ManualTools>().CreateCounterpartAsync(FlowWorld.Key, "company", Side.Left, made.Id, default);
        release.SetResult();

        (await create).Done.ShouldBeTrue();
        (second.Done, second.Problem).ShouldBe((false, "busy"));
        (await FindAsync("kieswerk")).Select(item => Text(item, "place")).ShouldBe(["linked"]);
    }

    [Fact]
    public async Task Contact_WhoseCompanyIsNotLinked_NamesTheCompanyThatIsToBeLinkedFirst()
    {
        await _world.ChangeAsync(flow => flow with { WentLiveAt = flow.WentLiveAt!.Value.AddDays(30) });
        var company = await _world.TinyPlus.CreateAsync("companies", new { name = "Kauri Timber" });
        await _world.SyncAsync("company");
        await _world.ChangeAsync(flow => flow with { WentLiveAt = flow.WentLiveAt!.Value.AddDays(-30) });
        await _world.TinyPlus.CreateAsync("contacts", new { first_name = "Aroha", last_name = "Parata", primary_company = company.Number });
        await _world.SyncAsync("contact");

        var alone = (await FindAsync("parata")).ShouldHaveSingleItem();
        await _world.Get<ManualTools>().CreateCounterpartAsync(FlowWorld.Key, "company", Side.Right, company.Id, default);
        var next = (await FindAsync("parata")).ShouldHaveSingleItem();
        await _world.SyncAsync("contact");

        Text(alone, "place").ShouldBe("unmatched");
        var first = alone.GetProperty("linkFirst");
        (Text(first, "kind"), Text(first, "side"), Text(first, "id"), Text(first, "name")).ShouldBe(("company", "right", company.Id, "Kauri Timber"));
        next.GetProperty("linkFirst").ValueKind.ShouldBe(JsonValueKind.Null);
        (await FindAsync("parata")).Select(item => Text(item, "place")).ShouldBe(["linked"]);
    }

    private WorkItem Work(string kind, string id, WorkReason reason) => new(kind, Side.Left, id, reason, _world.Http.Time.GetUtcNow()) { FirstAt = _world.Http.Time.GetUtcNow(), Detail = reason == WorkReason.Dead ? "Refused." : null };

    private async Task<IReadOnlyList<JsonElement>> FindAsync(string search) => [.. (await AskAsync($"?search={Uri.EscapeDataString(search)}")).GetProperty("items").EnumerateArray()];

    private Task<JsonElement> AskAsync(string query) => _world.AskAsync<FindRecords>(query, null, (find, request) => find.Run(request, "acme", "main", default));

    private async Task<IReadOnlyList<JsonElement>> LinksAsync(string query) =>
        [.. (await _world.AskAsync<ListLinks>(query, null, (list, request) => list.Run(request, "acme", "main", default))).GetProperty("items").EnumerateArray()];

    private async Task<IReadOnlyList<JsonElement>> ListWorkAsync() =>
        [.. (await _world.AskAsync<ListWork>("", null, (list, request) => list.Run(request, "acme", "main", default))).GetProperty("items").EnumerateArray()];

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
}
