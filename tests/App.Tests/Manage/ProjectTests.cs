using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Manage;

/// <summary>How far each project is synchronised, and what people do with one: companies that hold people stand for projects that hold tickets.</summary>
public sealed class ProjectTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly Pair Pair = FakeParts.Pair with
    {
        Kinds = [FakeParts.Company with { Listed = new ListedFields("origin", "source", "notes", "contact", "person") }, FakeParts.Person with { Name = "person" }],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_WithoutFilters_IsAlphabeticalAndLeavesOutWhatRests()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        await PutAsync(
            world,
            Row("a", "beta Ltd", "Roof"),
            Row("b", "Alpha", "tower"),
            Row("c", "Alpha", "Annexe"),
            Row("off", "Alpha", "Off") with { Facts = Facts("Alpha", "Off") with { State = LinkState.Paused, Reason = "Paused by hand." } },
            Row("rests", "Alpha", "Rests") with { Facts = Facts("Alpha", "Rests") with { State = LinkState.Paused, PausedBy = PauseCause.Resting, Reason = "Completed 90 days ago." } },
            Row("old", "Alpha", "Old") with { Facts = Facts("Alpha", "Old") with { State = LinkState.Paused, PausedBy = PauseCause.Archived, Archived = true } },
            Row("gone", "Alpha", "Gone") with { Facts = Facts("Alpha", "Gone") with { State = LinkState.Tombstone, Final = true } });

        var list = await ListAsync(world);
        Links(list).ShouldBe(["c", "b", "a"]);
        (await LinksAsync(world, "?showDisabled=true")).ShouldBe(["c", "gone", "off", "rests", "b", "a"]);
        (await LinksAsync(world, "?showArchived=true")).ShouldBe(["c", "old", "b", "a"]);
        var totals = list.GetProperty("totals");
        (totals.GetProperty("all").GetInt32(), totals.GetProperty("shown").GetInt32(), totals.GetProperty("byState").GetProperty("active").GetInt32(), totals.GetProperty("byState").GetProperty("disconnected").GetInt32()).ShouldBe((7, 3, 3, 1));

        var all = (await ListAsync(world, "?showDisabled=true&showArchived=true")).GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("link").GetString()!);
        all.ToDictionary(item => item.Key, item => item.Value.GetProperty("state").GetString()).ShouldBe(
            new Dictionary<string, string?> { ["a"] = "active", ["b"] = "active", ["c"] = "active", ["off"] = "disabled", ["rests"] = "resting", ["old"] = "archived", ["gone"] = "disconnected" }, ignoreOrder: true);
        all["rests"].GetProperty("reason").GetString().ShouldBe("Completed 90 days ago.");
        Can(all["off"]).ShouldBe("enable disconnect");
        Can(all["old"]).ShouldBe("disconnect");
        Can(all["gone"]).ShouldBe("");
        Can(all["a"]).ShouldBe("sync disable disconnect");
    }

    [Theory]
    [InlineData("sort=name", "c r z")]
    [InlineData("sort=-name", "z r c")]
    [InlineData("sort=board", "c r z")]
    [InlineData("sort=externalId", "z r c")]
    [InlineData("sort=-externalId", "c r z")]
    [InlineData("sort=lastSync", "z c r")]
    [InlineData("sort=-lastSync", "r c z")]
    [InlineData("sort=-status", "r c z")]
    [InlineData("search=ALPHA%20zebra", "z")]
    [InlineData("search=100", "c")]
    [InlineData("search=east", "c r")]
    [InlineData("search=nothing", "")]
    public async Task List_SortedAndSearched_FindsThem(string query, string links)
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var now = world.Time.GetUtcNow();
        await PutAsync(
            world,
            Row("z", "Alpha", "Zebra", "9", "North"),
            Row("c", "alpha", "Cedar", "100", "east") with { DeltaAt = now.AddHours(-2) },
            Row("r", "Beta", "Road", "20", "East") with { DeltaAt = now.AddHours(-3), ComprehensiveAt = now.AddHours(-1), Guard = RunStatusMachine.Ask(null, Lane.Live, "Delta", "poll", now) });

        string.Join(' ', await LinksAsync(world, $"?{query}")).ShouldBe(links);
    }

    [Theory]
    [InlineData("sort=colour")]
    [InlineData("sort=--name")]
    [InlineData("sort=-")]
    [InlineData("sort=3")]
    [InlineData("groupBy=customer")]
    [InlineData("continuation=xyz")]
    [InlineData("continuation=W10")]
    public async Task List_WithAQueryThatIsNone_IsRefused(string query)
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);

        (await AnswerAsync<ListProjects>(world, "GET", null, (list, request) => list.Run(request, "acme", "flow", Cancel), $"?{query}")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task List_ByBoard_CountsBoardsAndPagesThroughThem()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        await PutAsync(world, [.. Enumerable.Range(0, 25).Select(number => Row($"p{number:D2}", $"Customer {number % 3}", $"Project {number:D2}", $"{number}", number % 2 == 0 ? "Even" : "odd"))]);

        var seen = new List<string>();
        var list = await ListAsync(world, "?groupBy=board&limit=10&sort=-name");
        list.GetProperty("groups").EnumerateArray().Select(group => $"{group.GetProperty("name").GetString()} {group.GetProperty("count").GetInt32()}").ShouldBe(["Even 13", "odd 12"]);
        while (true)
        {
            seen.AddRange(Links(list));
            if (list.GetProperty("continuation").GetString() is not { } next) break;

            // Whatever is renamed meanwhile before the place moves nothing of what follows.
            await world.Get<ProjectStore>().ChangeAsync(LiveWorld.Key, new LinkId("p24"), found => found with { Facts = found.Facts with { Name = "Renamed", Board = "Even" } }, Cancel);
            list = await ListAsync(world, $"?groupBy=board&limit=10&sort=-name&continuation={next}");
        }

        seen.ShouldBe([.. Enumerable.Range(0, 13).Select(number => $"p{24 - (2 * number):D2}"), .. Enumerable.Range(0, 12).Select(number => $"p{23 - (2 * number):D2}")]);
    }

    [Fact]
    public async Task Status_OfEachKind_SaysWhatAndSinceWhen()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var now = world.Time.GetUtcNow();
        var asked = RunStatusMachine.Ask(null, Lane.Live, "Delta", "project changed", now.AddMinutes(-1));
        await PutAsync(
            world,
            Row("idle", "A", "1"),
            Row("cools", "A", "2") with { Guard = asked with { NotBefore = now.AddMinutes(9) } },
            Row("queued", "A", "3") with { Guard = asked with { NotBefore = now - Second } },
            Row("syncs", "A", "4") with { Guard = RunStatusMachine.Take(asked, Lane.Live, new RunId("run"), RunStatus.Syncing, "Comprehensive", "sweep", now, TimeSpan.FromMinutes(15)) },
            Row("died", "A", "5") with { Guard = RunStatusMachine.Take(asked, Lane.Live, new RunId("run"), RunStatus.Syncing, "Delta", "poll", now.AddHours(-1), TimeSpan.FromMinutes(15)) });

        var list = (await ListAsync(world)).GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("link").GetString()!);

        list.ToDictionary(item => item.Key, item => item.Value.GetProperty("status").GetString())
            .ShouldBe(new Dictionary<string, string?> { ["idle"] = "idle", ["cools"] = "requested", ["queued"] = "inQueue", ["syncs"] = "syncing", ["died"] = "idle" }, ignoreOrder: true);
        list["cools"].GetProperty("until").GetDateTimeOffset().ShouldBe(now.AddMinutes(9));
        list["cools"].GetProperty("why").GetString()!.ShouldContain("project changed");
        list["syncs"].GetProperty("since").GetDateTimeOffset().ShouldBe(now);
        list.Values.Count(item => Can(item).StartsWith("sync", StringComparison.Ordinal)).ShouldBe(2, "Only idle ones can be synchronised by hand.");

        await world.ChangeFlowAsync(flow => flow with { Enabled = false });
        var off = await ListAsync(world);
        off.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        off.GetProperty("items").EnumerateArray().ShouldAllBe(item => !Can(item).StartsWith("sync", StringComparison.Ordinal));
        off.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("link").GetString() == "queued").GetProperty("why").GetString().ShouldBe("The integration is switched off.");
    }

    [Fact]
    public async Task List_OfFiveThousand_TakesTenOperationsAndNoTime()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var random = new Random(1);
        await PutAsync(world, [.. Enumerable.Range(0, 5000).Select(number => Row($"p{number}", $"Customer {random.Next(300)}", $"Project {number}", $"{number}", $"Board {random.Next(8)}") with { DeltaAt = world.Time.GetUtcNow() })]);
        world.Storage.Reset();

        (await ListAsync(world, "?groupBy=board")).GetProperty("totals").GetProperty("shown").GetInt32().ShouldBe(5000);
        world.Storage.Count.ShouldBeLessThanOrEqualTo(10, string.Join('\n', world.TableCalls()));
        world.Time.Advance(TimeSpan.FromSeconds(20));
        await ListAsync(world);
        world.Storage.Reset();
        var (rows, answers) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var look = 0; look < 5; look++)
        {
            var watch = Stopwatch.StartNew();
            await ListAsync(world, "?sort=-lastSync&search=project");
            answers.Add(watch.Elapsed);
        }

        world.Storage.Count.ShouldBe(5 * 3, string.Join('\n', world.TableCalls()));
        for (var look = 0; look < 3; look++)
        {
            var watch = Stopwatch.StartNew();
            await world.Get<ProjectStore>().ListAsync(LiveWorld.Key, Cancel);
            rows.Add(watch.Elapsed);
        }

        // On a machine that is busy with other things, still less than twice what reading the rows takes there.
        answers.Min().ShouldBeLessThan(TimeSpan.FromMilliseconds(Math.Max(200, 2 * rows.Min().TotalMilliseconds)));
    }

    [Fact]
    public async Task Panel_OfAProject_SaysAllOfIt()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var (link, _) = await CompanyAsync(world);
        await PersonAsync(world, "Nora");
        var contact = (await world.Get<LinkStore>().InsideAsync(new LinkScope(LiveWorld.Key, "person"), link, Cancel)).ShouldHaveSingleItem().Value.RightId!;
        var now = world.Time.GetUtcNow();
        await world.Get<ProjectStore>().ChangeAsync(LiveWorld.Key, link, found => found with
        {
            Facts = found.Facts with { WorkType = contact },
            Guard = new Guard(Lane.Live, RunStatus.Idle, null, 2, now, null, null, null, null) { NotBefore = now.AddMinutes(10) },
            ImportedAt = now.AddDays(-2),
            DeltaAt = now,
            ComprehensiveAt = now.AddHours(-3),
            Problem = "Too many calls.",
        }, Cancel);
        await world.Get<LinkStore>().PutWorkAsync(
            new LinkScope(LiveWorld.Key, "person"),
            [
                new WorkItem("person", Side.Left, "L7", WorkReason.Retry, now) { FirstAt = now, Link = LinkId.Inside(link, "x") },
                new WorkItem("person", Side.Left, "L8", WorkReason.Retry, now) { FirstAt = now, Link = new LinkId($"{link}0.x") },
            ],
            Cancel);

        var panel = await AskAsync<GetProject>(world, (get, request) => get.Run(request, "acme", "flow", link.Value, Cancel));

        panel.GetProperty("synced").GetBoolean().ShouldBeTrue();
        panel.GetProperty("left").GetProperty("name").GetString().ShouldBe("Annexe");
        panel.GetProperty("right").GetProperty("id").GetString().ShouldStartWith("R");
        panel.GetProperty("workType").GetProperty("name").GetString().ShouldBe("Nora");
        panel.GetProperty("project").GetProperty("lastSyncMode").GetString().ShouldBe("delta");
        panel.GetProperty("project").GetProperty("lastSyncAt").GetDateTimeOffset().ShouldBe(now);
        panel.GetProperty("project").GetProperty("problem").GetString().ShouldBe("Too many calls.");
        panel.GetProperty("lastComprehensiveAt").GetDateTimeOffset().ShouldBe(now.AddHours(-3));
        panel.GetProperty("coolsDownUntil").GetDateTimeOffset().ShouldBe(now.AddMinutes(10));
        panel.GetProperty("coolDownSeconds").GetInt32().ShouldBe(600);
        panel.GetProperty("inside").EnumerateArray().ShouldHaveSingleItem().ToString().ShouldBe("""{"kind":"person","linked":1,"waiting":1}""");
        panel.GetProperty("waiting").EnumerateArray().ShouldHaveSingleItem().GetProperty("recordId").GetString().ShouldBe("L7");

        await world.Get<ProjectStore>().ChangeAsync(LiveWorld.Key, link, found => found with { Facts = found.Facts with { WorkType = null } }, Cancel);
        (await AskAsync<GetProject>(world, (get, request) => get.Run(request, "acme", "flow", link.Value, Cancel))).GetProperty("workType").GetProperty("name").GetString().ShouldBe("enterprise default");
        (await AnswerAsync<GetProject>(world, "GET", null, (get, request) => get.Run(request, "acme", "flow", "nobody", Cancel))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Log_OfAProject_IsNoticesAndFailedCallsByTimeInPages()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        await PutAsync(world, Row("mine", "A", "1"), Row("mine0", "A", "2"));
        var now = world.Time.GetUtcNow();
        for (var number = 0; number < 6; number++)
        {
            var at = now.AddMinutes(-number);
            var link = (number % 3) switch { 0 => "mine", 1 => "mine.part", _ => "mine0" };
            await world.Get<IntegrationLog>().AppendAsync(LiveWorld.Key, [new LogEntry(at, LogSeverity.Info, $"code-{number}", "Text.") { LinkId = new LinkId(link) }], Cancel);
            var call = new FailedCall(at.AddSeconds(-30), "simleft", "GET", $"/calls/{number}", 503, "Transient", "Down.", Second) { Project = new LinkId(number % 3 == 2 ? "mine0" : "mine") };
            await world.Get<ApiCallLog>().AppendAsync(LiveWorld.Key.Tenant, LiveWorld.ConnectionOf(number % 2 == 0 ? Side.Left : Side.Right), [call], Cancel);
        }

        var lines = new List<string>();
        string? next = null;
        do
        {
            var query = next is null ? "?limit=3" : $"?limit=3&continuation={Uri.EscapeDataString(next)}";
            var page = await AskAsync<ListProjectLog>(world, (list, request) => list.Run(request, "acme", "flow", "mine", Cancel), query);
            lines.AddRange(page.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("notice") is { ValueKind: JsonValueKind.Object } notice ? notice.GetProperty("code").GetString()! : line.GetProperty("apiCall").GetProperty("path").GetString()!));
            next = page.GetProperty("continuation").GetString();
        }
        while (next is not null);

        lines.ShouldBe(["code-0", "/calls/0", "code-1", "/calls/1", "code-3", "/calls/3", "code-4", "/calls/4"]);
        var calls = await AskAsync<ListApiCalls>(world, (list, request) => list.Run(request, "acme", Cancel), "?project=mine0");
        calls.GetProperty("items").EnumerateArray().Select(call => call.GetProperty("path").GetString()).ShouldBe(["/calls/2", "/calls/5"]);
        (await AskAsync<ListLog>(world, (list, request) => list.Run(request, "acme", "flow", Cancel), "?project=mine")).GetProperty("items").GetArrayLength().ShouldBe(4);
    }

    [Fact]
    public async Task FailedCall_ForAPartOfAProject_IsThatProjects()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var (link, _) = await CompanyAsync(world);
        var person = await PersonAsync(world, "Nora");
        world.Right.Delete(world.Right.Live("contacts").Single(), Actor.User);
        var calls = world.Get<FailedCalls>();
        await calls.StartAsync(Cancel);

        world.Left.Edit(person, FieldSet.Of(("phone", FieldValue.Of("1"))), Actor.User);
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        await calls.StopAsync(Cancel);

        var failed = (await world.Get<ApiCallLog>().ListAsync(LiveWorld.Key.Tenant, LiveWorld.ConnectionOf(Side.Right), null, 10, Cancel)).Items;
        failed.ShouldNotBeEmpty(world.Log.Text);
        failed.ShouldAllBe(call => call.Project == link);
    }

    [Theory]
    [InlineData(Side.Left)]
    [InlineData(Side.Right)]
    public async Task FailedCall_OfARunOfAProject_IsThatProjects(Side side)
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var (link, _) = await CompanyAsync(world);
        var calls = world.Get<FailedCalls>();
        await calls.StartAsync(Cancel);
        world.Server(side).ForbiddenKind = side == Side.Left ? "people" : "contacts";
        var flow = (await world.Get<FlowContexts>().LoadAsync(LiveWorld.Key, Cancel)).ShouldNotBeNull();

        await world.Get<ProjectSync>().RunAsync(new WorkScope(flow, Pair.Kind("company"), RunMode.Delta, new RunId("run"), 1), [.. Pair.PartsOf(Pair.Kind("company"))], [link], Cancel);
        await calls.StopAsync(Cancel);

        var failed = (await world.Get<ApiCallLog>().ListAsync(LiveWorld.Key.Tenant, LiveWorld.ConnectionOf(side), null, 10, Cancel, link)).Items.ShouldHaveSingleItem(world.Log.Text);
        (failed.Status, failed.Project).ShouldBe((403, link));
        var item = (await ListAsync(world)).GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        item.GetProperty("problem").GetString().ShouldNotBeNullOrEmpty();
        var lines = await AskAsync<ListProjectLog>(world, (list, request) => list.Run(request, "acme", "flow", link.Value, Cancel));
        lines.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("notice") is { ValueKind: JsonValueKind.Object } notice ? notice.GetProperty("code").GetString() : "call").ShouldBe(["project-failed", "call", "created"]);
    }

    [Fact]
    public async Task Sync_ByHand_IsKeptWhileItCoolsDownAndRefusedWhereItWaitsAlready()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var now = world.Time.GetUtcNow();
        var cools = new Guard(Lane.Live, RunStatus.Idle, null, 2, now, null, null, null, null) { NotBefore = now.AddMinutes(10) };
        await PutAsync(world, Row("a", "A", "1") with { Guard = cools }, Row("off", "A", "2") with { Facts = Facts("A", "2") with { State = LinkState.Paused, Reason = "Paused by hand." } });

        var first = await SyncAsync(world, "a", new { mode = "comprehensive" });
        var again = await SyncAsync(world, "a", new { });

        first.Status.ShouldBe(202, first.Body);
        (first.Json.GetProperty("status").GetString(), first.Json.GetProperty("until").GetDateTimeOffset()).ShouldBe(("requested", now.AddMinutes(10)));
        (await world.Get<ProjectStore>().RequestsAsync(LiveWorld.Key, 10, Cancel)).ShouldBe([new ProjectRequest(new LinkId("a"), "Comprehensive", now.AddMinutes(10))]);
        (again.Status, again.Json.GetProperty("type").GetString(), again.Json.GetProperty("project_status").GetString()).ShouldBe((409, "/api/problems/project-busy", "requested"));
        again.Json.GetProperty("why").GetString().ShouldNotBeNullOrEmpty();
        again.Json.GetProperty("since").ValueKind.ShouldBe(JsonValueKind.String);
        (await SyncAsync(world, "a", new { mode = "import" })).Status.ShouldBe(400);
        (await SyncAsync(world, "off", new { })).Json.GetProperty("type").GetString().ShouldBe("/api/problems/project-off");
        (await SyncAsync(world, "nobody", new { })).Status.ShouldBe(404);
        await world.ChangeFlowAsync(flow => flow with { Enabled = false });
        (await SyncAsync(world, "a", new { })).Json.GetProperty("type").GetString().ShouldBe("/api/problems/flow-off");
    }

    [Fact]
    public async Task Enable_OfAnArchivedProject_IsRefusedUntilItIsActive()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var (link, account) = await CompanyAsync(world);
        (await DoAsync<DisableProject>(world, (disable, request) => disable.Run(request, "acme", "flow", link.Value, Cancel))).Json.GetProperty("state").GetString().ShouldBe("disabled");
        world.Right.Edit(account, FieldSet.Of(("state", FieldValue.Of("archived"))), Actor.User);

        await world.Get<ProjectStore>().ChangeAsync(LiveWorld.Key, link, found => found with { Facts = found.Facts with { Archived = true } }, Cancel);

        var refused = await EnableAsync(world, link);
        world.Right.Edit(account, FieldSet.Of(("state", FieldValue.Of("live"))), Actor.User);
        var enabled = await EnableAsync(world, link);

        (refused.Status, refused.Json.GetProperty("type").GetString()).ShouldBe((409, "/api/problems/cannot-enable"));
        refused.Json.GetProperty("detail").GetString()!.ShouldContain("archived");
        enabled.Status.ShouldBe(200, enabled.Body);
        (enabled.Json.GetProperty("enabled").GetBoolean(), enabled.Json.GetProperty("state").GetString()).ShouldBe((true, "active"));
        (await world.Get<ProjectStore>().RequestsAsync(LiveWorld.Key, 10, Cancel)).ShouldHaveSingleItem().Mode.ShouldBe("Comprehensive");
        (await EnableAsync(world, link)).Status.ShouldBe(409, "It is on.");
    }

    [Fact]
    public async Task Disconnect_OfAProject_IsFinal()
    {
        using var world = await LiveWorld.LiveAsync(pair: Pair);
        var (link, account) = await CompanyAsync(world);

        var ended = await DoAsync<DisconnectProject>(world, (disconnect, request) => disconnect.Run(request, "acme", "flow", link.Value, Cancel));

        (ended.Status, ended.Json.GetProperty("state").GetString(), Can(ended.Json)).ShouldBe((200, "disconnected", ""));
        (await EnableAsync(world, link)).Json.GetProperty("type").GetString().ShouldBe("/api/problems/disconnected");
        (await SyncAsync(world, link.Value, new { })).Json.GetProperty("type").GetString().ShouldBe("/api/problems/project-off");
        account.Gone.ShouldBeFalse("Both copies live on.");
        (await LinksAsync(world, "")).ShouldBeEmpty();
        (await LinksAsync(world, "?showDisabled=true")).ShouldBe([link.Value]);
    }

    [Fact]
    public async Task Categories_OfStatuses_TellChosenFromGuessedAndWhatStandsForEach()
    {
        var status = new StatusField(Side.Left, "status", null, "board", "Open") { Categories = ["Open", "Done", "Waiting"], StatusKind = "statuses", BoardKind = "boards", Guess = _ => "Open" };
        var company = FakeParts.Company with { Fields = [.. FakeParts.Company.Fields.Where(field => field.Name != "status"), new FieldMap("status", new("status"), new("stage")) { Status = status }] };
        using var world = await LiveWorld.LiveAsync(pair: FakeParts.Pair with { Kinds = [company, FakeParts.Person] });
        await world.ChangeFlowAsync(flow => flow with
        {
            Settings = flow.Settings with
            {
                StatusBoards = flow.Settings.StatusBoards.Add("company", [new StatusBoard("3", "Support", [new BoardStatus("1", "New", "Open", false), new BoardStatus("2", "Ready", "Open", true), new BoardStatus("3", "Finished", "Done", false) { IsInactive = true }, new BoardStatus("4", "Closed", "Open", false)])]),
                StatusCategories = new StatusChoices(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>>.Empty.Add(
                    "company", ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>.Empty.Add("Support", ImmutableSortedDictionary<string, string>.Empty.Add("Closed", "Done")))),
            },
        });

        var kind = (await AskAsync<ListStatusCategories>(world, (list, request) => list.Run(request, "acme", "flow", Cancel))).GetProperty("items").EnumerateArray().ShouldHaveSingleItem();

        kind.GetProperty("kind").GetString().ShouldBe("company");
        var board = kind.GetProperty("boards").EnumerateArray().ShouldHaveSingleItem();
        board.GetProperty("statuses").EnumerateArray().Select(item => $"{item.GetProperty("name").GetString()} {item.GetProperty("category").GetString()} {item.GetProperty("chosen").GetBoolean()}")
            .ShouldBe(["New Open False", "Ready Open False", "Finished Done False", "Closed Done True"]);
        var stands = board.GetProperty("stands");
        (stands.GetProperty("Open").GetString(), stands.GetProperty("Done").GetString(), stands.GetProperty("Waiting").GetString()).ShouldBe(("Ready", "Closed", null));
    }

    private static async Task<(LinkId Link, FakeRecord Account)> CompanyAsync(LiveWorld world)
    {
        var company = world.Left.Create("companies", FieldSet.Of(("code", FieldValue.Of("c1")), ("name", FieldValue.Of("Annexe")), ("active", new FieldValue.Flag(true))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        return ((await world.LinkAsync(Side.Left, company.Id)).ShouldNotBeNull().Id, await world.CounterpartAsync(company));
    }

    private static async Task<FakeRecord> PersonAsync(LiveWorld world, string name)
    {
        var person = world.Left.Create("people", FieldSet.Of(("code", FieldValue.Of(name)), ("name", FieldValue.Of(name)), ("company", new FieldValue.Reference(world.Left.Live("companies").Single().Id)), ("active", new FieldValue.Flag(true))), Actor.User);
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        world.Right.Live("contacts").ShouldHaveSingleItem(world.Log.Text);
        return person;
    }

    private static async Task PutAsync(LiveWorld world, params Project[] projects) =>
        (await world.Get<ProjectStore>().ReplaceAsync(LiveWorld.Key, [.. projects.Select(project => (project, (Versioned<Project>?)null))], Cancel)).ShouldAllBe(written => written);

    private static Project Row(string link, string customer, string name, string id = "1", string board = "Board") => new(new LinkId(link)) { Facts = Facts(customer, name, id, board) };

    private static ProjectFacts Facts(string customer, string name, string id = "1", string board = "Board") => new(id, $"R{id}", name, name, customer, board, LinkState.Active, null);

    private static string Can(JsonElement project) =>
        string.Join(' ', project.GetProperty("can").EnumerateObject().Where(possible => possible.Value.GetBoolean()).Select(possible => possible.Name));

    private static List<string> Links(JsonElement list) => [.. list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("link").GetString()!)];

    private static async Task<List<string>> LinksAsync(LiveWorld world, string query) => Links(await ListAsync(world, query));

    private static Task<JsonElement> ListAsync(LiveWorld world, string query = "") => AskAsync<ListProjects>(world, (list, request) => list.Run(request, "acme", "flow", Cancel), query);

    private static Task<Answer> SyncAsync(LiveWorld world, string link, object body) => AnswerAsync<SyncProject>(world, "POST", body, (sync, request) => sync.Run(request, "acme", "flow", link, null!, Cancel));

    private static Task<Answer> EnableAsync(LiveWorld world, LinkId link) => DoAsync<EnableProject>(world, (enable, request) => enable.Run(request, "acme", "flow", link.Value, Cancel));

    private static Task<Answer> DoAsync<T>(LiveWorld world, Func<T, HttpRequest, Task<IActionResult>> call) => AnswerAsync(world, "POST", null, call);

    private static async Task<JsonElement> AskAsync<T>(LiveWorld world, Func<T, HttpRequest, Task<IActionResult>> call, string query = "")
    {
        var answer = await AnswerAsync(world, "GET", null, call, query);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    private static Task<Answer> AnswerAsync<T>(LiveWorld world, string method, object? body, Func<T, HttpRequest, Task<IActionResult>> call, string query = "")
    {
        var request = world.Request(method, body);
        request.QueryString = new QueryString(query);
        return HttpWorld.ExecuteAsync(request, call(world.Function<T>(), request));
    }
}
