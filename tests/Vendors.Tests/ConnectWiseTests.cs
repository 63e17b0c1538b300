using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SyncFunctions.Vendors.Tests;

public sealed class ConnectWiseTests
{
    [Theory]
    [InlineData("demo+connectwise-public-key:connectwise-private-key", 200, 200)]
    [InlineData("demo+connectwise-public-key:wrong", 404, 401)]
    [InlineData("demo+wrong:connectwise-private-key", 404, 401)]
    [InlineData("other+connectwise-public-key:connectwise-private-key", 404, 401)]
    [InlineData("connectwise-public-key:connectwise-private-key", 404, 401)]
    [InlineData("demo+connectwise-public-key-member:connectwise-private-key", 403, 403)]
    public async Task Keys_WrongOnes_AreAnswered404InTheCloud(string keys, int cloud, int elsewhere)
    {
        await using var vendors = await Vendors.StartAsync();
        ((int)(await vendors.ConnectWise("GET", "project/projects", keys: keys)).Status).ShouldBe(cloud);
        await Switch(vendors, "cloud", false);
        ((int)(await vendors.ConnectWise("GET", "project/projects", keys: keys)).Status).ShouldBe(elsewhere);
    }

    [Fact]
    public async Task ClientId_Missing_Is403()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Send("GET", "/connectwise/v4_6_release/apis/3.0/system/info", null, ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Vendors.ConnectWiseKeys))}"));
        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        answer.Message.ShouldContain("clientId");
    }

    [Fact]
    public async Task Codebase_ChangesWithAnUpgrade_AndTheRouterStays()
    {
        await using var vendors = await Vendors.StartAsync();
        async Task<string> Codebase() => (await vendors.Send("GET", "/connectwise/login/companyinfo/demo"))["Codebase"].GetString()!.Trim('/');
        var before = await Codebase();
        (await vendors.ConnectWise("GET", "system/info", codebase: before)).Status.ShouldBe(HttpStatusCode.OK);
        await Switch(vendors, "upgraded", true);
        (await vendors.ConnectWise("GET", "system/info", codebase: before)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await vendors.ConnectWise("GET", "system/info", codebase: await Codebase())).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.ConnectWise("GET", "system/info")).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.Send("GET", "/connectwise/login/companyinfo/nobody")).Text.ShouldBe("null");
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("name=\"Rack\"", 1)]
    [InlineData("name = \"rack\"", 1)]
    [InlineData("name=\"5\\\" \\\\ disk\"", 1)]
    [InlineData("name!=\"Rack\"", 3)]
    [InlineData("name like \"*k\"", 2)]
    [InlineData("name not like \"*k\"", 2)]
    [InlineData("name contains \"ove\"", 2)]
    [InlineData("name in (\"Rack\", \"Move\")", 2)]
    [InlineData("name not in (\"Rack\",\"Move\")", 2)]
    [InlineData("budgetHours>=8 and budgetHours<10.5", 1)]
    [InlineData("budgetHours=null", 1)]
    [InlineData("company/name=\"Acme\" or company/identifier=\"BOLT\"", 3)]
    [InlineData("(name=\"Rack\" or name=\"Move\") and not company/name=\"Acme\"", 1)]
    [InlineData("closedFlag=False", 4)]
    [InlineData("estimatedStart>[2026-02-01T00:00:00Z]", 1)]
    [InlineData("lastUpdated>[2000-01-01T00:00:00Z]", 4)]
    [InlineData("lastUpdated>[2100-01-01T00:00:00Z]", 0)]
    public async Task Conditions_OfEverySort_SelectRows(string conditions, int rows)
    {
        await using var vendors = await Vendors.StartAsync();
        var acme = await vendors.Add("connectwise", "companies", new { name = "Acme" });
        var bolt = await vendors.Add("connectwise", "companies", new { name = "Bolt" });
        await vendors.Add("connectwise", "projects", new { name = "Rack", company = acme, budgetHours = 8 });
        await vendors.Add("connectwise", "projects", new { name = "Move", company = bolt, budgetHours = 10.5, estimatedStart = "2026-03-01" });
        await vendors.Add("connectwise", "projects", new { name = "Remove", company = bolt, budgetHours = 99, estimatedStart = "2026-02-01" });
        await vendors.Add("connectwise", "projects", new { name = "5\" \\ disk" });
        (await vendors.ConnectWise("GET", $"project/projects?conditions={Uri.EscapeDataString(conditions)}")).Each("id").Length.ShouldBe(rows);
        (await vendors.ConnectWise("GET", $"project/projects/count?conditions={Uri.EscapeDataString(conditions)}"))["count"].GetInt32().ShouldBe(rows);
    }

    [Theory]
    [InlineData("name=\"open")]
    [InlineData("name=Rack")]
    [InlineData("lastUpdated>2026-01-01")]
    [InlineData("nothing=1")]
    [InlineData("Name=\"Rack\"")]
    [InlineData("name=\"a\" and")]
    [InlineData("(name=\"a\"")]
    [InlineData("name=\"a\" name=\"b\"")]
    public async Task Conditions_NotInTheLanguage_AreRefused(string conditions)
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.ConnectWise("GET", $"project/projects?conditions={Uri.EscapeDataString(conditions)}");
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Text);
        answer["code"].GetString().ShouldBe("InvalidObject");
    }

    [Fact]
    public async Task Pages_ByNumberInAnyOrder_OrForwardOnlyById()
    {
        await using var vendors = await Vendors.StartAsync();
        for (var i = 0; i < 5; i++)
            await vendors.Add("connectwise", "companies", new { name = $"C{i % 3}{i}" });
        var first = await vendors.ConnectWise("GET", "company/companies?orderBy=name desc&pageSize=3");
        first.Each("name").ShouldBe(["C22", "C14", "C11"]);
        first.Headers["Link"].ShouldContain("page=2");
        var second = await vendors.ConnectWise("GET", "company/companies?orderBy=name desc&pageSize=3&page=2");
        second.Each("name").ShouldBe(["C03", "C00"]);
        second.Headers.ContainsKey("Link").ShouldBeFalse();

        Task<Answer> Forward(string query) => vendors.ConnectWise("GET", $"company/companies?{query}", more: ("pagination-type", "forward-only"));
        var ids = (await Forward("pageSize=3")).Each("id");
        var rest = await Forward($"pageSize=3&pageId={ids[^1]}");
        rest.Each("name").ShouldBe(["C03", "C14"]);
        rest.Headers["Link"].ShouldContain("pageId=", Case.Sensitive, "the end shows by an empty page alone");
        (await Forward("orderBy=name")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Forward("pageSize=1001")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Forward("pageId=999999")).Each("id").ShouldBeEmpty();
    }

    [Fact]
    public async Task Fields_LeaveOutInfoUnlessItIsNamed()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.Add("connectwise", "companies", new { name = "Acme" });
        string[] Names(Answer answer) => [.. answer.Json[0].EnumerateObject().Select(property => property.Name)];
        Names(await vendors.ConnectWise("GET", "company/companies?fields=id,name")).ShouldBe(["id", "name"]);
        Names(await vendors.ConnectWise("GET", "company/companies?fields=id,_info")).ShouldBe(["id", "_info"]);
        Names(await vendors.ConnectWise("GET", "company/companies")).ShouldNotContain("lastUpdated");
    }

    [Fact]
    public async Task Patch_HasADialectOfItsOwn()
    {
        await using var vendors = await Vendors.StartAsync();
        var acme = await vendors.Add("connectwise", "companies", new { name = "Acme" });
        var bolt = await vendors.Add("connectwise", "companies", new { name = "Bolt" });
        var id = await vendors.Add("connectwise", "projects", new { name = "Move", company = acme, description = "Old" });
        Task<Answer> Patch(object body) => vendors.ConnectWise("PATCH", $"project/projects/{id}", body);
        static object Operation(string path, object? value, string op = "replace") => new[] { new { op, path, value } };

        (await Patch(new { name = "Other" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Patch(Operation("/name", "Other"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Patch(Operation("Name", "Other"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Patch(Operation("name", "Other", "move"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Patch(Operation("company", new { id = 4711 }))).Status.ShouldBe(HttpStatusCode.BadRequest);

        var falselyDone = await Patch(Operation("company/identifier", "Bolt"));
        falselyDone.Status.ShouldBe(HttpStatusCode.OK);
        falselyDone["company"].GetProperty("id").GetInt64().ShouldBe(acme);

        (await Patch(Operation("company", new { identifier = "Bolt" })))["company"].GetProperty("id").GetInt64().ShouldBe(bolt);
        (await Patch(Operation("name", "Two\r\nlines\tand more")))["name"].GetString().ShouldBe("Two lines and more");
        (await Patch(Operation("description", null, "remove")))["description"].ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Writes_NeedWhatIsRequired_PutReplacesAll_AndWhatIsInUseStays()
    {
        await using var vendors = await Vendors.StartAsync();
        var refused = await vendors.ConnectWise("POST", "project/projects", new { name = "Move" });
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused["errors"].EnumerateArray().Select(error => error.GetProperty("field").GetString()).ShouldBe(["billingMethod", "estimatedStart", "estimatedEnd"]);
        var company = await vendors.ConnectWise("POST", "company/companies", new { name = "Acme", identifier = "Acme", city = "Bonn" });
        company.Status.ShouldBe(HttpStatusCode.Created);
        var path = $"company/companies/{company["id"]}";
        (await vendors.ConnectWise("POST", "company/companies", new { name = "Acme too", identifier = "ACME" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        var project = new { name = "Move", billingMethod = "FixedFee", estimatedStart = "2026-01-01T00:00:00Z", estimatedEnd = "2026-02-01T00:00:00Z", company = new { identifier = "acme" } };
        (await vendors.ConnectWise("POST", "project/projects", project)).Status.ShouldBe(HttpStatusCode.Created);
        (await vendors.ConnectWise("PUT", path, new { name = "Acme", identifier = "Acme", state = "NW" }))["city"].ValueKind.ShouldBe(JsonValueKind.Null);
        (await vendors.ConnectWise("DELETE", path)).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Tickets_AreSearchedByABodyToo_AndServiceTicketsAreOthers()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var found = await vendors.ConnectWise("POST", "project/tickets/search?pageSize=10", new { conditions = "project/name=\"Office 365 migration\"" });
        found.Each("summary").ShouldBe(["List all mailboxes", "Move the first ten"]);
        var printer = (await vendors.ConnectWise("GET", "service/tickets")).Each("id").ShouldHaveSingleItem();
        (await vendors.ConnectWise("GET", $"project/tickets/{printer}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await vendors.ConnectWise("GET", "schedule/entries?conditions=type/identifier=\"S\"")).Each("id").Length.ShouldBe(4);
    }

    [Fact]
    public async Task Throttled_SaysWhenToComeAgain()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Sim("PUT", "connectwise", "settings", new { dailyLimit = 0 })).Status.ShouldBe(HttpStatusCode.OK);
        var answer = await vendors.ConnectWise("GET", "system/info");
        ((int)answer.Status).ShouldBe(429);
        answer.Headers["Retry-After"].ShouldBe("30");
        answer["error"].GetString().ShouldBe("ConnectWiseAPI");
    }

    [Fact]
    public async Task Callback_IsSignedWithTheKeyThatItNames()
    {
        await using var vendors = await Vendors.StartAsync();
        await using var sink = await CallbackSink.StartAsync();
        await Register(vendors, sink, "project");
        foreach (var newKey in new[] { false, true })
        {
            await Switch(vendors, "newKey", newKey);
            var id = await vendors.Add("connectwise", "projects", new { name = "Küche" });
            var came = await sink.NextAsync();
            came.Path.ShouldBe($"/hook?recordId={id}&action=added");
            came.Json.GetProperty("Type").GetString().ShouldBe("project");
            JsonDocument.Parse(came.Json.GetProperty("Entity").GetString()!).RootElement.GetProperty("name").GetString().ShouldBe("Küche");
            var key = JsonDocument.Parse(await vendors.Http.GetStringAsync(came.Json.GetProperty("Metadata").GetProperty("key_url").GetString())).RootElement.GetProperty("signing_key").GetString()!;
            came.Headers["x-content-signature"].ShouldBe(Convert.ToBase64String(HMACSHA256.HashData(SHA256.HashData(Encoding.UTF8.GetBytes(key)), came.Body)));
        }
    }

    [Theory]
    [InlineData(404, 3)]
    [InlineData(409, 3)]
    [InlineData(419, 3)]
    [InlineData(429, 3)]
    [InlineData(400, 1)]
    [InlineData(500, 1)]
    [InlineData(503, 1)]
    public async Task Callback_NotTaken_IsRepeatedForSomeStatusesOnly(int status, int attempts)
    {
        await using var vendors = await Vendors.StartAsync();
        await using var sink = await CallbackSink.StartAsync();
        var callback = await Register(vendors, sink, "project");
        await Switch(vendors, "disablesFailing", true);
        await Faults(vendors, new { waitFactor = 0.001 });
        for (var i = 0; i < 5; i++)
            sink.Answers.Enqueue(status);
        await vendors.Add("connectwise", "projects", new { name = "Move" });
        var shown = await SettledAsync(vendors);
        shown["attempts"].GetArrayLength().ShouldBe(attempts);
        shown["givenUp"].GetInt32().ShouldBe(1);
        (await vendors.ConnectWise("GET", $"system/callbacks/{callback}"))["inactiveFlag"].GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Callbacks_AreTakenInTheEnd_AfterTwoRefusals()
    {
        await using var vendors = await Vendors.StartAsync();
        await using var sink = await CallbackSink.StartAsync();
        await Register(vendors, sink, "project");
        await Faults(vendors, new { waitFactor = 0.001 });
        sink.Answers.Enqueue(429);
        sink.Answers.Enqueue(429);
        await vendors.Add("connectwise", "projects", new { name = "Move" });
        var shown = await SettledAsync(vendors);
        (shown["delivered"].GetInt32(), shown["givenUp"].GetInt32()).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Callbacks_AreNotTold_OfPhases_OfSomeDeletions_NorToWhoDidIt()
    {
        await using var vendors = await Vendors.StartAsync();
        await using var sink = await CallbackSink.StartAsync();
        foreach (var type in new[] { "project", "ticket", "schedule" })
            await Register(vendors, sink, type, suppressed: true);
        (await vendors.ConnectWise("POST", "system/callbacks", new { url = "https://x.example/", objectId = 1, type = "phase", level = "owner" })).Status.ShouldBe(HttpStatusCode.BadRequest);

        await vendors.ConnectWise("POST", "company/companies", new { name = "Ours", identifier = "Ours" });
        var project = (await vendors.ConnectWise("POST", "project/projects", new { name = "Ours", billingMethod = "FixedFee", estimatedStart = "2026-01-01", estimatedEnd = "2026-02-01" }))["id"].GetInt64();
        await vendors.Add("connectwise", "phases", new { description = "First", project });
        var ticket = await vendors.Add("connectwise", "tickets", new { summary = "Pack", project });
        var entry = await vendors.Add("connectwise", "scheduleEntries", new { objectId = ticket });
        await vendors.Sim("DELETE", "connectwise", $"kinds/scheduleEntries/{entry}");
        await vendors.Sim("DELETE", "connectwise", $"kinds/tickets/{ticket}");
        var told = new List<string>();
        for (var i = 0; i < 3; i++)
            told.Add(((await sink.NextAsync()).Json is var json ? $"{json.GetProperty("Type")} {json.GetProperty("Action")} {json.GetProperty("ID")}" : ""));
        told.ShouldBe([$"ticket added {ticket}", $"schedule added {entry}", $"ticket deleted {ticket}"], ignoreOrder: true);
        (await SettledAsync(vendors))["made"].GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Callbacks_AreLostDoubledAndReordered_WhereAsked()
    {
        await using var vendors = await Vendors.StartAsync();
        await using var sink = await CallbackSink.StartAsync();
        await Register(vendors, sink, "company");
        await Faults(vendors, new { lose = 0.3, @double = 0.3, reorder = 0.5, reorderMs = 100, seed = 7 });
        for (var i = 0; i < 100; i++)
            await vendors.Add("connectwise", "companies", new { name = $"C{i}" });
        var shown = await SettledAsync(vendors);
        var (made, lost, doubled) = (shown["made"].GetInt32(), shown["lost"].GetInt32(), shown["doubled"].GetInt32());
        made.ShouldBe(100);
        lost.ShouldBeInRange(15, 45);
        doubled.ShouldBeInRange(8, 35);
        shown["delivered"].GetInt32().ShouldBe(made - lost + doubled);
        var order = new List<long>();
        for (var i = 0; i < made - lost + doubled; i++)
            order.Add((await sink.NextAsync()).Json.GetProperty("ID").GetInt64());
        order.SequenceEqual(order.Order()).ShouldBeFalse();
    }

    private static Task<Answer> Switch(Vendors vendors, string name, bool on) =>
        vendors.Sim("PUT", "connectwise", "settings", new { switches = new Dictionary<string, bool> { [name] = on } });

    private static async Task Faults(Vendors vendors, object faults)
    {
        var answer = await vendors.Sim("PUT", "connectwise", "webhooks", faults);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }

    private static async Task<string> Register(Vendors vendors, CallbackSink sink, string type, bool suppressed = false)
    {
        var answer = await vendors.ConnectWise(
            "POST", "system/callbacks", new { url = sink.Address("/hook?recordId="), objectId = 1, type, level = "owner", isSelfSuppressedFlag = suppressed });
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return answer["id"].ToString();
    }

    /// <summary>The counts once nothing is under way.</summary>
    private static async Task<Answer> SettledAsync(Vendors vendors)
    {
        for (var looks = 0; looks < 400; looks++)
        {
            var shown = await vendors.Sim("GET", "connectwise", "webhooks");
            if (shown["underWay"].GetInt32() == 0 && shown["made"].GetInt32() > 0)
                return shown;
            await Task.Delay(TimeSpan.FromMilliseconds(25), TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("Callbacks are still under way.");
    }
}
