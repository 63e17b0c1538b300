using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Manage;

public sealed class ManageTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private HttpWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await HttpWorld.StartAsync(azurite);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Tenant_Created_IsListedAndNotCreatedTwice()
    {
        var created = await SendAsync(new { id = "beta", name = "Beta GmbH" }, request => _world.Function<CreateTenant>().Run(request, default));
        var again = await SendAsync(new { id = "beta", name = "Other" }, request => _world.Function<CreateTenant>().Run(request, default));
        var random = await SendAsync(new { name = "No id" }, request => _world.Function<CreateTenant>().Run(request, default));

        created.Status.ShouldBe(201);
        again.Status.ShouldBe(409);
        random.Status.ShouldBe(201);
        IdText.IsValid(random.Json.GetProperty("id").GetString()).ShouldBeTrue();
        (await SendAsync(null, request => _world.Function<ListTenants>().Run(request, default))).Json.GetProperty("items").EnumerateArray()
            .Select(tenant => tenant.GetProperty("name").GetString()).ShouldContain("Beta GmbH");
        (await SendAsync(null, request => _world.Function<GetTenant>().Run(request, "beta", default))).Json.GetProperty("name").GetString().ShouldBe("Beta GmbH");
    }

    [Theory]
    [InlineData("""{"id":"Not Valid","name":"x"}""", "#/id")]
    [InlineData("""{"id":"ok"}""", "#/name")]
    [InlineData("""{"name":"  "}""", "#/name")]
    [InlineData("""{"name":"x","colour":"red"}""", "#/colour")]
    public async Task Tenant_WithABadBody_IsRefusedWithThePlace(string json, string pointer)
    {
        var answer = await SendAsync(JsonDocument.Parse(json).RootElement, request => _world.Function<CreateTenant>().Run(request, default));

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
    }

    [Fact]
    public async Task Connection_WithAGoodToken_IsConnectedAndNeverShowsIt()
    {
        var answer = await CreateConnectionAsync(new { id = "left", system = "synergy", token = "synergy-static-key", settings = new { plan = "premium" } });

        answer.Status.ShouldBe(201);
        answer.Json.GetProperty("health").GetString().ShouldBe("connected");
        answer.Json.GetProperty("accountId").GetString().ShouldBe("demo");
        answer.Json.GetProperty("settings").GetProperty("organisation").GetString().ShouldBe("demo");
        answer.Json.GetProperty("budget").GetProperty("limit").GetInt32().ShouldBe(60_000);
        answer.Json.GetProperty("budget").GetProperty("usedToday").GetInt32().ShouldBe(2);
        answer.Body.ShouldNotContain("synergy-static-key");
        _world.Log.Text.ShouldNotContain("synergy-static-key");
    }

    [Theory]
    [InlineData("wrong-token", "/api/problems/credentials-refused")]
    [InlineData("synergy-static-key-member", "/api/problems/right-missing")]
    public async Task Connection_WithABadToken_IsNotCreated(string token, string type)
    {
        var answer = await CreateConnectionAsync(new { id = "left", system = "synergy", token });

        answer.Status.ShouldBe(422);
        answer.Json.GetProperty("type").GetString().ShouldBe(type);
        answer.Body.ShouldNotContain(token);
        (await _world.Get<ConnectionStore>().GetAsync(HttpWorld.Tenant, new("left"), default)).ShouldBeNull();
    }

    [Fact]
    public void PartnerApi_IsServedAsItStands()
    {
        var answer = _world.Function<GetPartnerApi>().Run(_world.Request("GET")).ShouldBeOfType<ContentResult>();
        answer.ContentType.ShouldNotBeNull().ShouldStartWith("application/yaml");
        answer.Content.ShouldNotBeNull().ShouldStartWith("openapi: 3.1.0");
    }

    [Fact]
    public async Task Connection_WithoutAToken_InvitesAndCanGetOneLater()
    {
        var created = await CreateConnectionAsync(new { id = "left", system = "synergy" });
        created.Json.GetProperty("health").GetString().ShouldBe("pending");
        created.Json.GetProperty("connectUrl").GetString().ShouldNotBeNull().ShouldStartWith("https://sync.example/api/connect/synergy?invitation=");

        var shown = await SendAsync(null, request => _world.Function<GetConnection>().Run(request, "acme", "left", default));
        shown.Json.GetProperty("connectUrl").ValueKind.ShouldBe(JsonValueKind.Null);

        var invited = await SendAsync(null, request => _world.Function<InviteToConnection>().Run(request, "acme", "left", default));
        invited.Json.GetProperty("connectUrl").GetString().ShouldNotBe(created.Json.GetProperty("connectUrl").GetString());

        var typed = await SendAsync(new { token = "synergy-static-key" }, request => _world.Function<PutConnectionToken>().Run(request, "acme", "left", default));
        typed.Json.GetProperty("health").GetString().ShouldBe("connected");
        var refused = await SendAsync(new { token = "wrong" }, request => _world.Function<PutConnectionToken>().Run(request, "acme", "left", default));
        refused.Status.ShouldBe(422);
        (await _world.ConnectionAsync("left")).Health.ShouldBe(ConnectionHealth.Connected);
        (await _world.Get<NoticeStore>().OverdueAsync(HttpWorld.Tenant, DateTimeOffset.MaxValue, default)).Notices.ShouldHaveSingleItem().Event.ShouldBe(NoticeEvent.KeyChanged, "what was refused is no change");
    }

    [Theory]
    [InlineData("apiBase", "https://evil.example/")]
    [InlineData("applicationSecret", "x")]
    [InlineData("nonsense", "x")]
    [InlineData("plan", "golden")]
    public async Task Connection_WithASettingThatIsNotTheTenants_IsRefused(string name, string value)
    {
        var answer = await CreateConnectionAsync(new { system = "synergy", settings = new Dictionary<string, string> { [name] = value } });

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe($"#/settings/{name}");
    }

    [Fact]
    public async Task Connection_Patched_ChangesItsPlanButNotItsAccount()
    {
        await CreateConnectionAsync(new { id = "left", system = "synergy", token = "synergy-static-key" });

        var plan = await SendAsync(new { name = "Main", settings = new { plan = "premium" } }, request => _world.Function<PatchConnection>().Run(request, "acme", "left", default));
        var account = await SendAsync(new { settings = new { organisation = "rival" } }, request => _world.Function<PatchConnection>().Run(request, "acme", "left", default));

        plan.Json.GetProperty("budget").GetProperty("plan").GetString().ShouldBe("premium");
        plan.Json.GetProperty("name").GetString().ShouldBe("Main");
        account.Status.ShouldBe(422);
        (await _world.ConnectionAsync("left")).Settings.ContainsKey("organisation").ShouldBeFalse();
    }

    [Fact]
    public async Task Flow_CreatedEnabled_IsPutOnTheSchedule()
    {
        await AddSidesAsync();

        var answer = await CreateFlowAsync(new { id = "main", pair = "synergy-tinyplus", left = "left", right = "right", enabled = true, pollEverySeconds = 60, direction = "leftToRight" });

        answer.Status.ShouldBe(201);
        answer.Json.GetProperty("direction").GetString().ShouldBe("leftToRight");
        answer.Json.GetProperty("mode").GetString().ShouldBe("continuous");
        (await _world.Get<DueStore>().GetAsync(Key("main"), default)).ShouldNotBeNull();
        var off = await SendAsync(new { enabled = false }, request => _world.Function<PatchFlow>().Run(request, "acme", "main", null!, default));
        off.Json.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        (await _world.Get<DueStore>().GetAsync(Key("main"), default)).ShouldBeNull();
    }

    [Fact]
    public async Task Flow_WithSidesThatDoNotFit_IsRefusedWithThePlaces()
    {
        await AddSidesAsync();

        var answer = await CreateFlowAsync(new { pair = "synergy-tinyplus", left = "right", right = "nobody", pollEverySeconds = 60 });

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldBe(["#/left", "#/right"]);
    }

    [Fact]
    public async Task Flow_WithTheSameSettingTwice_IsRefused()
    {
        await AddSidesAsync();
        await CreateFlowAsync(new { id = "main", pair = "synergy-tinyplus", left = "left", right = "right" });
        var request = _world.Request("PATCH");
        request.ContentType = "application/json";
        request.Body = new MemoryStream("""{"settings":{"lockWindow":"00:01:00","lockWindow":"00:02:00"}}"""u8.ToArray());

        (await HttpWorld.ExecuteAsync(request, _world.Function<PatchFlow>().Run(request, "acme", "main", null!, default))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Flow_WithAnotherTenantsConnection_IsRefused()
    {
        await AddSidesAsync();
        await _world.AddConnectionAsync("synergy", "theirs", new TenantId("other"));

        var answer = await CreateFlowAsync(new { pair = "synergy-tinyplus", left = "theirs", right = "right" });

        answer.Json.GetProperty("errors")[0].GetProperty("detail").GetString().ShouldBe("There is no such connection.");
    }

    [Fact]
    public async Task Anything_OfAnotherTenant_IsNotFound()
    {
        await AddSidesAsync();
        await CreateFlowAsync(new { id = "main", pair = "synergy-tinyplus", left = "left", right = "right" });
        await _world.Get<TenantStore>().InsertAsync(new Tenant(new("other"), "Other", _world.Time.GetUtcNow()), default);
        foreach (var tenant in (string[])["other", "nobody", "NOT/VALID"])
        {
            (await StatusAsync(request => _world.Function<GetFlow>().Run(request, tenant, "main", default))).ShouldBe(404);
            (await StatusAsync(request => _world.Function<GetFlowStatus>().Run(request, tenant, "main", default))).ShouldBe(404);
            (await StatusAsync(request => _world.Function<ListLinks>().Run(request, tenant, "main", default))).ShouldBe(404);
            (await StatusAsync(request => _world.Function<ListRuns>().Run(request, tenant, "main", default))).ShouldBe(404);
            (await StatusAsync(request => _world.Function<GetConnection>().Run(request, tenant, "left", default))).ShouldBe(404);
            (await StatusAsync(request => _world.Function<InviteToConnection>().Run(request, tenant, "left", default))).ShouldBe(404);
        }
    }

    [Fact]
    public async Task Status_OfAFlow_SaysItsPaceAndWhoSharesTheBudget()
    {
        await AddSidesAsync();
        await CreateFlowAsync(new { id = "main", pair = "synergy-tinyplus", left = "left", right = "right", enabled = true, pollEverySeconds = 60 });

        var status = (await SendAsync(null, request => _world.Function<GetFlowStatus>().Run(request, "acme", "main", default))).Json;

        status.GetProperty("status").GetString().ShouldBe("idle");
        status.GetProperty("lanes").GetArrayLength().ShouldBe(3);
        status.GetProperty("pollPlan").GetString().ShouldBe(
            "every 24 minutes: 300 calls a day to Total Synergy are shared by staff, companies, personnel and projects, and 20 % of them are kept for writing");
        status.GetProperty("budgets")[0].GetProperty("budget").GetProperty("limit").GetInt32().ShouldBe(300);
        status.GetProperty("nextDueAt").ValueKind.ShouldBe(JsonValueKind.String);
    }

    /// <summary>However much of the day is left: the calls of the hour would be gone after some minutes.</summary>
    [Fact]
    public async Task NextPoll_OfAVendorThatCountsByTheHour_IsAtTheSaidPace()
    {
        await _world.AddConnectionAsync("iraiser", "left");
        await _world.AddConnectionAsync("raisersedge", "right");
        await CreateFlowAsync(new { id = "main", pair = "iraiser-raisersedge", left = "left", right = "right", enabled = true });
        var context = (await _world.Get<FlowContexts>().LoadAsync(new FlowKey(HttpWorld.Tenant, new FlowId("main")), default)).ShouldNotBeNull();

        var before = _world.Time.GetUtcNow();
        var plan = await _world.Get<BudgetPlan>().NextPollAsync(context, default);

        (plan.Next - before).ShouldBeInRange(plan.Every, plan.Every + TimeSpan.FromMinutes(1));
        (await SendAsync(null, request => _world.Function<GetFlowStatus>().Run(request, "acme", "main", default))).Json
            .GetProperty("pollPlan").GetString().ShouldStartWith($"every {plan.Every.TotalSeconds} seconds");
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?limit=many")]
    [InlineData("?level=loud")]
    [InlineData("?level=1")]
    public async Task Query_ThatIsNotAsItMustBe_IsRefused(string query)
    {
        await AddSidesAsync();
        await CreateFlowAsync(new { id = "main", pair = "synergy-tinyplus", left = "left", right = "right" });
        var request = _world.Request("GET", new Uri($"https://sync.example/api/{query}"));

        (await HttpWorld.ExecuteAsync(request, _world.Function<ListLog>().Run(request, "acme", "main", default))).Status.ShouldBe(400);
    }

    [Fact]
    public void Run_HalfWay_TellsItsPaceAndWhenItEnds()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var run = new Run(Key("main"), new("r"), Lane.Import, "Import", "setup", now.AddMinutes(-10))
        {
            Counts = new Run(Key("main"), new("r"), Lane.Import, "", "", now).Counts
                .Add("company", new KindCounts(Total: 100, Done: 100, Seconds: 60))
                .Add("contact", new KindCounts(Total: 50))
                .Add("project", new KindCounts(Total: 300, Done: 100, Seconds: 240)),
            ProgressAt = now.AddSeconds(-10),
        };

        var view = RunView.Of(run, now);

        view.ShouldSatisfyAllConditions(
            () => view.Done.ShouldBe(200),
            () => view.Total.ShouldBe(450),
            () => view.PerMinute.ShouldBe(40),
            () => view.Pace["project"].ShouldBe(new KindPace(25, 480)),
            () => view.Pace["contact"].ShouldBe(new KindPace(40, 75)),
            () => view.EstimatedEndAt.ShouldBe(now.AddSeconds(480 + 75 - 10)));
        RunView.Of(run with { PausedAt = now }, now).EstimatedEndAt.ShouldBeNull();
        RunView.Of(run with { EndedAt = now }, now).EstimatedEndAt.ShouldBeNull();
    }

    private static FlowKey Key(string flow) => new(HttpWorld.Tenant, new(flow));

    private async Task AddSidesAsync()
    {
        await _world.AddConnectionAsync("synergy", "left");
        await _world.AddConnectionAsync("tinyplus", "right");
    }

    private Task<Answer> CreateConnectionAsync(object body) => SendAsync(body, request => _world.Function<CreateConnection>().Run(request, "acme", default));

    private Task<Answer> CreateFlowAsync(object body) => SendAsync(body, request => _world.Function<CreateFlow>().Run(request, "acme", default));

    private async Task<int> StatusAsync(Func<HttpRequest, Task<IActionResult>> function) => (await SendAsync(null, function)).Status;

    private async Task<Answer> SendAsync(object? body, Func<HttpRequest, Task<IActionResult>> function)
    {
        var request = _world.Request("POST", body: body);
        return await HttpWorld.ExecuteAsync(request, function(request));
    }
}
