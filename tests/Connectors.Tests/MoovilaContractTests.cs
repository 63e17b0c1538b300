using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;
using SyncFunctions.Vendors.Tests;
using static SyncFunctions.Connectors.Tests.ContractTests;

namespace SyncFunctions.Connectors.Tests;

/// <summary>What a partner system can do beyond the others, seen through the connector.</summary>
[Trait("Category", "Contract")]
public sealed class MoovilaContractTests
{
    [Fact]
    public async Task Update_OfAVersionThatIsNoMore_IsAConflictAndChangesNothing()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        var created = await CreateAsync(vendor, "projects", ("title", FieldValue.Of("First")));
        created.Version.ShouldNotBeNullOrEmpty();

        var second = (await vendor.Connector.UpdateAsync(vendor.Scope, "projects", created.Id, One("title", "Second"), default, created.Version)).Success();
        second.Version.ShouldNotBe(created.Version);
        (await vendor.Connector.UpdateAsync(vendor.Scope, "projects", created.Id, One("title", "Third"), default, created.Version)).Failed(FailureKind.Conflict);

        var now = await GetAsync(vendor, "projects", created.Id);
        now.Fields["title"].ShouldBe(FieldValue.Of("Second"));
        now.Version.ShouldBe(second.Version);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "projects", new ListRequest())).ShouldHaveSingleItem().Version.ShouldBe(second.Version, "lists tell it, too");
    }

    [Theory]
    [InlineData("dropAfterApply")]
    [InlineData("partialBody")]
    [InlineData("500")]
    public async Task Create_WithAKeyWhoseAnswerIsLost_IsRepeatedAndMakesOneRecord(string fault)
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        await vendor.FaultAsync(new { kind = fault, count = 1 });

        var created = (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("title", "New"), default, "op-1")).Success();
        vendor.Calls.Count.ShouldBe(2);
        (await vendor.CountAsync("projects")).ShouldBe(1);

        (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("title", "New"), default, "op-1")).Success().Id.ShouldBe(created.Id);
        (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("title", "New"), default, "op-2")).Success().Id.ShouldNotBe(created.Id);
        (await vendor.CountAsync("projects")).ShouldBe(2);
    }

    [Fact]
    public async Task Create_WithTheKeyOfAnotherRecord_IsAConflict()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("title", "New"), default, "op-1")).Success();
        (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("title", "Other"), default, "op-1")).Failed(FailureKind.Conflict);
        (await vendor.CountAsync("projects")).ShouldBe(1);
    }

    [Fact]
    public async Task WhatLivesInsideAProject_IsListedByIt_HoweverDeepItLives()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        var user = await CreateAsync(vendor, "users", ("lastName", FieldValue.Of("Lovelace")));
        var (mine, other) = (await CreateAsync(vendor, "projects", ("title", FieldValue.Of("Mine"))), await CreateAsync(vendor, "projects", ("title", FieldValue.Of("Other"))));
        var phase = await CreateAsync(vendor, "phases", ("name", FieldValue.Of("Design")), ("projectId", Ref(mine)));
        var task = await CreateAsync(vendor, "tasks", ("title", FieldValue.Of("Draw")), ("projectId", Ref(mine)), ("phaseId", Ref(phase)));
        var elsewhere = await CreateAsync(vendor, "tasks", ("title", FieldValue.Of("Paint")), ("projectId", Ref(other)));
        var assignment = await CreateAsync(vendor, "assignments", ("taskId", Ref(task)), ("userId", Ref(user)));
        await CreateAsync(vendor, "assignments", ("taskId", Ref(elsewhere)), ("userId", Ref(user)));
        var log = await CreateAsync(vendor, "timeLogs", ("taskId", Ref(task)), ("userId", Ref(user)), ("hours", FieldValue.Of(1.5m)));

        assignment.Fields["projectId"].ShouldBe(Ref(mine));
        foreach (var (kind, inside) in new[] { ("phases", phase), ("tasks", task), ("assignments", assignment), ("timeLogs", log) })
            (await Lists.AllAsync(vendor.Connector, vendor.Scope, kind, new ListRequest(ParentId: mine.Id))).ShouldHaveSingleItem().ShouldBe(inside, kind);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "assignments", new ListRequest(vendor.Clock.GetUtcNow()))).Count.ShouldBe(2);

        (await vendor.Connector.DeleteAsync(vendor.Scope, "projects", mine.Id, default)).Success().ShouldBeTrue();
        (await vendor.Connector.GetAsync(vendor.Scope, "timeLogs", log.Id, default)).Failed(FailureKind.NotFound);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "assignments", new ListRequest())).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Values_OfEveryType_ComeBackAsTheyWereWritten()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        var user = await CreateAsync(vendor, "users", ("lastName", FieldValue.Of("Lovelace")), ("active", FieldValue.Of(false)));
        var project = await CreateAsync(
            vendor, "projects", ("title", FieldValue.Of("Ünï")), ("status", FieldValue.Of("OnHold")), ("startDate", FieldValue.Of(new DateOnly(2026, 2, 28))), ("plannedHours", FieldValue.Of(12.25m)),
            ("ownerId", Ref(user)), ("archived", FieldValue.Of(true)));
        var task = await CreateAsync(vendor, "tasks", ("title", FieldValue.Of("Draw")), ("projectId", Ref(project)));
        var fields = FieldSet.Of(("taskId", Ref(task)), ("userId", Ref(user)), ("startsAt", FieldValue.Of("2026-01-31T08:00:00Z")), ("endsAt", FieldValue.Of("2026-01-31T09:30:15Z")), ("hours", FieldValue.Of(1.5m)));
        var assignment = (await vendor.Connector.CreateAsync(vendor.Scope, "assignments", fields, default)).Success();

        user.Fields["active"].ShouldBe(FieldValue.Of(false));
        project.Fields.ShouldSatisfyAllConditions(
            all => all["status"].ShouldBe(FieldValue.Of("OnHold")),
            all => all["startDate"].ShouldBe(FieldValue.Of(new DateOnly(2026, 2, 28))),
            all => all["plannedHours"].ShouldBe(FieldValue.Of(12.25m)),
            all => all["ownerId"].ShouldBe(Ref(user)),
            all => all["archived"].ShouldBe(FieldValue.Of(true)),
            all => all["description"].ShouldBe(FieldValue.None));
        assignment.Fields.ShouldBe(fields.With("projectId", Ref(project)).With("done", FieldValue.Of(false)));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "assignments", assignment.Id, FieldSet.Of(("endsAt", FieldValue.None)), default)).Success().Fields["endsAt"].ShouldBe(FieldValue.None);
    }

    [Fact]
    public async Task Value_ThatTheManifestRulesOut_IsRefusedWithoutACall()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("status", "Asleep"), default)).Failed(FailureKind.Permanent).Message.ShouldContain("InPlanning, Active");
        (await vendor.Connector.CreateAsync(vendor.Scope, "boards", One("name", "x"), default)).Failed(FailureKind.Permanent);
        (await vendor.Connector.UpdateAsync(vendor.Scope, "assignments", "asg_1", FieldSet.Of(("projectId", new FieldValue.Reference("prj_1"))), default)).Failed(FailureKind.Permanent);
        (await vendor.Connector.ListAsync(vendor.Scope, "projects", new ListRequest(ParentId: "prj_1"), default)).Failed(FailureKind.Permanent);
        vendor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Search_ByAnyField_FindsWhatEqualsIt()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        var acme = await CreateAsync(vendor, "customers", ("name", FieldValue.Of("Acme & Sons")), ("externalId", FieldValue.Of("19")));
        await CreateAsync(vendor, "customers", ("name", FieldValue.Of("Acme")));
        foreach (var where in new[] { One("name", "acme & sons"), One("externalId", "19") })
            (await Lists.AllAsync(vendor.Connector, vendor.Scope, "customers", new ListRequest(Where: where))).ShouldHaveSingleItem().Id.ShouldBe(acme.Id);
    }

    [Fact]
    public async Task List_ManyRowsOfOneMoment_IsWalkedToItsEnd()
    {
        await using var vendor = await Simulated.StartAsync("moovila", null, ("pageSize", "20"));
        for (var i = 0; i < 50; i++)
            await CreateAsync(vendor, "customers", ("name", FieldValue.Of($"Row {i}")));
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "customers", new ListRequest(vendor.Clock.GetUtcNow()))).Select(row => row.Id).ShouldBeUnique();
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "customers", new ListRequest(vendor.Clock.GetUtcNow()))).Count.ShouldBe(50);
    }

    [Fact]
    public async Task Refresh_UsedAgain_IsForgivenAtOnceAndTakenForTheftLater()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        var first = await vendor.IssueTokensAsync();
        var second = (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Success();
        second.RefreshToken.ShouldNotBe(first.RefreshToken);
        var repeated = (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Success();

        for (var i = 0; i < 31; i++)
            vendor.Clock.Step();
        (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Failed(FailureKind.AuthExpired);
        foreach (var ended in new[] { second, repeated })
        {
            (await vendor.Connector.RefreshAsync(vendor.Scope, ended, default)).Failed(FailureKind.AuthExpired);
            vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(ended) };
            (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(FailureKind.AuthExpired);
        }
    }

    [Fact]
    public async Task Application_NotKnown_IsMisconfigured()
    {
        await using var vendor = await Simulated.StartAsync("moovila", null, ("clientSecret", "wrong"));
        (await vendor.Connector.RefreshAsync(vendor.Scope, await vendor.IssueTokensAsync(), default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task Registration_IsMadeKeptMendedAndTakenAway()
    {
        await using var vendor = await Simulated.StartAsync("moovila");
        var registrar = vendor.Connector.ShouldBeAssignableTo<IWebhookRegistrar>()!;
        var address = new Uri("https://sync.example/api/webhooks/moovila/first");
        Task<VendorResult<WebhookRegistration>> RegisterAsync(Uri at, WebhookRegistration? before) => registrar.RegisterAsync(vendor.Scope, at, before, default);

        var made = (await RegisterAsync(address, null)).Success();
        made.Secret.ShouldNotBeNull().ShouldStartWith("whsec_");
        made.Mended.ShouldBeNull();
        (await RegisterAsync(address, made)).Success().ShouldBe(made);

        await vendor.EditAsync("webhookEndpoints", made.Ids[0], new { enabled = false });
        var mended = (await RegisterAsync(address, made)).Success();
        mended.Mended.ShouldNotBeNull().ShouldContain("switched the webhooks off");
        (mended.Ids[0], mended.Secret).ShouldBe((made.Ids[0], made.Secret));

        await vendor.RemoveAsync("webhookEndpoints", made.Ids[0]);
        var again = (await RegisterAsync(address, mended)).Success();
        again.Mended.ShouldNotBeNull().ShouldContain("no longer registered");
        again.Secret.ShouldNotBe(made.Secret);

        // Another address of ours takes the place of the one before; another tenant's stays.
        var neighbour = (await registrar.RegisterAsync(vendor.Scope with { Tenant = new TenantId("t2") }, new Uri("https://sync.example/api/webhooks/moovila/theirs"), null, default)).Success();
        var moved = (await RegisterAsync(new Uri("https://sync.example/api/webhooks/moovila/second"), null)).Success();
        (await vendor.CountAsync("webhookEndpoints")).ShouldBe(2);

        (await registrar.UnregisterAsync(vendor.Scope, moved, default)).Success();
        (await registrar.UnregisterAsync(vendor.Scope, moved, default)).Success();
        (await vendor.CountAsync("webhookEndpoints")).ShouldBe(1);
        (await registrar.UnregisterAsync(vendor.Scope, neighbour, default)).Success().ShouldBeTrue();
    }

    [Fact]
    public async Task Delivery_IsSignedAndNamesTheRecord_AlsoWhileTheSecretIsRotated()
    {
        await using var sink = await CallbackSink.StartAsync();
        await using var vendor = await Simulated.StartAsync("moovila");
        var made = (await ((IWebhookRegistrar)vendor.Connector).RegisterAsync(vendor.Scope, sink.Address("api/webhooks/moovila/hook"), null, default)).Success();
        var format = vendor.Connector.Catalog.Webhooks.ShouldNotBeNull();

        var project = await vendor.AddAsync("projects", new { title = "New" });
        var delivery = (await sink.NextAsync()).AsRequest();
        format.Verify!(delivery, made.Secret!, vendor.Clock.GetUtcNow()).ShouldBeTrue();
        format.Verify!(delivery, made.Secret!, vendor.Clock.GetUtcNow().AddMinutes(6)).ShouldBeFalse();
        format.Read(delivery).ShouldBe([new TouchedRecord("projects", project)]);

        var rotated = await RotateAsync(vendor, made.Ids[0]);
        await vendor.RemoveAsync("projects", project);
        var both = (await sink.NextAsync()).AsRequest();
        foreach (var secret in new[] { made.Secret!, rotated })
            format.Verify!(both, secret, vendor.Clock.GetUtcNow()).ShouldBeTrue();
        JsonDocument.Parse(both.Body).RootElement.GetProperty("type").GetString().ShouldBe("project.deleted");
    }

    [Fact]
    public void Delivery_OfAKindThatTheManifestLacks_TouchesNothing()
    {
        using var http = VendorPipeline.CreateClient();
        var format = new Systems(new VendorPipeline(http, TimeProvider.System, new Random(1)))["moovila"].Catalog.Webhooks!;
        WebhookRequest Request(string body) => new(System.Text.Encoding.UTF8.GetBytes(body), ImmutableDictionary<string, string>.Empty);
        format.Read(Request("""{"type":"board.updated","timestamp":"2026-01-31T08:00:00Z","data":{"kind":"boards","id":"b1","parentId":null}}""")).ShouldNotBeNull().ShouldBeEmpty();
        format.Read(Request("""{"type":"task.updated","data":{"kind":"tasks"}}""")).ShouldBeNull();
    }

    private static FieldValue.Reference Ref(Record record) => new(record.Id);

    private static async Task<Record> CreateAsync(Simulated vendor, string kind, params (string Name, FieldValue Value)[] fields) =>
        (await vendor.Connector.CreateAsync(vendor.Scope, kind, FieldSet.Of(fields), default)).Success();

    private static async Task<Record> GetAsync(Simulated vendor, string kind, string id) => (await vendor.Connector.GetAsync(vendor.Scope, kind, id, default)).Success();

    /// <summary>As an administrator does with a token of the vendor's own.</summary>
    private static async Task<string> RotateAsync(Simulated vendor, string endpoint)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{vendor.Scope.Settings["apiBase"]}v1/webhook-endpoints/{endpoint}/rotate");
        request.Headers.Add("Authorization", "Bearer moovila-static-token");
        using var answer = await http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("secret").GetString()!;
    }
}
