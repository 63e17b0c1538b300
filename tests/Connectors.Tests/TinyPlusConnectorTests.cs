using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Web;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

public sealed class TinyPlusConnectorTests
{
    private readonly TestConnection _test = TestConnection.TinyPlus(("pageSize", "3"));

    [Fact]
    public async Task List_Projects_ReadsFieldsTimesAndLabel()
    {
        var test = TestConnection.TinyPlus();
        test.Vendor.On("GET /v2/projects?sort=modified_date asc&limit=100&start=0&with_related=0", TestConnection.Fixture("tinyplus-projects.json"));
        var project = (await List(test, "projects", new ListRequest())).Records[0];
        project.Id.ShouldBe("501");
        project.Label.ShouldBe("24-017 Harbour library");
        project.Modified.ShouldBe(new DateTimeOffset(2024, 3, 1, 8, 0, 0, TimeSpan.Zero));
        project.Fields.ShouldBe(FieldSet.Of(
            ("number", FieldValue.Of("24-017")),
            ("name", FieldValue.Of("Harbour library")),
            ("description", FieldValue.Of("")),
            ("record_status", FieldValue.Of("active")),
            ("start_date", FieldValue.Of(new DateOnly(2024, 2, 29))),
            ("end_date", FieldValue.None),
            ("company", new FieldValue.Reference("61")),
            ("contact", FieldValue.None),
            ("stage", FieldValue.Of("Design")),
            ("stages", new FieldValue.Set("Concept: Completed", "Tender: Active"))));
    }

    [Fact]
    public async Task List_Envelope_IsReadLikeABareArray()
    {
        var test = TestConnection.TinyPlus();
        test.Vendor.On("GET /v2/contacts", TestConnection.Fixture("tinyplus-contacts.json"));
        var contact = (await List(test, "contacts", new ListRequest())).Records.ShouldHaveSingleItem();
        contact.Label.ShouldBe("Ada Byron");
        contact.Fields["primary_company"].ShouldBe(new FieldValue.Reference("61"));
    }

    [Fact]
    public async Task List_ChangedSince_AsksForMoreThanTheSecondBefore()
    {
        var test = TestConnection.TinyPlus();
        test.Vendor.On("GET /v2/companies?modified_date=>2024-02-29 22:29:59&sort=modified_date asc&limit=100&start=0&with_related=0", "[]");
        (await List(test, "companies", new ListRequest(new DateTimeOffset(2024, 3, 1, 8, 30, 0, 999, TimeSpan.FromHours(10))))).NextPage.ShouldBeNull();
    }

