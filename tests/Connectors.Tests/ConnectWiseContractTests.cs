using SyncFunctions.Engine;
using SyncFunctions.Vendors.Tests;
using static SyncFunctions.Connectors.Tests.ContractTests;

namespace SyncFunctions.Connectors.Tests;

[Trait("Category", "Contract")]
public sealed class ConnectWiseContractTests
{
    private static readonly Uri Hook = new("https://sync.example/api/webhooks/connectwise/abc");

    [Theory]
    [InlineData("companyId", "nobody", FailureKind.Misconfigured, "no company 'nobody'")]
    [InlineData("companyId", "", FailureKind.Misconfigured, "company")]
    [InlineData("site", "", FailureKind.Misconfigured, "site")]
    [InlineData("clientId", "", FailureKind.Misconfigured, "client id")]
    public async Task Identify_SettingWrong_SaysWhich(string setting, string value, FailureKind kind, string words)
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("apiBase", ""), (setting, value));
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(kind).Message.ShouldContain(words);
    }

    [Theory]
    [InlineData(true, "404")]
    [InlineData(false, "401")]
    public async Task Identify_KeysWrong_SaysSo(bool cloud, string status)
    {
        await using var vendor = await Simulated.StartAsync("connectwise", new TestCredentials(new Credentials("token", "connectwise-public-key:wrong")), ("apiBase", ""));
        await vendor.SwitchAsync("cloud", cloud);
        var failure = (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(FailureKind.AuthExpired);
        failure.Message.ShouldContain(status);
        failure.Message.ShouldContain("private key");
    }

    [Fact]
    public async Task Codebase_Changed_IsAskedForOnceAndTheCallRepeated()
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("apiBase", ""));
        var id = await vendor.AddAsync("companies", new { name = "Acme" });
        (await Get(vendor, "companies", id)).Success();
        await vendor.SwitchAsync("upgraded", true);
        (await Get(vendor, "companies", id)).Success().Label.ShouldBe("Acme");
        (await vendor.Connector.CreateAsync(vendor.Scope, "companies", One("name", "Bolt"), default)).Success();
        (await vendor.CallsAsync("GET", "companyinfo/{company}")).ShouldBe(2);
        (await vendor.CountAsync("companies")).ShouldBe(2);
    }

    [Fact]
    public async Task Record_Gone_IsNotTakenForAnotherCodebase()
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("apiBase", ""));
        (await Get(vendor, "projects", "4711")).Failed(FailureKind.NotFound);
        (await vendor.CallsAsync("GET", "companyinfo/{company}")).ShouldBe(1);
        vendor.Calls.Count.ShouldBe(2, "the record, and what is always there");
    }

    [Fact]
    public async Task Record_AskedForWithKeysThatEnded_IsNotGone()
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("apiBase", ""));
        var id = await vendor.AddAsync("projects", new { name = "Move" });
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(await vendor.IssueTokensAsync()) };
        (await Get(vendor, "projects", id)).Success();
        await vendor.RevokeAsync("all");
        (await Get(vendor, "projects", id)).Failed(FailureKind.AuthExpired);
        (await vendor.Connector.DeleteAsync(vendor.Scope, "projects", id, default)).Failed(FailureKind.AuthExpired);
    }

    [Theory]
    [InlineData("forwardOnly")]
    [InlineData("byId")]
    public async Task List_ManyRowsOfOneSecond_IsWalkedToItsEnd(string paging)
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("paging", paging), ("pageSize", "100"));
        await vendor.AddBulkAsync("companies", Enumerable.Range(0, 950).Select(i => new { name = $"Company {i}" }));
        var all = await Lists.AllAsync(vendor.Connector, vendor.Scope, "companies", new ListRequest());
        all.Select(row => row.Id).Distinct().Count().ShouldBe(950);
        vendor.Calls.Count.ShouldBe(11, "the pages, and how many they hold");
        (await vendor.Connector.ListAsync(vendor.Scope, "companies", new ListRequest(), default)).Success().Total.ShouldBe(950);
    }

    [Theory]
    [InlineData("Ranger's \"Shed\" \\ Co")]
    [InlineData("100% [2026-01-01T00:00:00Z] *")]
    [InlineData("a\\")]
    [InlineData("x\" or name=\"Other")]
    [InlineData("北京 & Söhne + 1")]
    public async Task Search_ForAnyText_FindsThatRecordAlone(string name)
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        await vendor.AddAsync("companies", new { name = "Other" });
        var id = await vendor.AddAsync("companies", new { name, identifier = "this" });
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "companies", new ListRequest(Where: One("name", name)))).ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    [Fact]
    public async Task Search_ByReferenceOrAddress_Finds()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        var company = await vendor.AddAsync("companies", new { name = "Acme" });
        var fields = FieldSet.Of(("firstName", FieldValue.Of("Ada")), ("email", FieldValue.Of("ada@acme.example")), ("company", new FieldValue.Reference(company)));
        var ada = (await vendor.Connector.CreateAsync(vendor.Scope, "contacts", fields, default)).Success();
        await vendor.Connector.CreateAsync(vendor.Scope, "contacts", FieldSet.Of(("firstName", FieldValue.Of("Bob")), ("email", FieldValue.Of("bob@acme.example"))), default);
        foreach (var where in new[] { One("email", "ada@acme.example"), FieldSet.Of(("company", new FieldValue.Reference(company))) })
            (await Lists.AllAsync(vendor.Connector, vendor.Scope, "contacts", new ListRequest(Where: where))).ShouldHaveSingleItem().Id.ShouldBe(ada.Id);
    }

    [Fact]
    public async Task References_AreReadWrittenAndCleared()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        var (first, second) = (await vendor.AddAsync("companies", new { name = "Acme" }), await vendor.AddAsync("companies", new { name = "Bolt" }));
        var project = (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("name", "Move").With("company", new FieldValue.Reference(first)), default)).Success();
        project.Fields["companyName"].ShouldBe(FieldValue.Of("Acme"));
        async Task<Record> Write(FieldValue company) => (await vendor.Connector.UpdateAsync(vendor.Scope, "projects", project.Id, FieldSet.Of(("company", company)), default)).Success();
        (await Write(new FieldValue.Reference(second))).Fields["company"].ShouldBe(new FieldValue.Reference(second));
        (await Write(FieldValue.None)).Fields["company"].ShouldBe(FieldValue.None);
        (await Get(vendor, "projects", project.Id)).Success().Fields["company"].ShouldBe(FieldValue.None);
    }

    [Fact]
    public async Task Project_SaysNothingOfItself_GetsWhatConnectWiseAsksFor()
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("defaultBillingMethod", "FixedFee"), ("defaultProjectDays", "10"));
        var fields = One("name", "Move\r\nof the\tcity").With("estimatedStart", new FieldValue.Day(new DateOnly(2026, 5, 1)));
        var project = (await vendor.Connector.CreateAsync(vendor.Scope, "projects", fields, default)).Success();
        project.Fields["name"].ShouldBe(FieldValue.Of("Move of the city"));
        project.Fields["billingMethod"].ShouldBe(FieldValue.Of("FixedFee"));
        project.Fields["estimatedEnd"].ShouldBe(new FieldValue.Day(new DateOnly(2026, 5, 11)));
    }

    [Fact]
    public async Task Contact_WaysToReach_AreChangedWithoutLosingOthers()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        var id = await vendor.AddAsync("contacts", new
        {
            firstName = "Ada",
            communicationItems = new object[]
            {
                new { id = 1, type = new { name = "Fax" }, value = "030 1", defaultFlag = true, communicationType = "Fax" },
                new { id = 2, type = new { name = "Email" }, value = "old@acme.example", communicationType = "Email" },
                new { id = 3, type = new { name = "Email" }, value = "main@acme.example", defaultFlag = true, communicationType = "Email" },
            },
        });
        (await Get(vendor, "contacts", id)).Success().Fields["email"].ShouldBe(FieldValue.Of("main@acme.example"));
        var fields = FieldSet.Of(("email", FieldValue.Of("new@acme.example")), ("phone", FieldValue.Of("030 2")));
        var changed = (await vendor.Connector.UpdateAsync(vendor.Scope, "contacts", id, fields, default)).Success();
        changed.Fields["email"].ShouldBe(FieldValue.Of("new@acme.example"));
        changed.Fields["phone"].ShouldBe(FieldValue.Of("030 2"));
        var items = (await vendor.RowsAsync("contacts"))[0].GetProperty("communicationItems").EnumerateArray().Select(item => item.GetProperty("value").GetString());
        items.ShouldBe(["030 1", "old@acme.example", "new@acme.example", "030 2"]);

        (await vendor.Connector.UpdateAsync(vendor.Scope, "contacts", id, FieldSet.Of(("phone", FieldValue.None)), default)).Success().Fields["phone"].ShouldBe(FieldValue.None);
    }

    [Fact]
    public async Task Phases_AndTickets_NameEachOtherByIdsThatHoldEverywhere()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        var board = await vendor.AddAsync("boards", new { name = "Projects" });
        await vendor.AddAsync("boardStatuses", new { name = "New", board = int.Parse(board), defaultFlag = true });
        var status = await vendor.AddAsync("boardStatuses", new { name = "Done", board = int.Parse(board), closedStatus = true });
        var project = await vendor.AddAsync("projects", new { name = "Move" });
        async Task<Record> Create(string kind, FieldSet fields) => (await vendor.Connector.CreateAsync(vendor.Scope, kind, fields.With("project", new FieldValue.Reference(project)), default)).Success();

        var phase = await Create("phases", One("description", "First"));
        phase.Id.ShouldStartWith($"{project}:");
        var inner = await Create("phases", One("description", "Inner").With("parentPhase", new FieldValue.Reference(phase.Id)));
        inner.Fields["parentPhase"].ShouldBe(new FieldValue.Reference(phase.Id));
        (await Get(vendor, "phases", inner.Id)).Success().ShouldBe(inner);
        var renamed = (await vendor.Connector.UpdateAsync(vendor.Scope, "phases", inner.Id, One("description", "Other"), default)).Success();
        renamed.ShouldSatisfyAllConditions(() => renamed.Id.ShouldBe(inner.Id), () => renamed.Fields["description"].ShouldBe(FieldValue.Of("Other")));

        var ticket = await Create("tickets", One("summary", "Pack").With("phase", new FieldValue.Reference(inner.Id)).With("initialDescription", FieldValue.Of("Boxes")));
        ticket.Fields["phase"].ShouldBe(new FieldValue.Reference(inner.Id));
        var statuses = await Lists.AllAsync(vendor.Connector, vendor.Scope, "boardStatuses", new ListRequest(ParentId: board));
        statuses.Select(found => found.Id).ShouldContain($"{board}:{((FieldValue.Reference)ticket.Fields["status"]).RecordId}");
        statuses.Single(found => found.Label == "Done").Fields["closedFlag"].ShouldBe(FieldValue.Of(true));
        var done = (await vendor.Connector.UpdateAsync(vendor.Scope, "tickets", ticket.Id, FieldSet.Of(("status", new FieldValue.Reference(status))), default)).Success();
        done.Fields["closedFlag"].ShouldBe(FieldValue.Of(true));
        done.Fields["statusName"].ShouldBe(FieldValue.Of("Done"));

        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "phases", new ListRequest(ParentId: project))).Select(found => found.Id).ShouldBe([phase.Id, inner.Id]);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "tickets", new ListRequest(ParentId: project))).ShouldHaveSingleItem().Id.ShouldBe(ticket.Id);
        (await vendor.Connector.DeleteAsync(vendor.Scope, "phases", inner.Id, default)).Failed(FailureKind.Conflict);
        (await vendor.Connector.DeleteAsync(vendor.Scope, "tickets", ticket.Id, default)).Success().ShouldBeTrue();
        (await vendor.Connector.DeleteAsync(vendor.Scope, "phases", inner.Id, default)).Success().ShouldBeTrue();
        (await Get(vendor, "phases", inner.Id)).Failed(FailureKind.NotFound);
        (await Get(vendor, "phases", "12")).Failed(FailureKind.NotFound);
    }

    [Fact]
    public async Task ScheduleEntries_OfAProject_AreThoseOfItsTickets()
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("pageSize", "7"));
        var (project, other) = (int.Parse(await vendor.AddAsync("projects", new { name = "Move" })), int.Parse(await vendor.AddAsync("projects", new { name = "Stay" })));
        var member = int.Parse(await vendor.AddAsync("members", new { identifier = "ada" }));
        await vendor.AddBulkAsync("tickets", Enumerable.Range(0, 230).Select(i => new { summary = $"Ticket {i}", project = i % 2 == 0 ? project : other }));
        var tickets = (await Lists.AllAsync(vendor.Connector, vendor.Scope, "tickets", new ListRequest(ParentId: $"{project}"))).Select(ticket => ticket.Id).ToArray();
        tickets.Length.ShouldBe(115);
        var service = await vendor.AddAsync("serviceTickets", new { summary = "Printer" });
        await vendor.AddBulkAsync("scheduleEntries", tickets.Concat(tickets.Take(20)).Append(service).Select(ticket => new { objectId = int.Parse(ticket), member }));

        var inside = await Lists.AllAsync(vendor.Connector, vendor.Scope, "scheduleEntries", new ListRequest(ParentId: $"{project}"));
        inside.Select(entry => entry.Id).Distinct().Count().ShouldBe(135);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "scheduleEntries", new ListRequest(ParentId: $"{other}"))).ShouldBeEmpty();
        var all = await Lists.AllAsync(vendor.Connector, vendor.Scope, "scheduleEntries", new ListRequest());
        all.Count.ShouldBe(135, "an appointment for a service ticket is none of a project");
        var appointment = (await vendor.RowsAsync("scheduleEntries")).Single(row => row.GetProperty("objectId").ToString() == service).GetProperty("id").ToString();
        (await Get(vendor, "scheduleEntries", appointment)).Failed(FailureKind.NotFound);
    }

    [Fact]
    public async Task Entries_CreatedAndChanged_KeepTheirTimes()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        var member = new FieldValue.Reference(await vendor.AddAsync("members", new { identifier = "ada" }));
        var project = await vendor.AddAsync("projects", new { name = "Move" });
        var ticket = new FieldValue.Reference(await vendor.AddAsync("tickets", new { summary = "Pack", project = int.Parse(project) }));
        await vendor.AddAsync("timeEntries", new { chargeToId = int.Parse(await vendor.AddAsync("serviceTickets", new { summary = "Printer" })), timeStart = "2026-03-01T00:00:00Z" });

        var planned = FieldSet.Of(("ticket", ticket), ("member", member), ("dateStart", FieldValue.Of("2026-03-02T08:00:00Z")), ("dateEnd", FieldValue.Of("2026-03-02T10:00:00Z")), ("hours", FieldValue.Of(2m)));
        var entry = (await vendor.Connector.CreateAsync(vendor.Scope, "scheduleEntries", planned, default)).Success();
        entry.Fields.Where(field => planned.ContainsKey(field.Key)).ShouldBe(planned);
        var later = FieldSet.Of(("dateEnd", FieldValue.Of("2026-03-02T11:30:00Z")), ("doneFlag", FieldValue.Of(true)));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "scheduleEntries", entry.Id, later, default)).Success().Fields.ShouldBe(entry.Fields.With(later));

        var worked = FieldSet.Of(("ticket", ticket), ("member", member), ("timeStart", FieldValue.Of("2026-03-02T08:00:00Z")), ("timeEnd", FieldValue.Of("2026-03-02T09:30:00Z")), ("actualHours", FieldValue.Of(1.5m)));
        var time = (await vendor.Connector.CreateAsync(vendor.Scope, "timeEntries", worked, default)).Success();
        time.Fields["project"].ShouldBe(new FieldValue.Reference(project));
        foreach (var request in new[] { new ListRequest(), new ListRequest(ParentId: project) })
            (await Lists.AllAsync(vendor.Connector, vendor.Scope, "timeEntries", request)).ShouldHaveSingleItem().ShouldBe(time);
        (await Get(vendor, "projects", project)).Success().Fields["actualHours"].ShouldBe(FieldValue.Of(1.5m));
    }

    [Fact]
    public async Task Ticket_OfNoProject_IsNotFound()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        (await Get(vendor, "tickets", await vendor.AddAsync("serviceTickets", new { summary = "Printer" }))).Failed(FailureKind.NotFound);
    }

    [Fact]
    public async Task Callbacks_AreMadeKeptMendedMovedAndTakenAway()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        await vendor.AddAsync("callbacks", new { description = "Somebody else's", url = "https://sync.example/api/webhooks/connectwise/zzz?recordId=", objectId = 1, type = "project", level = "owner", origin = "http://x/" });
        var registrar = (IWebhookRegistrar)vendor.Connector;
        async Task<WebhookRegistration> Register(Uri address, WebhookRegistration? before) => (await registrar.RegisterAsync(vendor.Scope, address, before, default)).Success();
        async Task<string[]> Urls() => [.. (await vendor.RowsAsync("callbacks")).Where(row => row.GetProperty("description").GetString() != "Somebody else's").Select(row => row.GetProperty("url").GetString()!).Distinct()];

        var made = await Register(Hook, null);
        made.Ids.Length.ShouldBe(7);
        made.Mended.ShouldBeNull();
        (await Urls()).ShouldBe([Hook + "?recordId="]);

        vendor.Calls.Clear();
        (await Register(Hook, made)).Ids.ShouldBe(made.Ids);
        vendor.Calls.ShouldAllBe(call => call.Method == "GET", "where all is well nothing is changed");

        await vendor.EditAsync("callbacks", made.Ids[0], new { inactiveFlag = true });
        await vendor.RemoveAsync("callbacks", made.Ids[1]);
        var mended = await Register(Hook, made);
        mended.Mended.ShouldNotBeNull().ShouldContain("project was switched off");
        mended.Mended.ShouldContain("ticket was missing");
        mended.Ids.Length.ShouldBe(7);
        (await vendor.RowsAsync("callbacks")).ShouldAllBe(row => !row.GetProperty("inactiveFlag").GetBoolean());

        var moved = await Register(new Uri(Hook, "def"), null);
        (await Urls()).ShouldBe(["https://sync.example/api/webhooks/connectwise/def?recordId="]);
        (await registrar.UnregisterAsync(vendor.Scope, moved, default)).Success().ShouldBeTrue();
        (await registrar.UnregisterAsync(vendor.Scope, moved, default)).Success().ShouldBeTrue();
        (await vendor.CountAsync("callbacks")).ShouldBe(1, "what is not ours stays");
    }

    [Fact]
    public async Task Callbacks_OfTypesThatAnInstanceDoesNotHave_AreLeftOut()
    {
        await using var vendor = await Simulated.StartAsync("connectwise", null, ("callbackTypes", "phase project"));
        (await ((IWebhookRegistrar)vendor.Connector).RegisterAsync(vendor.Scope, Hook, null, default)).Success().Ids.Length.ShouldBe(1);
        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("callbackTypes", "phase") };
        (await ((IWebhookRegistrar)vendor.Connector).RegisterAsync(vendor.Scope, Hook, null, default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Callbacks_OfTwoConnectionsToOneAccount_LeaveEachOtherAlone()
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        var registrar = (IWebhookRegistrar)vendor.Connector;
        (await registrar.RegisterAsync(vendor.Scope, Hook, null, default)).Success();
        (await registrar.RegisterAsync(vendor.Scope with { Connection = new ConnectionId("c2") }, new Uri(Hook, "def"), null, default)).Success();
        (await vendor.CountAsync("callbacks")).ShouldBe(14);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Callback_OfTheVendor_IsVerifiedWithThePublishedKey(bool newKey)
    {
        await using var vendor = await Simulated.StartAsync("connectwise");
        await using var sink = await CallbackSink.StartAsync();
        (await ((IWebhookRegistrar)vendor.Connector).RegisterAsync(vendor.Scope, sink.Address("/api/webhooks/connectwise/abc"), null, default)).Success();
        await vendor.SwitchAsync("newKey", newKey);

        // Our own writes are not told, a person's are.
        (await vendor.Connector.CreateAsync(vendor.Scope, "projects", One("name", "Ours"), default)).Success();
        var id = await vendor.AddAsync("projects", new { name = "Theirs \"quoted\"" });
        var came = await sink.NextAsync();
        came.Path.ShouldBe($"/api/webhooks/connectwise/abc?recordId={id}&action=added");

        var format = vendor.Connector.Catalog.Webhooks!;
        var request = new WebhookRequest(came.Body, came.Headers);
        var address = format.PublishedKey!.Address(request, vendor.Scope.Settings).ShouldNotBeNull();
        using var http = VendorPipeline.CreateClient();
        var key = format.PublishedKey.Read(await http.GetStringAsync(address)).ShouldNotBeNull();
        format.Verify!(request, key, default).ShouldBeTrue();
        format.Verify(request, key + "x", default).ShouldBeFalse();
        format.Read(request).ShouldNotBeNull().ShouldBe([new TouchedRecord("projects", id)]);
    }

    private static Task<VendorResult<Record>> Get(Simulated vendor, string kind, string id) => vendor.Connector.GetAsync(vendor.Scope, kind, id, default);
}
