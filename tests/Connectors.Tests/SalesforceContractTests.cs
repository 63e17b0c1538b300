using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Tests.ContractTests;

namespace SyncFunctions.Connectors.Tests;

/// <summary>What Salesforce does beyond the others, seen through the connector.</summary>
[Trait("Category", "Contract")]
public sealed class SalesforceContractTests
{
    [Fact]
    public async Task Search_ByTextsThatLookLikeAQuery_FindsThemAndNothingElse()
    {
        await using var vendor = await Simulated.StartAsync("salesforce");
        var strange = new[] { @"o'brien\@example.org", "x' OR LastName != '@example.org", "double\"quote@example.org" };
        foreach (var email in strange)
            await CreateAsync(vendor, ("LastName", FieldValue.Of("Strange")), ("Email", FieldValue.Of(email)));
        foreach (var email in strange)
            (await FindAsync(vendor, "Email", FieldValue.Of(email))).ShouldHaveSingleItem().Fields["Email"].ShouldBe(FieldValue.Of(email));
        (await FindAsync(vendor, "Email", FieldValue.Of(strange[0].ToUpperInvariant()))).ShouldHaveSingleItem();
        (await FindAsync(vendor, "Email", FieldValue.Of("' OR Id != '"))).ShouldBeEmpty();
        (await FindAsync(vendor, "HasOptedOutOfEmail", FieldValue.Of(false))).Count.ShouldBe(3);
        (await FindAsync(vendor, "Phone", FieldValue.None)).Count.ShouldBe(3);
        (await vendor.Connector.ListAsync(vendor.Scope, "contacts", new ListRequest(Where: FieldSet.Of(("Tags", new FieldValue.Set("a")))), default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Fields_OfTheOrgItself_AreReadAndWrittenByTheirType()
    {
        await using var vendor = await Simulated.StartAsync("salesforce", null, ("siteField", "Region__c"));
        var fields = FieldSet.Of(
            ("LastName", FieldValue.Of("Hopper")), ("Tags", new FieldValue.Set("Donor", "Major gift")), ("Newsletter__c", FieldValue.Of(true)), ("Seats__c", FieldValue.Of(2.5m)),
            ("Member_Since__c", FieldValue.Of(new DateOnly(2019, 5, 1))), ("Favourite_Event__c", FieldValue.Of("Summer run")));
        var made = (await vendor.Connector.CreateAsync(vendor.Scope, "contacts", fields, default)).Success();
        made.Fields.ShouldSatisfyAllConditions([.. fields.Select(field => (Action)(() => made.Fields[field.Key].ShouldBe(field.Value)))]);
        made.Id.Length.ShouldBe(18);
        (await vendor.RowsAsync("Contact"))[0].GetProperty("Mailchimp_Tags__c").GetString().ShouldBe("Donor;Major gift");

        var row = made.Id;
        await vendor.EditAsync("Contact", row, new { Mailchimp_Tags__c = "Donor; Board", Region__c = "North", Prospect_Status__c = "Cultivation" });
        var read = (await vendor.Connector.GetAsync(vendor.Scope, "contacts", row[..15], default)).Success();
        read.Fields["Tags"].ShouldBe(new FieldValue.Set("Board", "Donor"));
        (read.Fields["Site"], read.Fields["ProspectStatus"]).ShouldBe((FieldValue.Of("North"), FieldValue.Of("Cultivation")));

        var cleared = (await vendor.Connector.UpdateAsync(vendor.Scope, "contacts", row, FieldSet.Of(("Tags", new FieldValue.Set()), ("HasOptedOutOfEmail", FieldValue.None), ("Favourite_Event__c", FieldValue.None)), default)).Success();
        (cleared.Fields["Tags"], cleared.Fields["HasOptedOutOfEmail"], cleared.Fields["Favourite_Event__c"]).ShouldBe((new FieldValue.Set(), FieldValue.Of(false), FieldValue.None));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "contacts", row, FieldSet.Of(("Tags", new FieldValue.Set("a;b"))), default)).Failed(FailureKind.Permanent).Message.ShouldContain("semicolon");
        (await vendor.Connector.UpdateAsync(vendor.Scope, "contacts", row, FieldSet.Of(("Site", FieldValue.Of("x"))), default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Gift_WithAnExternalId_IsThereOnce_AndOfSeveralNoneIsWritten()
    {
        await using var vendor = await Simulated.StartAsync("salesforce");
        var donor = await CreateAsync(vendor, ("LastName", FieldValue.Of("Byron")));
        var gift = FieldSet.Of(
            ("Name", FieldValue.Of("Gift")), ("CloseDate", FieldValue.Of(new DateOnly(2026, 1, 2))), ("Amount", FieldValue.Of(25.50m)),
            ("Contact", new FieldValue.Reference(donor.Id)), ("ExternalId", FieldValue.Of("iraiser-7")));
        var first = (await vendor.Connector.CreateAsync(vendor.Scope, "gifts", gift, default)).Success();
        (first.Fields["Amount"], first.Fields["Contact"], first.Fields["StageName"]).ShouldBe((FieldValue.Of(25.50m), new FieldValue.Reference(donor.Id), FieldValue.Of("Closed Won")));

        await vendor.FaultAsync(new { match = new { method = "PATCH" }, kind = "dropAfterApply", count = 1 });
        var again = (await vendor.Connector.CreateAsync(vendor.Scope, "gifts", gift.With("Amount", FieldValue.Of(30m)), default)).Success();
        (again.Id, again.Fields["Amount"]).ShouldBe((first.Id, FieldValue.Of(30m)));
        (await vendor.CountAsync("Opportunity")).ShouldBe(1);

        // Not every text can stand in an address.
        var odd = (await vendor.Connector.CreateAsync(vendor.Scope, "gifts", gift.With("ExternalId", FieldValue.Of("a/b ç?")), default)).Success();
        odd.Fields["ExternalId"].ShouldBe(FieldValue.Of("a/b ç?"));

        var other = await vendor.AddAsync("Opportunity", new { Name = "By hand", StageName = "Pledged", CloseDate = "2026-01-03", Gift_External_Id__c = "iraiser-7" });
        var refused = (await vendor.Connector.CreateAsync(vendor.Scope, "gifts", gift, default)).Failed(FailureKind.Conflict);
        refused.Message.ShouldContain(first.Id);
        refused.Message.ShouldContain(other);
        (await vendor.Connector.GetAsync(vendor.Scope, "gifts", first.Id, default)).Success().Fields["Amount"].ShouldBe(FieldValue.Of(30m));
    }

    [Fact]
    public async Task Many_AtOnce_AreJudgedOneByOne()
    {
        await using var vendor = await Simulated.StartAsync("salesforce");
        var bulk = (IBulkWriter)vendor.Connector;
        bulk.MostAtOnce("contacts").ShouldBe(200);
        FieldSet Person(string name, string? email = null) => FieldSet.Of(("LastName", FieldValue.Of(name)), ("Email", FieldValue.Of(email)));
        var made = await bulk.CreateManyAsync(vendor.Scope, "contacts", [Person("One"), Person(""), Person("Three", "no address"), Person("Four", "four@example.org")], default);
        made.Select(result => result.Failure?.Kind).ShouldBe([null, FailureKind.Permanent, FailureKind.Permanent, null]);
        made[1].Failure!.Message.ShouldContain("LastName");
        (made[0].Success().Fields["LastName"], made[3].Success().Fields["Email"]).ShouldBe((FieldValue.Of("One"), FieldValue.Of("four@example.org")));
        vendor.Calls.Count.ShouldBe(2, "one writes, one reads");

        vendor.Calls.Clear();
        await vendor.RemoveAsync("Contact", made[0].Value!.Id);
        var written = await bulk.UpdateManyAsync(vendor.Scope, "contacts", [new BulkUpdate(made[0].Value!.Id, Person("x")), new BulkUpdate(made[3].Value!.Id, Person("Vier")), new BulkUpdate("none", Person("x"))], default);
        written.Select(result => result.Failure?.Kind).ShouldBe([FailureKind.NotFound, null, FailureKind.NotFound]);
        written[1].Success().Fields["LastName"].ShouldBe(FieldValue.Of("Vier"));
        vendor.Calls.Count.ShouldBe(2);

        FieldSet Gift(string name, string? id) => FieldSet.Of(("Name", FieldValue.Of(name)), ("CloseDate", FieldValue.Of(new DateOnly(2026, 1, 2))), ("ExternalId", FieldValue.Of(id)));
        var gifts = await bulk.CreateManyAsync(vendor.Scope, "gifts", [Gift("A", "1"), Gift("B", null), Gift("C", "2")], default);
        var repeated = await bulk.CreateManyAsync(vendor.Scope, "gifts", [Gift("A again", "1")], default);
        gifts.Select(result => result.Success().Fields["Name"].ToString()).ShouldBe(["A", "B", "C"]);
        repeated[0].Success().Id.ShouldBe(gifts[0].Value!.Id);
        (await vendor.CountAsync("Opportunity")).ShouldBe(3);

        await vendor.FaultAsync(new { kind = "dropAfterApply", count = 1 });
        var unknown = await bulk.CreateManyAsync(vendor.Scope, "contacts", [Person("Five"), Person("Six")], default);
        unknown.ShouldAllBe(result => result.Failure!.Ambiguous && result.Failure.Kind == FailureKind.Transient);
    }

    [Fact]
    public async Task Changes_OfOneSecond_AreListedOnceEach()
    {
        await using var vendor = await Simulated.StartAsync("salesforce", null, ("pageSize", "4"));
        await vendor.AddBulkAsync("Contact", Enumerable.Range(0, 10).Select(number => new { LastName = $"Row {number}" }));
        await vendor.AddAsync("Contact", new { LastName = "Later" });
        var rows = await Lists.AllAsync(vendor.Connector, vendor.Scope, "contacts", new ListRequest(vendor.Clock.GetUtcNow().AddSeconds(-1)));
        rows.Select(row => row.Id).ShouldBeUnique();
        rows.Count.ShouldBe(11);
        rows[^1].Fields["LastName"].ShouldBe(FieldValue.Of("Later"), "oldest change first");
        (await vendor.Connector.ListAsync(vendor.Scope, "contacts", new ListRequest(), default)).Success().Total.ShouldBe(11);
    }

    [Fact]
    public async Task Contact_MergedWithAnother_SaysWithWhich()
    {
        await using var vendor = await Simulated.StartAsync("salesforce");
        var (stays, goes, deleted) = (await vendor.AddAsync("Contact", new { LastName = "Stays" }), await vendor.AddAsync("Contact", new { LastName = "Goes", Phone = "1" }), await vendor.AddAsync("Contact", new { LastName = "Deleted" }));
        await vendor.DoAsync("merge", new { master = stays, loser = goes });
        await vendor.RemoveAsync("Contact", deleted);
        (await vendor.Connector.GetAsync(vendor.Scope, "contacts", goes, default)).Failed(FailureKind.NotFound).MergedInto.ShouldBe(stays);
        (await vendor.Connector.GetAsync(vendor.Scope, "contacts", deleted, default)).Failed(FailureKind.NotFound).MergedInto.ShouldBeNull();
        (await vendor.Connector.GetAsync(vendor.Scope, "contacts", stays, default)).Success().Fields["Phone"].ShouldBe(FieldValue.Of("1"));
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "contacts", new ListRequest())).ShouldHaveSingleItem().Id.ShouldBe(stays);
    }

    [Fact]
    public async Task CallsOfADay_NearTheirEnd_AreLeftToOthers()
    {
        await using var vendor = await Simulated.StartAsync("salesforce", null, ("usageLimit", "80"));
        await vendor.SetAsync(new { dailyLimit = 10 });
        for (var calls = vendor.CallsBefore; calls < 8; calls++)
            await Lists.AllAsync(vendor.Connector, vendor.Scope, "contacts", new ListRequest());
        vendor.Calls.Clear();
        var refused = (await vendor.Connector.ListAsync(vendor.Scope, "contacts", new ListRequest(), default)).Failed(FailureKind.RateLimited);
        refused.Message.ShouldContain("80 %");
        refused.Until.ShouldBe(vendor.Time.GetUtcNow().AddMinutes(15));
        vendor.Calls.ShouldBeEmpty();

        vendor.Time.Advance(TimeSpan.FromMinutes(15));
        await vendor.SetAsync(new { dailyLimit = 1000 });
        await Lists.AllAsync(vendor.Connector, vendor.Scope, "contacts", new ListRequest());

        await vendor.SwitchAsync("limitReached", on: true);
        vendor.Calls.Clear();
        (await vendor.Connector.ListAsync(vendor.Scope, "contacts", new ListRequest(), default)).Failed(FailureKind.RateLimited).Until.ShouldBe(vendor.Time.GetUtcNow().AddMinutes(15));
        vendor.Calls.Count.ShouldBe(1, "nobody waits for it in place");
    }

    [Fact]
    public async Task LockedRows_AndDuplicateRules()
    {
        await using var vendor = await Simulated.StartAsync("salesforce");
        await vendor.SwitchAsync("lockedRows", on: true);
        var ada = await CreateAsync(vendor, ("LastName", FieldValue.Of("Byron")), ("Email", FieldValue.Of("ada@example.org")));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "contacts", ada.Id, One("Phone", "1"), default)).Success().Fields["Phone"].ShouldBe(FieldValue.Of("1"));
        (await vendor.CountAsync("Contact")).ShouldBe(1);
        await vendor.SwitchAsync("lockedRows", on: false);

        await vendor.SwitchAsync("duplicateRules", on: true);
        var twin = FieldSet.Of(("LastName", FieldValue.Of("Lovelace")), ("Email", FieldValue.Of("ada@example.org")));
        (await vendor.Connector.CreateAsync(vendor.Scope, "contacts", twin, default)).Failed(FailureKind.Conflict).Message.ShouldContain("duplicate rule");
        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("allowDuplicates", "true") };
        (await vendor.Connector.CreateAsync(vendor.Scope, "contacts", twin, default)).Success();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Session_ThatIsOver_IsRenewed(bool rotates)
    {
        await using var vendor = await Simulated.StartAsync("salesforce");
        await vendor.SwitchAsync("rotation", rotates);
        var old = await vendor.IssueTokensAsync();
        await vendor.RevokeAsync("access");
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(old) };
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(FailureKind.AuthExpired);