    [Fact]
    public async Task Times_WithAnotherZoneInTheSettings_AreSentAndReadInIt()
    {
        var test = TestConnection.TinyPlus(("timeZone", "Australia/Sydney"));
        test.Vendor.On("GET /v2/contacts?modified_date=>2024-07-01 10:59:59&sort=modified_date asc&limit=100&start=0&with_related=0", TestConnection.Fixture("tinyplus-contacts.json"));
        var contact = (await List(test, "contacts", new ListRequest(new DateTimeOffset(2024, 7, 1, 1, 0, 0, TimeSpan.Zero)))).Records.ShouldHaveSingleItem();
        contact.Modified.ShouldBe(new DateTimeOffset(2024, 7, 1, 2, 0, 0, TimeSpan.Zero));

        var unknown = TestConnection.TinyPlus(("timeZone", "Mars/Phobos"));
        (await unknown.Connector.ListAsync(unknown.Scope, "contacts", new ListRequest(), default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task List_NextPage_BeginsWithTheLastRowOfThePageBefore()
    {
        _test.Vendor
            .On("GET /v2/companies?sort=modified_date asc&limit=3&start=0&with_related=0", Rows(1, 2, 3))
            .On("GET /v2/companies?sort=modified_date asc&limit=3&start=2&with_related=0", Rows(3, 4, 5))
            .On("GET /v2/companies?sort=modified_date asc&limit=3&start=4&with_related=0", Rows(5, 6));
        (await All(new ListRequest())).ShouldBe(["1", "2", "3", "4", "5", "6"]);
        _test.Vendor.IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task List_LastRowIsNotWhereItWas_RestartsAtTheLastTimeSeen()
    {
        _test.Vendor
            .On("GET /v2/companies?sort=modified_date asc&limit=3&start=0&with_related=0", Rows(1, 2, 3))
            .On("GET /v2/companies?sort=modified_date asc&limit=3&start=2&with_related=0", Rows(4, 5, 1))
            .On("GET /v2/companies?modified_date=>2024-01-01 00:00:02&sort=modified_date asc&limit=3&start=0&with_related=0", Rows(3, 4, 5))
            .On("GET /v2/companies?modified_date=>2024-01-01 00:00:02&sort=modified_date asc&limit=3&start=2&with_related=0", Rows(5, 1));
        (await All(new ListRequest())).ShouldBe(["1", "2", "3", "3", "4", "5", "1"]);
    }

    [Fact]
    public async Task List_KeepsMovingWithoutGettingFurther_IsTransientNotEndless()
    {
        for (var i = 0; i < 6; i++)
            _test.Vendor.On("GET /v2/companies", Rows(1, 1, 1)).On("GET /v2/companies", Rows(9));
        var request = new ListRequest(new DateTimeOffset(2024, 1, 1, 0, 0, 1, TimeSpan.Zero));
        for (var pages = 0; pages < 20; pages++)
        {
            var result = await _test.Connector.ListAsync(_test.Scope, "companies", request, default);
            if (result.Failure is not null)
            {
                result.Failed(FailureKind.Transient);
                return;
            }

            request = request with { PageToken = result.Value!.NextPage.ShouldNotBeNull() };
        }

        Assert.Fail("The walk did not end.");
    }

    [Fact]
    public async Task List_VendorGivesFewerThanAskedFor_IsWalkedToItsEnd()
    {
        var test = TestConnection.TinyPlus();
        test.Vendor
            .On("GET /v2/companies", Rows([.. Enumerable.Range(1, 15)]))
            .On("GET /v2/companies?sort=modified_date asc&limit=100&start=14&with_related=0", Rows([.. Enumerable.Range(15, 10)]));
        (await Lists.AllAsync(test.Connector, test.Scope, "companies", new ListRequest())).Count.ShouldBe(24);
    }

    [Fact]
    public async Task List_Where_FiltersAtTheVendorAndAgainHere()
    {
        var test = TestConnection.TinyPlus();
        test.Vendor.On("GET /v2/projects?company=61&name=Depot&sort=modified_date asc&limit=100&start=0&with_related=0", TestConnection.Fixture("tinyplus-projects.json"));
        var found = await List(test, "projects", new ListRequest(Where: FieldSet.Of(("name", FieldValue.Of("Depot")), ("company", new FieldValue.Reference("61")))));
        found.Records.ShouldHaveSingleItem("a filter that the vendor ignores must not match everything").Id.ShouldBe("502");
    }

    [Fact]
    public async Task Call_CarriesTheBareTokenOrThePrefixOfTheSettings()
    {
        foreach (var (prefix, header) in new[] { ("", TestConnection.Secret), ("Bearer ", "Bearer " + TestConnection.Secret) })
        {
            var test = TestConnection.TinyPlus(("authorizationPrefix", prefix));
            test.Vendor.On("GET /v2/companies/1", """{"id":1}""");
            await test.Connector.GetAsync(test.Scope, "companies", "1", default);
            test.Vendor.Sent[0].Header("Authorization").ShouldBe(header);
        }
    }

    [Fact]
    public async Task Update_SendsTheGivenFieldsOnly()
    {
        _test.Vendor.On("PATCH /v2/contacts/71", """{"id":71,"title":"Lead"}""");
        var fields = FieldSet.Of(("title", FieldValue.Of("Lead")), ("primary_company", new FieldValue.Reference("61")), ("phone", FieldValue.None));
        (await _test.Connector.UpdateAsync(_test.Scope, "contacts", "71", fields, default)).Success().Fields.ShouldBe(FieldSet.Of(("title", FieldValue.Of("Lead"))));
        _test.Vendor.Sent[0].Body.ShouldBe("""{"phone":null,"primary_company":61,"title":"Lead"}""");
    }

    [Fact]
    public async Task Update_AnswerWithoutTheRecord_IsReadBack()
    {
        _test.Vendor.On("PATCH /v2/contacts/71", "").On("GET /v2/contacts/71", """{"id":71,"title":"Lead"}""");
        (await _test.Connector.UpdateAsync(_test.Scope, "contacts", "71", FieldSet.Of(("title", FieldValue.Of("Lead"))), default)).Success().Fields["title"].ShouldBe(FieldValue.Of("Lead"));
    }

    [Fact]
    public async Task Progress_IsReadFromAndWrittenToTheProject()
    {
        const string Project = """{"id":501,"number":"24-017","name":"Harbour library","stage":"Design","stages":["Tender: Active","Concept: Completed"]}""";
        _test.Vendor.On("GET /v2/projects/501", Project).On("PATCH /v2/projects/501", Project);
        var expected = FieldSet.Of(("stage", FieldValue.Of("Design")), ("stages", new FieldValue.Set("Concept: Completed", "Tender: Active")));
        var progress = (await List(_test, "progress", new ListRequest(ParentId: "501"))).Records.ShouldHaveSingleItem();
        progress.Fields.ShouldBe(expected);
        progress.Label.ShouldBe("24-017 Harbour library");
        (await _test.Connector.UpdateAsync(_test.Scope, "progress", "501", expected, default)).Success().Fields.ShouldBe(expected);
        _test.Vendor.Sent[1].Body.ShouldBe("""{"stage":"Design","stages":["Concept: Completed","Tender: Active"]}""");
    }

    [Fact]
    public async Task PathsThatAreNotDocumented_AreSettings()
    {
        var test = TestConnection.TinyPlus(("teamMembersPath", "users"), ("pipelineStagesPath", "settings/stages"));
        test.Vendor.On("GET /v2/users", "[]").On("GET /v2/settings/stages?sort=id asc&limit=100&start=0&with_related=0", "[]");
        await List(test, "team_members", new ListRequest());
        await List(test, "pipeline_stages", new ListRequest(test.Time.GetUtcNow()));
    }

    [Theory]
    [InlineData("""{"id":3,"first_name":"Ada","last_name":"Byron","email_address":"ada@acme.example","account_admin":true,"account":{"id":9,"name":"Acme"}}""", "9", null)]
    [InlineData("""{"data":{"id":3,"name":"Ada Byron","email_address":"ada@acme.example","is_admin":1,"account_id":9,"account_name":"Acme"}}""", "9", null)]
    [InlineData("""{"id":3,"name":"Ada Byron","email_address":"ada@acme.example","account_admin":false,"account":{"slug":"acme","name":"Acme"}}""", "acme", "account admin")]
    public async Task Identify_ByTheUserOfTheToken_NamesAccountUserAndMissingRight(string answer, string account, string? missing)
    {
        _test.Vendor.On("GET /v2/me", answer);
        (await _test.Connector.IdentifyAsync(_test.Scope, default)).Success().ShouldBe(new VendorAccount(account, "Acme", "3", "Ada Byron", "ada@acme.example", missing));
    }

    [Fact]
    public async Task Identify_PathThatDoesNotExist_FallsBackToAList()
    {
        _test.Vendor.On("GET /v2/me", HttpStatusCode.NotFound).On("GET /v2/companies", "[]");
        (await _test.Connector.IdentifyAsync(_test.Scope, default)).Success().Id.ShouldBe("tinyplus");
    }

    [Fact]
    public async Task Identify_ListRefused_NamesTheRight()
    {
        _test.Vendor.On("GET /v2/me", HttpStatusCode.NotFound).On("GET /v2/companies", HttpStatusCode.Forbidden);
        (await _test.Connector.IdentifyAsync(_test.Scope, default)).Success().MissingRight.ShouldBe("account admin");
    }

    [Fact]
    public void AuthorizeAddress_AsksForATokenInTheFragment()
    {
        var address = _test.Connector.AuthorizeAddress(Request());
        address.GetLeftPart(UriPartial.Path).ShouldBe("https://api.tiny.plus/oauth/authorize");
        var query = HttpUtility.ParseQueryString(address.Query);
        query["response_type"].ShouldBe("token");
        query["client_id"].ShouldBe("app");
        query["redirect_uri"].ShouldBe("https://sync.example/api/oauth/tinyplus");
        query["scope"].ShouldBe("readwrite");
        query["state"].ShouldBe("s&t");
    }

    [Fact]
    public async Task Redeem_Fragment_GivesCredentialsWithTheirLifetime()
    {
        (await Redeem(("access_token", "a"), ("token_type", "bearer"), ("expires_in", "3600"), ("state", "s&t"))).Success()
            .ShouldBe(new Credentials("oauth", "a", ExpiresAt: _test.Time.GetUtcNow().AddHours(1)));
        (await Redeem(("access_token", "a"), ("state", "s&t"))).Success().ExpiresAt.ShouldBeNull();
    }

    [Fact]
    public async Task Redeem_WhatIsNotOurs_IsRefused()
    {
        (await Redeem(("access_token", "a"), ("state", "other"))).Failed(FailureKind.Permanent);
        (await Redeem(("access_token", "a"))).Failed(FailureKind.Permanent);
        (await Redeem(("access_token", "a"), ("token_type", "mac"), ("state", "s&t"))).Failed(FailureKind.Permanent);
        (await Redeem(("error", "access_denied"), ("state", "s&t"))).Failed(FailureKind.AuthExpired);
    }

    [Fact]
    public async Task Refresh_IsNotPossible_APersonConnectsAgain() =>
        (await _test.Connector.RefreshAsync(_test.Scope, new Credentials("oauth", "a"), default)).Failed(FailureKind.AuthExpired);

    [Fact]
    public async Task ReadOnlyKinds_CannotBeWritten()
    {
        (await _test.Connector.CreateAsync(_test.Scope, "pipeline_stages", FieldSet.Empty, default)).Failed(FailureKind.Permanent);
        (await _test.Connector.UpdateAsync(_test.Scope, "pipeline_stages", "1", FieldSet.Empty, default)).Failed(FailureKind.Permanent);
        (await _test.Connector.DeleteAsync(_test.Scope, "progress", "1", default)).Failed(FailureKind.Permanent);
        (await _test.Connector.UpdateAsync(_test.Scope, "projects", "1", FieldSet.Of(("stage", FieldValue.Of("x"))), default)).Failed(FailureKind.Permanent);
        (await _test.Connector.DeleteAsync(_test.Scope, "unheardof", "1", default)).Failed(FailureKind.Permanent);
        (await _test.Connector.ListAsync(_test.Scope, "progress", new ListRequest(), default)).Failed(FailureKind.Permanent);
    }

    /// <summary>Rows that were last changed in the second of their id.</summary>
    private static string Rows(params int[] ids) => "[" + string.Join(',', ids.Select(id =>
        $$"""{"id":{{id}},"name":"n","modified_date":"{{new DateTime(2024, 1, 1).AddSeconds(id).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}}"}""")) + "]";

    private static OAuthRequest Request() => new(
        new Uri("https://sync.example/api/oauth/tinyplus"), "s&t", ImmutableDictionary<string, string>.Empty.Add("clientId", "app"));

    private Task<VendorResult<Credentials>> Redeem(params (string Name, string Value)[] values) =>
        _test.Connector.RedeemAsync(Request(), new OAuthAnswer(values.ToImmutableDictionary(value => value.Name, value => value.Value)), default);

    private async Task<IEnumerable<string>> All(ListRequest request) => (await Lists.AllAsync(_test.Connector, _test.Scope, "companies", request)).Select(record => record.Id);

    private static async Task<VendorPage> List(TestConnection test, string kind, ListRequest request) =>
        (await test.Connector.ListAsync(test.Scope, kind, request, default)).Success();
}
