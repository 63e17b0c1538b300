using System.Collections.Immutable;
using System.Web;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

/// <summary>What every connector does against its simulated vendor.</summary>
[Trait("Category", "Contract")]
public sealed class ContractTests
{
    [Theory]
    [InlineData("synergy", "projects", "name")]
    [InlineData("synergy", "companies", "name")]
    [InlineData("tinyplus", "projects", "name")]
    [InlineData("tinyplus", "companies", "name")]
    [InlineData("tinyplus", "contacts", "last_name")]
    [InlineData("tinyplus", "team_members", "last_name")]
    [InlineData("connectwise", "projects", "name")]
    [InlineData("connectwise", "companies", "name")]
    [InlineData("connectwise", "contacts", "firstName")]
    [InlineData("moovila", "projects", "title")]
    [InlineData("moovila", "customers", "name")]
    [InlineData("moovila", "contacts", "lastName")]
    [InlineData("raisersedge", "constituents", "last")]
    [InlineData("salesforce", "contacts", "LastName")]
    public async Task Record_CreatedReadUpdatedAndDeleted_IsAsItWasWritten(string system, string kind, string field)
    {
        await using var vendor = await Simulated.StartAsync(system);
        var created = (await vendor.Connector.CreateAsync(vendor.Scope, kind, One(field, "Ünï & <Co>"), default)).Success();
        created.Fields[field].ShouldBe(FieldValue.Of("Ünï & <Co>"));
        (await Get(vendor, kind, created.Id)).Success().ShouldBe(created);

        vendor.Clock.Step();
        var updated = (await vendor.Connector.UpdateAsync(vendor.Scope, kind, created.Id, One(field, "Second"), default)).Success();
        updated.Fields.ShouldBe(created.Fields.With(One(field, "Second")).With(Derived(updated)));
        updated.Modified!.Value.ShouldBeGreaterThan(created.Modified!.Value);
        updated.Created.ShouldBe(created.Created);

        (await vendor.Connector.DeleteAsync(vendor.Scope, kind, created.Id, default)).Success().ShouldBeTrue();
        (await vendor.Connector.DeleteAsync(vendor.Scope, kind, created.Id, default)).Success().ShouldBeFalse();
        (await Get(vendor, kind, created.Id)).Failed(FailureKind.NotFound);
        (await vendor.Connector.UpdateAsync(vendor.Scope, kind, created.Id, One(field, "x"), default)).Failed(FailureKind.NotFound);
    }

    [Theory]
    [InlineData("synergy", "projects", "name")]
    [InlineData("synergy", "companies", "name")]
    [InlineData("tinyplus", "projects", "name")]
    [InlineData("tinyplus", "contacts", "last_name")]
    [InlineData("connectwise", "projects", "name")]
    [InlineData("moovila", "projects", "title")]
    public async Task Calls_OfARecord_SayWhichItIs(string system, string kind, string field)
    {
        await using var vendor = await Simulated.StartAsync(system);
        var created = (await vendor.Connector.CreateAsync(vendor.Scope, kind, One(field, "First"), default)).Success();
        vendor.Calls.ShouldAllBe(call => call.Kind == kind && call.RecordId == null);
        vendor.Calls.Clear();

        (await vendor.Connector.UpdateAsync(vendor.Scope, kind, created.Id, One(field, "Second"), default)).Success();
        (await Get(vendor, kind, created.Id)).Success();
        (await vendor.Connector.DeleteAsync(vendor.Scope, kind, created.Id, default)).Success();

        vendor.Calls.Count.ShouldBe(3);
        vendor.Calls.ShouldAllBe(call => call.Kind == kind && call.RecordId == created.Id);
    }

