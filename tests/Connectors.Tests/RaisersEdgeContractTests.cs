using SyncFunctions.Connectors.RaisersEdge;
using SyncFunctions.Engine;
using SyncFunctions.Vendors.Tests;
using static SyncFunctions.Connectors.Tests.ContractTests;

namespace SyncFunctions.Connectors.Tests;

[Trait("Category", "Contract")]
public sealed class RaisersEdgeContractTests
{
    private const string Constituent = "com.blackbaud.constituent";

    private static readonly (string, string)[] Whole = [("codes", "true"), ("childChanges", "true")];

    [Fact]
    public async Task Constituent_OfSeveralRows_IsWrittenAndReadAsOne()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, Whole);
        var fields = FieldSet.Of(
            ("first", FieldValue.Of("Ada")), ("last", FieldValue.Of("Byron")), ("birthdate", FieldValue.Of("1955-12")), ("email", FieldValue.Of("ada@example.org")), ("do_not_email", FieldValue.Of(true)),
            ("phone", FieldValue.Of("020 7946 0018")), ("address_lines", FieldValue.Of("12 Square\nFlat 3")), ("city", FieldValue.Of("London")), ("postal_code", FieldValue.Of("SW1Y 4LB and more")),
            ("codes", new FieldValue.Set("Board Member", "Donor")));
        var made = (await vendor.Connector.CreateAsync(vendor.Scope, "constituents", fields, default)).Success();
        made.Fields.With(fields.Without("postal_code")).ShouldBe(made.Fields);
        made.Fields.ShouldSatisfyAllConditions(
            all => all["postal_code"].ShouldBe(FieldValue.Of("SW1Y 4LB and"), "cut to what the vendor keeps"),
            all => all["type"].ShouldBe(FieldValue.Of("Individual")),
            all => all["title"].ShouldBe(FieldValue.None),
            all => all["do_not_call"].ShouldBe(FieldValue.Of(false)),
            all => all["deceased"].ShouldBe(FieldValue.Of(false)),
            all => all.ContainsKey("lists").ShouldBeFalse());
        (await GetAsync(vendor, made.Id)).ShouldBe(made);

        async Task<Record> UpdateAsync(params (string, FieldValue)[] values) => (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", made.Id, FieldSet.Of(values), default)).Success();
        var moved = await UpdateAsync(("email", FieldValue.Of("new@example.org")), ("city", FieldValue.Of("Bath")), ("codes", new FieldValue.Set("Donor", "Volunteer")), ("birthdate", FieldValue.None), ("phone", FieldValue.None));
        moved.Fields.ShouldBe((await GetAsync(vendor, made.Id)).Fields);
        moved.Fields.ShouldBe(made.Fields.With(FieldSet.Of(
            ("email", FieldValue.Of("new@example.org")), ("city", FieldValue.Of("Bath")), ("codes", new FieldValue.Set("Donor", "Volunteer")), ("birthdate", FieldValue.None), ("phone", FieldValue.None))));
        (await vendor.RowsAsync("phones")).ShouldHaveSingleItem().GetProperty("inactive").GetBoolean().ShouldBeTrue("what is taken away keeps its history");

        (await UpdateAsync(("phone", FieldValue.Of("1")))).Fields["phone"].ShouldBe(FieldValue.Of("1"));
        foreach (var rows in new[] { "emailaddresses", "phones", "addresses" })
            (await vendor.CountAsync(rows)).ShouldBe(1, rows);
        vendor.Calls.Clear();
        (await UpdateAsync(("first", FieldValue.Of("Augusta")))).Fields["first"].ShouldBe(FieldValue.Of("Augusta"));
        vendor.Calls.Count.ShouldBe(2, "of its own fields alone: a write and a read");
    }

    [Fact]
    public async Task Constituent_WithoutRows_GetsThemWhenThereIsSomethingToHold()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, Whole);
        var bare = (await vendor.Connector.CreateAsync(vendor.Scope, "constituents", One("last", "Byron"), default)).Success();
        var nothing = FieldSet.Of(("email", FieldValue.None), ("do_not_email", FieldValue.Of(true)), ("city", FieldValue.Of("")));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", bare.Id, nothing, default)).Success().Fields["email"].ShouldBe(FieldValue.None);
        (await vendor.CountAsync("emailaddresses")).ShouldBe(0);
        (await vendor.CountAsync("addresses")).ShouldBe(0);
        var full = (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", bare.Id, One("email", "b@example.org").With("do_not_email", FieldValue.Of(true)), default)).Success();
        (full.Fields["email"], full.Fields["do_not_email"]).ShouldBe((FieldValue.Of("b@example.org"), FieldValue.Of(true)));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", bare.Id, One("type", "Organization"), default)).Failed(FailureKind.Permanent).Ambiguous.ShouldBeFalse();
        (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", bare.Id, One("birthdate", "next May"), default)).Failed(FailureKind.Permanent);

        // An organisation has one name.
        var firm = (await vendor.Connector.CreateAsync(vendor.Scope, "constituents", One("type", "Organization").With(One("last", "Riverside")), default)).Success();
        (firm.Fields["name"], firm.Fields["last"], firm.Label).ShouldBe((FieldValue.Of("Riverside"), FieldValue.Of("Riverside"), "Riverside"));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", firm.Id, One("last", "Lakeside"), default)).Success().Fields["name"].ShouldBe(FieldValue.Of("Lakeside"));
    }

    [Theory]
    [InlineData("PATCH ^/constituent/v1/emailaddresses", true)]
    [InlineData("PATCH ^/constituent/v1/constituents", false)]
    [InlineData("GET ^/constituent/v1/constituents", false)]
    public async Task Update_RefusedInTheMiddle_IsInDoubtOnlyWhereSomethingWasWritten(string refused, bool ambiguous)
    {
        await using var vendor = await Simulated.StartAsync("raisersedge");
        var made = (await vendor.Connector.CreateAsync(vendor.Scope, "constituents", One("last", "Byron").With(One("email", "a@example.org")), default)).Success();
        await vendor.FaultAsync(new { match = refused, kind = "400" });
        var fields = One("first", "Ada").With(One("email", "b@example.org"));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", made.Id, fields, default)).Failed(FailureKind.Permanent).Ambiguous.ShouldBe(ambiguous);

        await vendor.FaultAsync(new { match = refused, kind = "400", count = 0 });
        var now = await GetAsync(vendor, made.Id);
        (now.Fields["first"], now.Fields["email"]).ShouldBe((ambiguous ? FieldValue.Of("Ada") : FieldValue.None, FieldValue.Of("a@example.org")));
    }

    [Fact]
    public async Task Code_ThatIsInNoTable_IsRefusedBeforeAnythingElseIsWritten_AndAfterACreateInDoubt()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, Whole);
        await vendor.AddAsync("constituentcodetypes", new { description = "Donor" });
        var fields = One("last", "Byron").With("codes", new FieldValue.Set("Donor", "Unheard of"));
        var made = (await vendor.Connector.CreateAsync(vendor.Scope, "constituents", fields.With("codes", new FieldValue.Set("Donor")), default)).Success();
        var refused = (await vendor.Connector.UpdateAsync(vendor.Scope, "constituents", made.Id, fields.With(One("last", "Lovelace")), default)).Failed(FailureKind.Permanent);
        refused.Ambiguous.ShouldBeFalse();
        refused.Message.ShouldContain("ValidationError");
        (await GetAsync(vendor, made.Id)).Fields["last"].ShouldBe(FieldValue.Of("Byron"));
        (await vendor.Connector.CreateAsync(vendor.Scope, "constituents", fields, default)).Failed(FailureKind.Permanent).Ambiguous.ShouldBeTrue();
    }

    [Fact]
    public async Task Changes_ShowLate_AlsoThoseOfRows_AndEachOnce()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, Whole);
        var ids = await vendor.AddManyAsync("constituents", 4, number => new { last = $"Byron {number}", deceased = number == 0, inactive = number == 1 });
        var email = await vendor.AddAsync("emailaddresses", new { constituent_id = ids[2], address = "a@example.org" });
        await vendor.SetAsync(new { readLagMs = 5000 });
        var since = vendor.Clock.GetUtcNow().AddSeconds(1);
        await vendor.EditAsync("emailaddresses", email, new { address = "b@example.org" });
        await vendor.AddAsync("constituentcodes", new { constituent_id = ids[3], description = "Donor" });
        await vendor.EditAsync("constituents", ids[0], new { first = "Ada" });
        await vendor.EditAsync("constituents", ids[1], new { first = "Ben" });
        await vendor.AddAsync("phones", new { constituent_id = ids[0], number = "1" });

        (await GetAsync(vendor, ids[2])).Fields["email"].ShouldBe(FieldValue.Of("b@example.org"), "a single record is as it is now");
        var early = await ChangesAsync(vendor, since);
        early.Count.ShouldBeLessThan(4);
        early.ShouldAllBe(record => record.Fields["first"].IsBlank, "lists are behind");
        for (var i = 0; i < 5; i++)
            vendor.Clock.Step();
        vendor.Calls.Clear();
        var late = await ChangesAsync(vendor, since);
        late.Select(record => record.Id).ShouldBe([ids[3], ids[0], ids[1], ids[2]]);
        late[0].Fields["codes"].ShouldBe(new FieldValue.Set("Donor"));
        late[1].Fields["first"].ShouldBe(FieldValue.Of("Ada"));
        late[3].Fields["email"].ShouldBe(FieldValue.Of("b@example.org"));
        var calls = vendor.Calls.Count;
        vendor.Calls.Clear();
        (await ChangesAsync(vendor, since)).ShouldBe(late);
        vendor.Calls.Count.ShouldBe(calls - 1, "codes that are known for what a list shows are not read again");

        vendor.Calls.Clear();
        (await ChangesAsync(vendor, vendor.Clock.GetUtcNow())).ShouldBeEmpty();
        vendor.Calls.Count.ShouldBe(5, "a list each of constituents, codes and three sorts of rows");
    }

    [Fact]
    public async Task WholeList_CostsItsPagesAndAWalkThroughTheCodes()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, [.. Whole, ("pageSize", "50")]);
        await vendor.AskAsync("generate?count=210");
        var first = (await vendor.RowsAsync("constituents"))[0].GetProperty("id").GetString()!;
        await vendor.AddAsync("constituentcodes", new { constituent_id = first, description = "Donor" });
        var page = (await vendor.Connector.ListAsync(vendor.Scope, "constituents", new ListRequest(), default)).Success();
        page.Total.ShouldBe(210);
        vendor.Calls.Clear();
        var all = await Lists.AllAsync(vendor.Connector, vendor.Scope, "constituents", new ListRequest());
        vendor.Calls.Count.ShouldBe(6);
        all.Select(record => record.Id).ShouldBeUnique();
        all.Count.ShouldBe(210);
        all.ShouldAllBe(record => !record.Fields["email"].IsBlank);
        all.Single(record => record.Id == first).Fields["codes"].ShouldBe(new FieldValue.Set("Donor"));
        all.Count(record => record.Fields["codes"].IsBlank).ShouldBe(209);
    }

    [Fact]
    public async Task Search_LeavesOutWhoOnlySoundsAlikeOrIsNoConstituent()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge");
        var ids = await vendor.AddManyAsync("constituents", 4, number => new { last = $"Byron {number}", inactive = number == 1, lookup_id = $"L-{number}" });
        foreach (var (id, address) in ids.Zip(["ada@example.org", "ADA@example.org", "adda@example.org", "other@example.org"]))
            await vendor.AddAsync("emailaddresses", new { constituent_id = id, address });
        await vendor.AddAsync("emailaddresses", new { constituent_id = ids[3], address = "ada@example.org", type = "Business" });
        await vendor.AddAsync("nonconstituents", new { last = "Byron", email = "ada@example.org" });
        async Task<string[]> FindAsync(FieldSet where) => [.. (await Lists.AllAsync(vendor.Connector, vendor.Scope, "constituents", new ListRequest(Where: where))).Select(record => record.Id)];
        (await FindAsync(One("email", "Ada@example.org"))).ShouldBe([ids[0], ids[1]]);
        (await FindAsync(One("lookup_id", "L-2"))).ShouldBe([ids[2]]);
        (await FindAsync(One("email", "ada@example.org").With(One("last", "Byron 1")))).ShouldBe([ids[1]]);
        (await FindAsync(One("email", "nobody@example.org"))).ShouldBeEmpty();
        (await vendor.Connector.ListAsync(vendor.Scope, "constituents", new ListRequest(Where: One("last", "Byron 1")), default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task SavedListsAndProspectStatus_AreReadWhereTheSettingsSaySo()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, ("prospectPath", "constituent/v1/constituents/{id}/prospectstatus"), ("lists", "1001, 1002"));
        var ids = await vendor.AddManyAsync("constituents", 2, number => new { last = $"Byron {number}", prospect_status = number == 0 ? "Cultivation" : null });
        await vendor.AddAsync("lists", new { name = "Readers", members = ids });
        await vendor.AddAsync("lists", new { name = "Board", members = new[] { ids[1] } });
        var (one, other) = (await GetAsync(vendor, ids[0]), await GetAsync(vendor, ids[1]));
        (one.Fields["lists"], one.Fields["prospect_status"]).ShouldBe((new FieldValue.Set("1001"), FieldValue.Of("Cultivation")));
        (other.Fields["lists"], other.Fields["prospect_status"]).ShouldBe((new FieldValue.Set("1001", "1002"), FieldValue.None));
        vendor.Calls.Clear();
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "constituents", new ListRequest())).Select(record => record.Fields["lists"]).ShouldBe([one.Fields["lists"], other.Fields["lists"]]);
        vendor.Calls.Count.ShouldBe(1, "members are remembered");

        // What changed is read with its status, and that again only after the next change.
        foreach (var (edit, status, asked) in new[] { ("Ada", "Solicitation", 2), (null, "Solicitation", 1) })
        {
            if (edit is not null)
                await vendor.EditAsync("constituents", ids[0], new { first = edit, prospect_status = status });
            vendor.Calls.Clear();
            (await ChangesAsync(vendor, vendor.Clock.GetUtcNow())).ShouldHaveSingleItem().Fields["prospect_status"].ShouldBe(FieldValue.Of(status));
            vendor.Calls.Count.ShouldBe(asked);
        }
    }

    [Fact]
    public async Task Refusals_OfKeysQuotaAndRights_AreToldApart()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, ("secondarySubscriptionKey", "raisersedge-subscription-key-2"));
        Task<VendorResult<VendorPage>> ListAsync() => vendor.Connector.ListAsync(vendor.Scope, "constituents", new ListRequest(), default);
        await vendor.SwitchAsync("primaryKeyRenewed", true);
        (await ListAsync()).Failed(FailureKind.Misconfigured).Message.ShouldContain("subscription key");
        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("subscriptionKeyInUse", "secondary") };
        (await ListAsync()).Success();

        await vendor.SetAsync(new { dailyLimit = 0 });
        (await ListAsync()).Failed(FailureKind.RateLimited).Until.ShouldBe(vendor.Time.GetUtcNow().AddHours(1));
        await vendor.SetAsync(new { dailyLimit = (int?)null });
        foreach (var problems in new[] { false, true })
        {
            await vendor.SwitchAsync("problemBodies", problems);
            vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(await vendor.IssueTokensAsync(user: "member")) };
            (await ListAsync()).Failed(FailureKind.Forbidden).Right.ShouldBe("View constituents");
        }
    }

    [Fact]
    public async Task Refresh_BringsANewRefreshToken_AndTheEnvironmentStaysKnown()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge");
        var first = await vendor.IssueTokensAsync();
        var second = (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Success();
        second.RefreshToken.ShouldNotBe(first.RefreshToken);
        second.ExpiresAt.ShouldBe(vendor.Time.GetUtcNow().AddHours(1));
        RaisersEdgeAuth.AccountOf(second).ShouldBe(new VendorAccount("demo", "Demo Practice", "admin", UserEmail: "admin@demo.example"));
        (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Failed(FailureKind.AuthExpired);
        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("clientSecret", "wrong") };
        (await vendor.Connector.RefreshAsync(vendor.Scope, second, default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task Gift_IsWrittenForTheVersionThatWasRead_UnlessItIsPosted()
    {
        await using var vendor = await Simulated.StartAsync("raisersedge", null, ("defaultFund", "7"));
        var giver = new FieldValue.Reference(await vendor.AddAsync("constituents", new { last = "Byron" }));
        var fields = FieldSet.Of(
            ("constituent", giver), ("amount", FieldValue.Of(12.50m)), ("date", FieldValue.Of(new DateOnly(2026, 2, 28))), ("lookup_id", FieldValue.Of("iR-1")), ("reference", FieldValue.Of("Appeal")),
            ("is_anonymous", FieldValue.Of(true)));
        Task<VendorResult<Record>> UpdateAsync(string id, FieldSet values) => vendor.Connector.UpdateAsync(vendor.Scope, "gifts", id, values, default);
        var made = (await vendor.Connector.CreateAsync(vendor.Scope, "gifts", fields, default)).Success();
        made.Fields.ShouldBe(fields.With(FieldSet.Of(
            ("type", FieldValue.Of("Donation")), ("fund", FieldValue.Of("7")), ("payment_method", FieldValue.Of("Other")), ("status", FieldValue.None), ("post_status", FieldValue.Of("NotPosted")))));
        made.Version.ShouldNotBeNull();

        var changed = (await UpdateAsync(made.Id, FieldSet.Of(("amount", FieldValue.Of(20m)), ("constituent", giver)))).Success();
        (changed.Fields["amount"], changed.Fields["fund"]).ShouldBe((FieldValue.Of(20m), FieldValue.Of("7")));
        changed.Version.ShouldNotBe(made.Version);
        (await UpdateAsync(made.Id, FieldSet.Of(("constituent", new FieldValue.Reference("1"))))).Failed(FailureKind.Permanent);

        var second = (await vendor.Connector.CreateAsync(vendor.Scope, "gifts", fields.With(One("lookup_id", "iR-2")).With(One("fund", "9")), default)).Success();
        second.Fields["fund"].ShouldBe(FieldValue.Of("9"));
        foreach (var where in new[] { One("lookup_id", "iR-2"), One("lookup_id", "iR-2").With("constituent", giver) })
            (await Lists.AllAsync(vendor.Connector, vendor.Scope, "gifts", new ListRequest(Where: where))).ShouldHaveSingleItem().Id.ShouldBe(second.Id);
        var since = vendor.Clock.GetUtcNow().AddSeconds(1);
        await vendor.EditAsync("gifts", second.Id, new { post_status = "Posted" });
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "gifts", new ListRequest(since))).ShouldHaveSingleItem().Id.ShouldBe(second.Id);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "gifts", new ListRequest())).Count.ShouldBe(2);
        (await UpdateAsync(second.Id, One("reference", "x"))).Failed(FailureKind.Permanent).Message.ShouldContain("posted");

        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("defaultFund", "") };
        (await vendor.Connector.CreateAsync(vendor.Scope, "gifts", fields, default)).Failed(FailureKind.Misconfigured).Message.ShouldContain("fund");
        (await vendor.Connector.DeleteAsync(vendor.Scope, "gifts", made.Id, default)).Success().ShouldBeTrue();
        (await vendor.Connector.GetAsync(vendor.Scope, "gifts", made.Id, default)).Failed(FailureKind.NotFound);
    }

    [Fact]
    public async Task Subscriptions_AreMadeKeptMendedAndMoved_AndDeliverOnlyAfterTheHandshake()
    {
        await using var sink = await CallbackSink.StartAsync();
        await using var vendor = await Simulated.StartAsync("raisersedge", null, ("eventTypes", $"{Constituent}.add.v1 {Constituent}.emailaddress.change.v1 com.blackbaud.unheardof.add.v1"));
        var (registrar, format) = ((IWebhookRegistrar)vendor.Connector, vendor.Connector.Catalog.Webhooks!);
        sink.Check = (method, headers) => format.Check!(new WebhookCheck(method, headers));
        var address = sink.Address("api/webhooks/raisersedge/hook");
        Task<VendorResult<WebhookRegistration>> RegisterAsync(Uri at, WebhookRegistration? before) => registrar.RegisterAsync(vendor.Scope, at, before, default);

        var made = (await RegisterAsync(address, null)).Success();
        (made.Ids.Length, made.Secret!.Length, made.Mended).ShouldBe((2, 64, null));
        await SettledAsync(vendor, "Active");
        var person = await vendor.AddAsync("constituents", new { last = "Byron" });
        var told = (await sink.NextAsync()).AsRequest();
        format.Verify!(told, made.Secret!, default).ShouldBeTrue();
        format.Verify!(told, $"{made.Secret!}0", default).ShouldBeFalse();
        format.Verify!(told with { Query = [] }, made.Secret!, default).ShouldBeFalse();
        format.Read(told).ShouldBe([new TouchedRecord("constituents", person)]);
        var email = await vendor.AddAsync("emailaddresses", new { constituent_id = person, address = "a@example.org" });
        await vendor.EditAsync("emailaddresses", email, new { address = "b@example.org" });
        format.Read((await sink.NextAsync()).AsRequest()).ShouldBe([new TouchedRecord("constituents", person)]);

        // Kept as it is; what the vendor gave up or lost is made again with the secret that is known.
        (await RegisterAsync(address, made)).Success().Mended.ShouldBeNull();
        await vendor.EditAsync("subscriptions", made.Ids[0], new { provisioning_status = "Error" });
        await vendor.RemoveAsync("subscriptions", made.Ids[1]);
        var mended = (await RegisterAsync(address, made)).Success();
        mended.Mended.ShouldNotBeNull().ShouldContain("emailaddress");
        mended.Secret.ShouldBe(made.Secret);
        mended.Ids.ShouldNotContain(made.Ids[0]);
        (await vendor.CountAsync("subscriptions")).ShouldBe(2);

        // Without its secret nothing there can be proved; and another address takes the place of the one before.
        (await RegisterAsync(address, null)).Success().Secret.ShouldNotBe(made.Secret);
        (await vendor.CountAsync("subscriptions")).ShouldBe(2);
        var before = new WebhookRegistration([.. (await vendor.RowsAsync("subscriptions")).Select(row => row.GetProperty("id").GetString()!)], "known");
        sink.Check = (_, _) => null;
        var moved = (await RegisterAsync(sink.Address("api/webhooks/raisersedge/second"), before)).Success();
        (await vendor.RowsAsync("subscriptions")).ShouldAllBe(row => row.GetProperty("webhook_url").GetString()!.EndsWith("second?webhookKey=known"));
        await SettledAsync(vendor, "Error");
        (await registrar.UnregisterAsync(vendor.Scope, moved, default)).Success().ShouldBeTrue();
        (await vendor.CountAsync("subscriptions")).ShouldBe(0);
        (await registrar.UnregisterAsync(vendor.Scope, moved, default)).Success();
    }

    /// <summary>The handshakes are over.</summary>
    private static async Task SettledAsync(Simulated vendor, string status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await vendor.RowsAsync("subscriptions")).Any(row => row.GetProperty("provisioning_status").GetString() != status))
            limit.Token.ThrowIfCancellationRequested();
    }

    private static async Task<Record> GetAsync(Simulated vendor, string id) => (await vendor.Connector.GetAsync(vendor.Scope, "constituents", id, default)).Success();

    private static Task<List<Record>> ChangesAsync(Simulated vendor, DateTimeOffset since) => Lists.AllAsync(vendor.Connector, vendor.Scope, "constituents", new ListRequest(since));
}
