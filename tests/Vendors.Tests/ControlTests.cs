using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace SyncFunctions.Vendors.Tests;

public sealed class ControlTests
{
    [Theory]
    [InlineData("synergy", "statuses,staff,contacts,individuals,personnel,projects,stages")]
    [InlineData("tinyplus", "pipeline_stages,team_members,companies,contacts,projects")]
    public async Task Kinds_OfASystem_AreListedWithTheirFields(string system, string names)
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var kinds = await vendors.Sim("GET", system, "kinds");
        kinds.Each("name").ShouldBe(names.Split(','));
        kinds.Each("count").ShouldNotContain("0");
        foreach (var kind in kinds.Json.EnumerateArray())
        {
            var listed = await vendors.Sim("GET", system, $"kinds/{kind.GetProperty("name")}?limit=1");
            foreach (var field in kind.GetProperty("fields").EnumerateArray())
                listed["items"][0].TryGetProperty(field.GetProperty("name").GetString()!, out _).ShouldBeTrue($"{kind.GetProperty("name")}.{field.GetProperty("name")}");
        }
    }

    [Theory]
    [InlineData("synergy", "contacts", "isActive", "False", "True", "updatedDate")]
    [InlineData("tinyplus", "companies", "record_status", "archived", "active", "modified_date")]
    public async Task Edits_AreAUsersEdits_AndMoveTheModifiedTime(string system, string kind, string field, string archived, string active, string modified)
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        var path = $"kinds/{kind}/{await vendors.Add(system, kind, new { name = "Firm" })}";
        var seen = new List<string> { (await vendors.Sim("GET", system, path))[modified].GetString()! };
        async Task<Answer> Next(string method, string at, object? body = null)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var answer = await vendors.Sim(method, system, at, body);
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
            seen.Add(answer[modified].GetString()!);
            return answer;
        }

        (await Next("PATCH", path, new { name = "Firm 2" }))["name"].GetString().ShouldBe("Firm 2");
        (await Next("POST", $"{path}/archive"))[field].ToString().ShouldBe(archived);
        (await Next("POST", $"{path}/restore"))[field].ToString().ShouldBe(active);
        seen.ShouldBeUnique();
        (await vendors.Sim("DELETE", system, path)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await vendors.Sim("GET", system, path)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task List_FindsByWordsAndTime_NewestFirst()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        foreach (var name in new[] { "Müller", "O'Reilly", "東京設計" })
        {
            await vendors.Add("synergy", "contacts", new { name, address = new { town = $"Town of {name}" } });
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await vendors.Sim("GET", "synergy", "kinds/contacts")).Each("name").ShouldBe(["東京設計", "O'Reilly", "Müller"]);
        (await vendors.Sim("GET", "synergy", $"kinds/contacts?q={Uri.EscapeDataString("mÜLLER")}")).Each("name").ShouldBe(["Müller"]);
        (await vendors.Sim("GET", "synergy", $"kinds/contacts?q={Uri.EscapeDataString("town of 東")}")).Each("name").ShouldBe(["東京設計"]);
        var page = await vendors.Sim("GET", "synergy", "kinds/contacts?limit=1&start=1&modifiedSince=2025-03-14T09:26:54.589");
        page.Each("name").ShouldBe(["O'Reilly"]);
        page["total"].GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("GET", "kinds/ships", HttpStatusCode.NotFound)]
    [InlineData("GET", "kinds/contacts?account=nobody", HttpStatusCode.NotFound)]
    [InlineData("GET", "kinds/contacts?limit=many", HttpStatusCode.BadRequest)]
    [InlineData("POST", "kinds/stages/1001/archive", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "settings", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "faults", HttpStatusCode.BadRequest)]
    [InlineData("POST", "kinds/contacts/bulk", HttpStatusCode.BadRequest)]
    public async Task WrongRequests_AreNamedErrors(string method, string path, HttpStatusCode expected)
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var answer = await vendors.Sim(method, "synergy", path, method == "GET" || path.EndsWith("archive", StringComparison.Ordinal) ? null : new { pageSizes = 3 }.ToString());
        answer.Status.ShouldBe(expected);
        answer.Message.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Bulk_WithOneBadRecord_CreatesNone()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Sim("POST", "tinyplus", "kinds/companies/bulk", """[{"name":"a"},{"name":""}]""");
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Text.ShouldContain("[1].name");
        (await vendors.TinyPlus("GET", "companies")).Each("id").ShouldBeEmpty();
    }

    [Fact]
    public async Task Bulk_OfOldRecords_KeepsTheirTimes()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.Sim("POST", "synergy", "kinds/projects/bulk", """[{"name":"b","createdDate":"2020-01-01","updatedDate":"2021-01-01T10:00:00"},{"name":"a","createdDate":"2020-01-01T01:00:00"}]""");
        var list = await vendors.Synergy("GET", "Projects?CreatedDate=2020-01-01");
        list.Each("name").ShouldBe(["a", "b"]);
        list.Each("updatedDate").ShouldBe(["2020-01-01T01:00:00", "2021-01-01T10:00:00"]);
    }

    [Fact]
    public async Task HundredThousandRecords_AreLoadedAndListedFast()
    {
        await using var vendors = await Vendors.StartAsync();
        var clock = Stopwatch.GetTimestamp();
        var loaded = await vendors.Sim("POST", "synergy", "kinds/projects/bulk", Enumerable.Range(0, 100_000).Select(i => new { name = $"Project {i}", number = $"N{i}" }));
        loaded["created"].GetInt32().ShouldBe(100_000);
        Stopwatch.GetElapsedTime(clock).ShouldBeLessThan(TimeSpan.FromMinutes(2));

        clock = Stopwatch.GetTimestamp();
        var last = await vendors.Synergy("GET", "Projects?page=100&pageSize=1000&IsActive=true");
        last["totalItems"].GetInt32().ShouldBe(100_000);
        last.Each("number")[^1].ShouldBe("N99999");
        (await vendors.Synergy("GET", "Projects?projectNumber=N500")).Each("name").ShouldBe(["Project 500"]);
        for (var i = 0; i < 100; i++)
            (await vendors.Synergy("PATCH", $"Projects/{1001 + i}", new { scope = "edited" })).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.Synergy("GET", "Projects?page=1000")).Each("scope").ShouldAllBe(scope => scope == "edited");
        Stopwatch.GetElapsedTime(clock).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Stats_CountCallsByTemplateAndStatus_ButNotTheControlCalls()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        await vendors.Synergy("GET", "Projects/1001");
        await vendors.Synergy("GET", "Projects/1002");
        await vendors.Synergy("GET", "Projects/99");
        await vendors.Synergy("GET", "Nothing");
        var stats = await vendors.Sim("GET", "synergy", "stats");
        stats["total"].GetInt32().ShouldBe(4);
        stats["byStatus"].GetProperty("200").GetInt32().ShouldBe(2);
        stats["today"].GetProperty("demo").GetInt32().ShouldBe(3);
        stats["calls"].EnumerateArray().Select(call => $"{call.GetProperty("method")} {call.GetProperty("path")} {call.GetProperty("status")} {call.GetProperty("count")}").ShouldBe(
        [
            "GET (no such path) 404 1",
            "GET /api/v2/Organisation/{slug}/Projects/{id} 200 2",
            "GET /api/v2/Organisation/{slug}/Projects/{id} 404 1",
        ]);
        await vendors.Sim("DELETE", "synergy", "stats");
        (await vendors.Sim("GET", "synergy", "stats"))["total"].GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task DailyLimit_UsedUp_Is429UntilTheNextDay()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Sim("PUT", "synergy", "settings", new { dailyLimit = 2 });
        (await vendors.Synergy("GET", "Projects")).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.Synergy("GET", "Projects")).Status.ShouldBe(HttpStatusCode.OK);
        var refused = await vendors.Synergy("GET", "Projects");
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Message.ShouldContain("2 calls a day");
        clock.Advance(TimeSpan.FromDays(1));
        (await vendors.Synergy("GET", "Projects")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ReadLag_HidesWritesFromTheVendorsReads_ButNotFromTheTruth()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        var old = (await vendors.TinyPlus("POST", "companies", new { name = "old" }))["id"];
        await vendors.Sim("PUT", "tinyplus", "settings", new { readLagMs = 5000 });
        await vendors.TinyPlus("PATCH", $"companies/{old}", new { name = "changed" });
        var fresh = (await vendors.TinyPlus("POST", "companies", new { name = "fresh" }))["id"];

        (await vendors.TinyPlus("GET", "companies")).Each("name").ShouldBe(["old"]);
        (await vendors.TinyPlus("GET", $"companies/{old}"))["name"].GetString().ShouldBe("old");
        (await vendors.TinyPlus("GET", $"companies/{fresh}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await vendors.Sim("GET", "tinyplus", "kinds/companies")).Each("name").Order().ShouldBe(["changed", "fresh"]);
        clock.Advance(TimeSpan.FromSeconds(5));
        (await vendors.TinyPlus("GET", "companies")).Each("name").ShouldBe(["changed", "fresh"]);
        await vendors.TinyPlus("DELETE", $"companies/{old}");
        (await vendors.TinyPlus("GET", $"companies/{old}")).Status.ShouldBe(HttpStatusCode.OK);
        await vendors.Sim("PUT", "tinyplus", "settings", new { readLagMs = 0 });
        (await vendors.TinyPlus("GET", "companies")).Each("name").ShouldBe(["fresh"]);
    }

    [Fact]
    public async Task Settings_Unknown_AreRefused()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Sim("PUT", "synergy", "settings", new { colour = 1 })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await vendors.Sim("PUT", "synergy", "settings", new { switches = new { colour = true } })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await vendors.Sim("PUT", "synergy", "settings", new { maxPageSize = 0 })).Status.ShouldBe(HttpStatusCode.BadRequest);
        var kept = await vendors.Sim("PUT", "synergy", "settings", new { maxPageSize = 10 });
        kept["maxPageSize"].GetInt32().ShouldBe(10);
        kept["defaultPageSize"].GetInt32().ShouldBe(100);
    }

    [Fact]
    public async Task Tokens_AreGivenOutEndedAndRevoked()
    {
        await using var vendors = await Vendors.StartAsync();
        var tokens = await vendors.Sim("POST", "synergy", "tokens", new { user = "member" });
        var access = tokens["accessToken"].GetString()!;
        (await vendors.Synergy("GET", "Projects", token: access)).Status.ShouldBe(HttpStatusCode.OK);
        await vendors.Sim("DELETE", "synergy", "tokens?kind=access");
        (await vendors.Synergy("GET", "Projects", token: access)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var refresh = new { applicationKey = "sync-functions", ApplicationSecret = "sync-functions-secret", refreshToken = tokens["refreshToken"].GetString(), grant_type = "refresh_token" };
        var next = await vendors.Send("POST", "/synergy/api/v2/OAuth2/RefreshAccessToken", refresh);
        next.Status.ShouldBe(HttpStatusCode.OK);
        await vendors.Sim("DELETE", "synergy", "tokens");
        (await vendors.Send("POST", "/synergy/api/v2/OAuth2/RefreshAccessToken", refresh with { refreshToken = next["refresh_token"].GetString() })).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Reset_BringsBackTheFirstStart()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        await vendors.Sim("DELETE", "synergy", "kinds/projects/1001");
        await vendors.Sim("PUT", "synergy", "settings", new { dailyLimit = 1 });
        await vendors.Sim("PUT", "synergy", "faults", """[{"kind":"503"}]""");
        await vendors.Sim("POST", "synergy", "accounts", new { slug = "other", seed = true });
        await vendors.Sim("POST", "synergy", "reset");
        (await vendors.Synergy("GET", "Projects/1001"))["name"].GetString().ShouldBe("Harbour Pavilion");
        (await vendors.Sim("GET", "synergy", "accounts")).Each("slug").ShouldBe(["demo"]);
        (await vendors.Sim("GET", "synergy", "settings"))["dailyLimit"].ValueKind.ShouldBe(JsonValueKind.Null);
        await vendors.Sim("POST", "synergy", "reset?seed=false");
        (await vendors.Synergy("GET", "Projects"))["totalItems"].GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Seed_HasOneCompanyAndOnePersonOnBothSides()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var left = await vendors.Synergy("GET", "Contacts");
        var right = (await vendors.TinyPlus("GET", "companies")).Each("name").Concat((await vendors.TinyPlus("GET", "contacts")).Each("name"));
        left.Each("name").Intersect(right).Order().ShouldBe(["Jürgen Müller", "Müller & Söhne Baugesellschaft mbH"]);
        (await vendors.Synergy("GET", "Projects?UpdatedDate=2025-01-01")).Each("id").ShouldBeEmpty("sample records are old");
    }

    [Theory]
    [InlineData("/", "Total Synergy")]
    [InlineData("/synergy", "/synergy/_sim/")]
    [InlineData("/tinyplus", "/tinyplus/_sim/")]
    public async Task Pages_AreServed(string path, string text)
    {
        await using var vendors = await Vendors.StartAsync();
        var page = await vendors.Send("GET", path);
        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Text.ShouldContain(text);
        page.Text.ShouldNotContain("{{");
    }
}