    [Theory]
    [InlineData("synergy", "projects", "projects", "pageSize=20")]
    [InlineData("synergy", "companies", "contacts", "pageSize=20")]
    [InlineData("synergy", "staff", "staff", "pageSize=20")]
    [InlineData("tinyplus", "projects", "projects", "pageSize=20")]
    [InlineData("tinyplus", "companies", "companies", "pageSize=15")]
    [InlineData("connectwise", "projects", "projects", "pageSize=20")]
    [InlineData("connectwise", "companies", "companies", "pageSize=20")]
    [InlineData("moovila", "projects", "projects", "pageSize=20")]
    [InlineData("moovila", "customers", "customers", "pageSize=20")]
    [InlineData("raisersedge", "constituents", "constituents", "pageSize=20")]
    [InlineData("mailchimp", "members", "members", "pageSize=20")]
    [InlineData("salesforce", "contacts", "Contact", "pageSize=20")]
    [InlineData("iraiser", "donations", "donations", "pageSize=20")]
    public async Task List_ManyPagesWhileRowsChange_MissesNoRowThatStayed(string system, string kind, string simulated, string setting)
    {
        await using var vendor = await Simulated.StartAsync(system, null, (setting.Split('=')[0], setting.Split('=')[1]));
        var random = new Random(7);
        var ids = await vendor.AddManyAsync(simulated, 160, Row);
        var stayed = ids.ToHashSet();
        var records = await Lists.AllAsync(vendor.Connector, vendor.Scope, kind, new ListRequest(), async _ =>
        {
            var edited = ids[random.Next(ids.Count)];
            var removed = ids[random.Next(ids.Count)];
            if (!stayed.Contains(edited) || !stayed.Contains(removed) || edited == removed)
                return;
            await vendor.EditAsync(simulated, edited, Row(1000 + random.Next(9000)));
            await vendor.RemoveAsync(simulated, removed);
            stayed.Remove(removed);
            stayed.Remove(edited);
            await vendor.AddAsync(simulated, Row(20_000 + random.Next()));
        });
        stayed.Count.ShouldBeLessThan(158, "rows did change");
        stayed.Except(records.Select(record => record.Id)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("synergy", "projects", "projects")]
    [InlineData("synergy", "companies", "contacts")]
    [InlineData("synergy", "staff", "staff")]
    [InlineData("tinyplus", "projects", "projects")]
    [InlineData("tinyplus", "team_members", "team_members")]
    [InlineData("connectwise", "projects", "projects")]
    [InlineData("connectwise", "contacts", "contacts")]
    [InlineData("moovila", "projects", "projects")]
    [InlineData("moovila", "users", "users")]
    [InlineData("raisersedge", "constituents", "constituents")]
    [InlineData("salesforce", "contacts", "Contact")]
    [InlineData("iraiser", "donations", "donations")]
    public async Task List_ChangedSince_HoldsWhatChangedAtOrAfterThatTime(string system, string kind, string simulated)
    {
        await using var vendor = await Simulated.StartAsync(system);
        var ids = await vendor.AddManyAsync(simulated, 5, Row);
        await vendor.EditAsync(simulated, ids[1], Row(77));
        var since = vendor.Clock.GetUtcNow();
        await vendor.EditAsync(simulated, ids[3], Row(78));
        var changed = await Lists.AllAsync(vendor.Connector, vendor.Scope, kind, new ListRequest(since));
        changed.Select(record => record.Id).ShouldBe([ids[1], ids[3]], ignoreOrder: true);
        changed.ShouldAllBe(record => record.Modified >= since);
        vendor.Calls.Count.ShouldBe(1, "an idle poll costs one call");
    }

    [Theory]
    [MemberData(nameof(Simulated.All), MemberType = typeof(Simulated))]
    public async Task Read_AfterPassingFaults_Succeeds(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        var id = await vendor.AddAsync(vendor.Rows, Row(1));
        foreach (var kind in new[] { "429", "500", "503", "reset", "partialBody", "dropAfterApply" })
        {
            await vendor.FaultAsync(new { kind, count = 2, retryAfter = kind == "429" ? 5 : (int?)null });
            vendor.Calls.Clear();
            (await Get(vendor, vendor.Kind, id)).Success().Id.ShouldBe(id, kind);
            vendor.Calls.Count.ShouldBe(3, kind);
        }

        vendor.Time.Waits.Count(wait => wait >= TimeSpan.FromSeconds(5)).ShouldBeGreaterThanOrEqualTo(2, "Retry-After");
    }

    [Theory]
    [InlineData("synergy", "reset", 0)]
    [InlineData("synergy", "dropAfterApply", 1)]
    [InlineData("synergy", "partialBody", 1)]
    [InlineData("synergy", "500", 0)]
    [InlineData("tinyplus", "reset", 0)]
    [InlineData("tinyplus", "dropAfterApply", 1)]
    [InlineData("tinyplus", "partialBody", 1)]
    [InlineData("tinyplus", "500", 0)]
    [InlineData("connectwise", "reset", 0)]
    [InlineData("connectwise", "dropAfterApply", 1)]
    [InlineData("connectwise", "partialBody", 1)]
    [InlineData("connectwise", "500", 0)]
    [InlineData("moovila", "reset", 0)]
    [InlineData("moovila", "dropAfterApply", 1)]
    [InlineData("moovila", "partialBody", 1)]
    [InlineData("moovila", "500", 0)]
    [InlineData("raisersedge", "reset", 0)]
    [InlineData("raisersedge", "dropAfterApply", 1)]
    [InlineData("raisersedge", "partialBody", 1)]
    [InlineData("raisersedge", "500", 0)]
    [InlineData("salesforce", "reset", 0)]
    [InlineData("salesforce", "dropAfterApply", 1)]
    [InlineData("salesforce", "partialBody", 1)]
    [InlineData("salesforce", "500", 0)]
    public async Task Create_OutcomeNotKnown_IsAmbiguousAndNotRepeated(string system, string kind, int created)
    {
        await using var vendor = await Simulated.StartAsync(system);
        await vendor.FaultAsync(new { kind, count = 1 });
        var failure = (await vendor.Connector.CreateAsync(vendor.Scope, vendor.Kind, One(vendor.NameField, vendor.Name("New")), default)).Failed(FailureKind.Transient);
        failure.Ambiguous.ShouldBeTrue();
        vendor.Calls.Count.ShouldBe(1);
        (await vendor.CountAsync(vendor.Rows)).ShouldBe(created);
    }

    [Theory]
    [InlineData("synergy", "429")]
    [InlineData("synergy", "503")]
    [InlineData("tinyplus", "429")]
    [InlineData("tinyplus", "503")]
    [InlineData("connectwise", "429")]
    [InlineData("connectwise", "503")]
    [InlineData("moovila", "429")]
    [InlineData("moovila", "503")]
    [InlineData("raisersedge", "429")]
    [InlineData("raisersedge", "503")]
    [InlineData("mailchimp", "429")]
    [InlineData("mailchimp", "503")]
    [InlineData("salesforce", "429")]
    [InlineData("salesforce", "503")]
    public async Task Create_RefusedForNow_IsRepeatedAndDoneOnce(string system, string kind)
    {
        await using var vendor = await Simulated.StartAsync(system);
        await vendor.FaultAsync(new { kind, count = 2 });
        (await vendor.Connector.CreateAsync(vendor.Scope, vendor.Kind, One(vendor.NameField, vendor.Name("New")), default)).Success();
        (await vendor.CountAsync(vendor.Rows)).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Simulated.Writable), MemberType = typeof(Simulated))]
    public async Task Update_AnswerLost_IsRepeatedAndApplied(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        var id = await vendor.AddAsync(vendor.Rows, Row(1));
        await vendor.FaultAsync(new { match = new { method = "PATCH" }, kind = "dropAfterApply", count = 1 });
        (await vendor.Connector.UpdateAsync(vendor.Scope, vendor.Kind, id, One(vendor.NameField, vendor.Name("New")), default)).Success().Fields[vendor.NameField].ShouldBe(FieldValue.Of(vendor.Name("New")));
    }

    [Theory]
    [MemberData(nameof(Simulated.Writable), MemberType = typeof(Simulated))]
    public async Task Vendor_NotListening_IsUnavailableAndACreateIsNotInDoubt(string system)
    {
        var vendor = await Simulated.StartAsync(system);
        await vendor.DisposeAsync();
        using var http = VendorPipeline.CreateClient();
        var connector = new Systems(new VendorPipeline(http, vendor.Time, new Random(1)))[system];
        var failure = (await connector.CreateAsync(vendor.Scope, vendor.Kind, One(vendor.NameField, vendor.Name("New")), default)).Failed(FailureKind.Unavailable);
        failure.Ambiguous.ShouldBeFalse();
        failure.Until.ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Simulated.All), MemberType = typeof(Simulated))]
    public async Task Token_RevokedAndNotRenewable_IsAuthExpired(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(await vendor.IssueTokensAsync()) };
        (await List(vendor, vendor.Kind)).Success();
        await vendor.RevokeAsync("all");
        (await List(vendor, vendor.Kind)).Failed(FailureKind.AuthExpired);
    }

    [Theory]
    [MemberData(nameof(Simulated.Writable), MemberType = typeof(Simulated))]
    public async Task Token_OfReadScope_IsForbiddenToWrite(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(await vendor.IssueTokensAsync(scope: "read")) };
        (await vendor.Connector.CreateAsync(vendor.Scope, vendor.Kind, One(vendor.NameField, vendor.Name("New")), default)).Failed(FailureKind.Forbidden).Right.ShouldBe("read");
    }

    [Theory]
    [InlineData("synergy", "View staff")]
    [InlineData("tinyplus", "account admin")]
    [InlineData("connectwise", "Project Headers")]
    [InlineData("moovila", "write")]
    [InlineData("raisersedge", "View constituents")]
    [InlineData("mailchimp", "manager")]
    [InlineData("salesforce", "Create and Edit on Contact")]
    public async Task Identify_AdministratorOrNot_IsNamed(string system, string right)
    {
        // ConnectWise's accounts are those of a site, which is asked unless the API is known.
        await using var vendor = await Simulated.StartAsync(system, null, system == "connectwise" ? [("apiBase", "")] : []);
        var account = (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success();
        account.ShouldSatisfyAllConditions(
            () => account.Id.Split('@')[0].ShouldBe(vendor.AccountId),
            () => account.Name.ShouldBe("Demo Practice"),
            () => account.MissingRight.ShouldBeNull());

        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(await vendor.IssueTokensAsync(user: "member")) };
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success().MissingRight.ShouldBe(right);
    }

    [Theory]
    [MemberData(nameof(Simulated.WithConsent), MemberType = typeof(Simulated))]
    public async Task Consent_LeadsToCredentialsThatWork(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        var request = new OAuthRequest(new Uri("https://sync.example/api/oauth/callback"), "state & more", vendor.Scope.Settings, CodeVerifier: new string('v', 43));
        var landed = await vendor.ConsentAsync(vendor.Connector.AuthorizeAddress(request));
        landed.GetLeftPart(UriPartial.Path).ShouldBe("https://sync.example/api/oauth/callback");
        var values = HttpUtility.ParseQueryString(landed.Query.Length > 0 ? landed.Query : landed.Fragment.TrimStart('#'));
        var answer = new OAuthAnswer(values.AllKeys.ToImmutableDictionary(key => key!, key => values[key]!));
        answer.Values["state"].ShouldBe("state & more");

        var credentials = (await vendor.Connector.RedeemAsync(request, answer, default)).Success();
        // Not every vendor says when a token ends.
        (credentials.ExpiresAt ?? DateTimeOffset.MaxValue).ShouldBeGreaterThan(vendor.Time.GetUtcNow());
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(credentials) };
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success().Id.ShouldBe(vendor.AccountId);
    }

    [Theory]
    [MemberData(nameof(Simulated.All), MemberType = typeof(Simulated))]
    public async Task Budget_UsedUp_StopsBeforeTheVendorIsCalled(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        var until = vendor.Time.GetUtcNow().AddHours(3);
        vendor.Scope = vendor.Scope with { Budget = new TestBudget(1, until) };
        (await List(vendor, vendor.PlainKind)).Success();
        (await List(vendor, vendor.PlainKind)).Failed(FailureKind.RateLimited).Until.ShouldBe(until);
        vendor.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Simulated.All), MemberType = typeof(Simulated))]
    public async Task DailyLimit_OfTheVendor_IsRateLimited(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        await vendor.SetAsync(new { dailyLimit = vendor.CallsBefore + 1 });
        (await List(vendor, vendor.PlainKind)).Success();
        (await List(vendor, vendor.PlainKind)).Failed(FailureKind.RateLimited).Until.ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Simulated.Writable), MemberType = typeof(Simulated))]
    public async Task Write_RefusedByValidation_IsPermanentAndNamesTheField(string system)
    {
        await using var vendor = await Simulated.StartAsync(system);
        (await vendor.Connector.CreateAsync(vendor.Scope, vendor.Kind, One(vendor.NameField, ""), default)).Failed(FailureKind.Permanent).Message.ShouldContain(vendor.NameField);
    }

    internal static FieldSet One(string field, string value) => FieldSet.Of((field, FieldValue.Of(value)));

    /// <summary>A record of any kind of any vendor: the fields that a kind does not have are ignored.</summary>
    private static object Row(int number) => new { name = $"Row {number}", title = $"Row {number}", firstName = "Row", lastName = $"{number}", first = "Row", last = $"{number}", first_name = "Row", last_name = $"{number}", email_address = $"row{number}@example.org" };

    private static FieldSet Derived(Record updated) => FieldSet.From(updated.Fields.Where(field => field.Key == "name"));

    private static Task<VendorResult<Record>> Get(Simulated vendor, string kind, string id) => vendor.Connector.GetAsync(vendor.Scope, kind, id, default);

    private static Task<VendorResult<VendorPage>> List(Simulated vendor, string kind) => vendor.Connector.ListAsync(vendor.Scope, kind, new ListRequest(), default);
}