        var renewed = (await vendor.Connector.RefreshAsync(vendor.Scope, old, default)).Success();
        (renewed.RefreshToken != old.RefreshToken).ShouldBe(rotates);
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(old, renewed) };
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success().UserEmail.ShouldBe("admin@demo.example");
        await vendor.RevokeAsync("all");
        (await vendor.Connector.RefreshAsync(vendor.Scope, renewed, default)).Failed(FailureKind.AuthExpired);
    }

    [Fact]
    public async Task RevokedGrant_TakesNeitherToken_AndMayBeRevokedAgain()
    {
        await using var vendor = await Simulated.StartAsync("salesforce");
        var tokens = (await vendor.Connector.RefreshAsync(vendor.Scope, await vendor.IssueTokensAsync(), default)).Success();
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(tokens) };
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success();

        (await vendor.Connector.RevokeAsync(vendor.Scope, tokens, default)).Success().ShouldBeTrue();

        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(FailureKind.AuthExpired);
        (await vendor.Connector.RefreshAsync(vendor.Scope, tokens, default)).Failed(FailureKind.AuthExpired);
        (await vendor.Connector.RevokeAsync(vendor.Scope, tokens, default)).Success().ShouldBeTrue();
    }

    private static async Task<Record> CreateAsync(Simulated vendor, params (string, FieldValue)[] fields) =>
        (await vendor.Connector.CreateAsync(vendor.Scope, "contacts", FieldSet.Of(fields), default)).Success();

    private static Task<List<Record>> FindAsync(Simulated vendor, string field, FieldValue value) =>
        Lists.AllAsync(vendor.Connector, vendor.Scope, "contacts", new ListRequest(Where: FieldSet.Of((field, value))));
}
