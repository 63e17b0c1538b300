using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using System.Web;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

public sealed class SynergyConnectorTests
{
    private const string Root = "/api/v2/Organisation/acme";
    private const string NoRows = """{"totalItems":0,"currentPage":1,"pageSize":500,"totalPages":0,"hasNext":false,"items":[]}""";

    [Fact]
    public async Task List_Projects_ReadsFieldsTimesAndLabel()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Projects", TestConnection.Fixture("synergy-projects.json"));
        var page = await List(test, "projects", new ListRequest());
        page.NextPage.ShouldBeNull();
        page.Total.ShouldBe(2);
        var project = page.Records[0];
        project.Id.ShouldBe("4711");
        project.Label.ShouldBe("24-017 Harbour library");
        project.Created.ShouldBe(new DateTimeOffset(2016, 11, 17, 22, 59, 21, 370, TimeSpan.Zero));
        project.Modified.ShouldBe(new DateTimeOffset(2024, 3, 1, 8, 0, 0, TimeSpan.Zero).AddTicks(1234567));
        project.Fields.ShouldBe(FieldSet.Of(
            ("number", FieldValue.Of("24-017")),
            ("name", FieldValue.Of("Harbour library")),
            ("scope", FieldValue.Of("Concept to tender")),
            ("statusName", FieldValue.Of("Active")),
            ("startDate", FieldValue.Of(new DateOnly(2024, 2, 29))),
            ("endDate", FieldValue.None),
            ("isActive", FieldValue.Of(true)),
            ("primaryContactId", new FieldValue.Reference("88")),
            ("managerId", FieldValue.None)));
    }

    [Fact]
    public async Task List_Projects_ReadsTheOtherNamesAndBareArrays()
    {
        var test = TestConnection.Synergy(("allStatusTypes", "false"));
        test.Vendor.On($"GET {Root}/Projects", TestConnection.Fixture("synergy-projects-other-names.json"));
        var fields = (await List(test, "projects", new ListRequest())).Records.ShouldHaveSingleItem().Fields;
        fields["number"].ShouldBe(FieldValue.Of("24-017"));
        fields["statusName"].ShouldBe(FieldValue.Of("Active"));
        fields["isActive"].ShouldBe(FieldValue.Of(true));
        fields.ContainsKey("scope").ShouldBeFalse("the vendor did not say");
    }

    [Fact]
    public async Task List_Companies_ReadsNestedPhonesAndAddress()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Contacts", TestConnection.Fixture("synergy-contacts.json"));
        var page = await List(test, "companies", new ListRequest());
        page.NextPage.ShouldBeNull();
        page.Records.ShouldHaveSingleItem().Fields.ShouldBe(FieldSet.Of(
            ("name", FieldValue.Of("City of Acme")),
            ("email", FieldValue.Of("office@acme.example")),
            ("phone", FieldValue.Of("+61 2 5550 1")),
            ("web", FieldValue.Of("acme.example")),
            ("address1", FieldValue.Of("1 Quay")),
            ("address2", FieldValue.Of("")),
            ("town", FieldValue.Of("Acme")),
            ("state", FieldValue.Of("NSW")),
            ("zipCode", FieldValue.Of("2000")),
            ("country", FieldValue.Of("Australia"))));
        var query = HttpUtility.ParseQueryString(test.Vendor.Sent[0].Query);
        query["criteria.ShowCompany"].ShouldBe("true");
        query["criteria.ShowPersonnel"].ShouldBe("false");
        query["criteria.ShowStaff"].ShouldBe("false");
    }

    [Fact]
    public async Task List_Staff_ReadsTheMisspeltModifiedTime()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Staff", TestConnection.Fixture("synergy-staff.json"));
        var person = (await List(test, "staff", new ListRequest())).Records.ShouldHaveSingleItem();
        person.Modified.ShouldBe(new DateTimeOffset(2021, 5, 6, 7, 8, 9, 100, TimeSpan.Zero));
        person.Label.ShouldBe("Ada Byron");
    }

    [Fact]
    public async Task List_ChangedSince_SendsUtcAndPagingUnderTheNamesOfTheSettings()
    {
        var test = TestConnection.Synergy(("parameterPrefix", ""), ("pageParameter", "currentPage"), ("pageSizeParameter", "PageSize"), ("pageSize", "100"), ("firstPage", "0"));
        test.Vendor.On($"GET {Root}/Projects?UpdatedDate=2024-02-29T22:30:00&PageSize=100&currentPage=0", NoRows);
        await List(test, "projects", new ListRequest(new DateTimeOffset(2024, 3, 1, 8, 30, 0, 999, TimeSpan.FromHours(10))));
    }

    [Fact]
    public async Task List_ChangedSince_IsOneCall()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Projects", NoRows);
        (await List(test, "projects", new ListRequest(test.Time.GetUtcNow()))).NextPage.ShouldBeNull();
    }

    [Fact]
    public async Task List_AllProjectsOfWhichNoneIsInactive_GoesOnByStatusType()
    {
        var test = TestConnection.Synergy();
        test.Vendor
            .On($"GET {Root}/Projects", """{"totalItems":1,"hasNext":false,"items":[{"id":1,"isActive":true}]}""")
            .On($"GET {Root}/ProjectStatus", TestConnection.Fixture("synergy-statuses.json"))
            .On($"GET {Root}/Projects?criteria.StatusTypeId=2&criteria.pagesize=500&criteria.page=1", """{"hasNext":false,"items":[{"id":1,"isActive":true}]}""")
            .On($"GET {Root}/Projects?criteria.StatusTypeId=4&criteria.pagesize=500&criteria.page=1", """{"hasNext":false,"items":[{"id":2,"isActive":false}]}""");
        (await All(test, "projects", new ListRequest())).Select(project => project.Id).ShouldBe(["1", "1", "2"]);
        test.Vendor.IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task List_AllProjectsByStatusTypeAlways_SkipsThePlainList()
    {
        var test = TestConnection.Synergy(("allStatusTypes", "true"));
        test.Vendor
            .On($"GET {Root}/ProjectStatus", TestConnection.Fixture("synergy-statuses.json"))
            .On($"GET {Root}/Projects?criteria.StatusTypeId=2&criteria.pagesize=500&criteria.page=1", NoRows)
            .On($"GET {Root}/Projects?criteria.StatusTypeId=4&criteria.pagesize=500&criteria.page=1", NoRows);
        (await All(test, "projects", new ListRequest())).ShouldBeEmpty();
        test.Vendor.IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task List_WhereNumber_FindsActiveProjectsWithOneCall()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Projects?criteria.projectNumber=24-017&criteria.pagesize=500&criteria.page=1", TestConnection.Fixture("synergy-projects.json"));
        var found = await All(test, "projects", new ListRequest(Where: Number("24-017")));
        found.ShouldHaveSingleItem("the vendor may find more than what is equal").Id.ShouldBe("4711");
    }

    [Fact]
    public async Task List_WhereNumberOfACompletedProject_FindsItByStatusType()
    {
        var test = TestConnection.Synergy();
        test.Vendor
            .On($"GET {Root}/Projects", NoRows)
            .On($"GET {Root}/ProjectStatus", TestConnection.Fixture("synergy-statuses.json"))
            .On($"GET {Root}/Projects?criteria.StatusTypeId=2&criteria.projectNumber=24-018&criteria.pagesize=500&criteria.page=1", NoRows)
            .On($"GET {Root}/Projects?criteria.StatusTypeId=4&criteria.projectNumber=24-018&criteria.pagesize=500&criteria.page=1", TestConnection.Fixture("synergy-projects.json"));
        (await All(test, "projects", new ListRequest(Where: Number("24-018")))).ShouldHaveSingleItem().Id.ShouldBe("4712");
    }

    [Fact]
    public async Task List_WhereAnythingElse_IsRefusedRatherThanIgnored()
    {
        var test = TestConnection.Synergy();
        (await test.Connector.ListAsync(test.Scope, "projects", new ListRequest(Where: FieldSet.Of(("name", FieldValue.Of("x")))), default)).Failed(FailureKind.Permanent);
        (await test.Connector.ListAsync(test.Scope, "companies", new ListRequest(Where: Number("x")), default)).Failed(FailureKind.Permanent);
    }

    [Theory]
    [InlineData("""{"hasNext":true,"items":[{"id":1,"isActive":false}]}""", true)]
    [InlineData("""{"hasNext":false,"currentPage":1,"totalPages":2,"items":[{"id":1,"isActive":false}]}""", true)]
    [InlineData("""{"currentPage":1,"pageSize":1,"totalItems":2,"items":[{"id":1,"isActive":false}]}""", true)]
    [InlineData("""{"currentPage":2,"totalPages":2,"items":[{"id":1,"isActive":false}]}""", false)]
    [InlineData("""{"totalItems":1,"items":[{"id":1,"isActive":false}]}""", false)]
    public async Task List_AnyWordOfMore_GoesOn(string body, bool more)
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Projects", body);
        ((await List(test, "projects", new ListRequest())).NextPage is not null).ShouldBe(more);
    }

    [Fact]
    public async Task List_PageParameterIsIgnoredByTheVendor_IsMisconfigured()
    {
        var test = TestConnection.Synergy();
        var body = new JsonObject { ["hasNext"] = true, ["items"] = new JsonArray([.. Enumerable.Range(1, 500).Select(id => new JsonObject { ["id"] = id })]) }.ToJsonString();
        test.Vendor.On($"GET {Root}/Projects", body).On($"GET {Root}/Projects", body);
        var first = await List(test, "projects", new ListRequest());
        (await test.Connector.ListAsync(test.Scope, "projects", new ListRequest(PageToken: first.NextPage), default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task List_ForeignPageToken_IsRefused()
    {
        var test = TestConnection.Synergy();
        (await test.Connector.ListAsync(test.Scope, "projects", new ListRequest(PageToken: "nonsense"), default)).Failed(FailureKind.Permanent);
        (await test.Connector.ListAsync(test.Scope, "projects", new ListRequest(PageToken: "bnVsbA"), default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Stages_AreListedAndFoundWithinTheirProject()
    {
        var test = TestConnection.Synergy();
        var stages = TestConnection.Fixture("synergy-stages.json");
        test.Vendor.On($"GET {Root}/Stages?ProjectId=4711&pagesize=500&page=1", stages).On($"GET {Root}/Stages", stages).On($"GET {Root}/Stages", stages);
        var page = await List(test, "stages", new ListRequest(ParentId: "4711"));
        page.Records.Select(stage => stage.Id).ShouldBe(["4711:1", "4711:2"]);
        (await test.Connector.GetAsync(test.Scope, "stages", "4711:2", default)).Success().Fields["status"].ShouldBe(FieldValue.Of("Active"));
        (await test.Connector.GetAsync(test.Scope, "stages", "4711:3", default)).Failed(FailureKind.NotFound);
        (await test.Connector.GetAsync(test.Scope, "stages", "3", default)).Failed(FailureKind.NotFound);
        (await test.Connector.ListAsync(test.Scope, "stages", new ListRequest(), default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Get_Staff_IsFoundInTheDocumentedList()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Staff", TestConnection.Fixture("synergy-staff.json")).On($"GET {Root}/Staff", TestConnection.Fixture("synergy-staff.json"));
        (await test.Connector.GetAsync(test.Scope, "staff", "7", default)).Success().Label.ShouldBe("Ada Byron");
        (await test.Connector.GetAsync(test.Scope, "staff", "8", default)).Failed(FailureKind.NotFound);
    }

    [Fact]
    public async Task Progress_IsTheStatusOfTheProjectAndALineForEachStage()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Projects/4711", """{"id":4711,"number":"24-017","name":"Harbour library","statusName":"Active"}""").On($"GET {Root}/Stages", TestConnection.Fixture("synergy-stages.json"));
        var progress = (await List(test, "progress", new ListRequest(ParentId: "4711"))).Records.ShouldHaveSingleItem();
        progress.Id.ShouldBe("4711");
        progress.Label.ShouldBe("24-017 Harbour library");
        progress.Fields.ShouldBe(FieldSet.Of(("statusName", FieldValue.Of("Active")), ("stages", new FieldValue.Set("Concept: Completed", "Tender: Active"))));
    }

    [Fact]
    public async Task Progress_NewStatus_IsLookedUpAmongTheActiveOnesFirst()
    {
        var test = TestConnection.Synergy();
        test.Vendor
            .On($"GET {Root}/ProjectStatus?ActiveId=2&pagesize=1000&page=1", TestConnection.Fixture("synergy-statuses.json"))
            .On($"POST {Root}/ProjectStatus/Update", """{"success":true,"project":{"id":4711,"statusName":"Completed"},"stages":[]}""");
        var written = (await Progress(test, "completed")).Success();
        written.ShouldSatisfyAllConditions(
            () => written.Id.ShouldBe("4711"),
            () => written.Fields.ShouldBe(FieldSet.Of(("statusName", FieldValue.Of("Completed")))),
            () => test.Vendor.Sent[1].Body.ShouldBe("""{"projectId":4711,"newStatusId":9,"stageIds":[]}"""));
    }

    [Fact]
    public async Task Progress_NewStatusThatDoesNotExist_IsPermanent()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/ProjectStatus", TestConnection.Fixture("synergy-statuses.json"));
        (await Progress(test, "Nearly done")).Failed(FailureKind.Permanent).Message.ShouldContain("Nearly done");
    }

    [Fact]
    public async Task Progress_VendorSaysNoSuccess_IsAConflict()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/ProjectStatus", TestConnection.Fixture("synergy-statuses.json")).On($"POST {Root}/ProjectStatus/Update", """{"success":false}""");
        (await Progress(test, "Completed")).Failed(FailureKind.Conflict);
    }

    [Fact]
    public async Task Create_Company_SendsNestedFieldsAndItsType()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"POST {Root}/Contacts", HttpStatusCode.Created, """{"id":90,"name":"New"}""");
        var fields = FieldSet.Of(("name", FieldValue.Of("New")), ("phone", FieldValue.Of("1")), ("town", FieldValue.Of("Acme")), ("zipCode", FieldValue.None), ("isActive", FieldValue.Of(true)));
        (await test.Connector.CreateAsync(test.Scope, "companies", fields, default)).Success().Id.ShouldBe("90");
        JsonNode.DeepEquals(
            JsonNode.Parse(test.Vendor.Sent[0].Body),
            JsonNode.Parse("""{"isActive":true,"name":"New","phones":{"phone":"1"},"address":{"town":"Acme","zipCode":null},"contactTypeId":1}""")).ShouldBeTrue(test.Vendor.Sent[0].Body);
    }

    [Theory]
    [InlineData("""{"id":90}""")]
    [InlineData("90")]
    [InlineData("\"90\"")]
    public async Task Create_AnswerHoldsTheIdOnly_IsReadBack(string answer)
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"POST {Root}/Projects", HttpStatusCode.Created, answer).On($"GET {Root}/Projects/90", """{"id":90,"name":"New"}""");
        (await test.Connector.CreateAsync(test.Scope, "projects", Number("n"), default)).Success().Fields["name"].ShouldBe(FieldValue.Of("New"));
    }

    [Fact]
    public async Task Create_ReadBackFails_IsAmbiguousSinceTheRecordExists()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"POST {Root}/Projects", HttpStatusCode.Created, "90").On($"GET {Root}/Projects/90", HttpStatusCode.NotFound);
        (await test.Connector.CreateAsync(test.Scope, "projects", Number("n"), default)).Failed(FailureKind.NotFound).Ambiguous.ShouldBeTrue();
    }

    [Fact]
    public async Task Update_WithoutContent_IsReadBack()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"PATCH {Root}/Projects/4711", HttpStatusCode.NoContent).On($"GET {Root}/Projects/4711", """{"id":4711,"number":"n"}""");
        (await test.Connector.UpdateAsync(test.Scope, "projects", "4711", Number("n"), default)).Success().Fields["number"].ShouldBe(FieldValue.Of("n"));
        test.Vendor.Sent[0].Body.ShouldBe("""{"number":"n"}""");
    }

    [Fact]
    public async Task Update_ByPut_SendsTheWholeRecordWithTheChangesInIt()
    {
        var test = TestConnection.Synergy(("updateVerb", "PUT"));
        test.Vendor.On($"GET {Root}/Contacts/88", """{"id":88,"name":"Old","unknown":[1],"phones":{"phone":"1","skypeName":"s"}}""").On($"PUT {Root}/Contacts/88", """{"id":88,"name":"Old"}""");
        (await test.Connector.UpdateAsync(test.Scope, "companies", "88", FieldSet.Of(("phone", FieldValue.Of("2"))), default)).Success();
        test.Vendor.Sent[1].Body.ShouldBe("""{"id":88,"name":"Old","unknown":[1],"phones":{"phone":"2","skypeName":"s"}}""");
    }

    [Theory]
    [InlineData("projects", "statusName")]
    [InlineData("projects", "unheardOf")]
    [InlineData("personnel", "name")]
    public async Task Update_FieldThatCannotBeWritten_IsRefusedWithoutACall(string kind, string field)
    {
        var test = TestConnection.Synergy();
        (await test.Connector.UpdateAsync(test.Scope, kind, "1", FieldSet.Of((field, FieldValue.Of("x"))), default)).Failed(FailureKind.Permanent).Message.ShouldContain(field);
    }

    [Fact]
    public async Task ReadOnlyKinds_CannotBeWritten()
    {
        var test = TestConnection.Synergy();
        foreach (var kind in new[] { "staff", "stages", "statuses" })
        {
            (await test.Connector.CreateAsync(test.Scope, kind, FieldSet.Empty, default)).Failed(FailureKind.Permanent);
            (await test.Connector.UpdateAsync(test.Scope, kind, "1", FieldSet.Empty, default)).Failed(FailureKind.Permanent);
            (await test.Connector.DeleteAsync(test.Scope, kind, "1", default)).Failed(FailureKind.Permanent);
        }

        (await test.Connector.GetAsync(test.Scope, "unheardof", "1", default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Call_CarriesTheTokenInTheVendorsOwnHeader()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Projects/1", """{"id":1}""");
        await test.Connector.GetAsync(test.Scope, "projects", "1", default);
        test.Vendor.Sent[0].Header("access-token").ShouldBe(TestConnection.Secret);
        test.Vendor.Sent[0].Header("Authorization").ShouldBeEmpty();
    }

    [Fact]
    public async Task Refusal_ThatSpeaksOfALimit_IsNoMissingRight()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On($"GET {Root}/Projects/1", HttpStatusCode.Forbidden, "Daily limit exceeded", ("Retry-After", "7200"));
        (await test.Connector.GetAsync(test.Scope, "projects", "1", default)).Failed(FailureKind.RateLimited).Until.ShouldBe(test.Time.GetUtcNow().AddHours(2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    public async Task Organisation_NotSetOrNoPathSegment_IsMisconfiguredWithoutACall(string organisation)
    {
        var test = TestConnection.Synergy(("organisation", organisation));
        (await test.Connector.ListAsync(test.Scope, "projects", new ListRequest(), default)).Failed(FailureKind.Misconfigured);
    }

    [Theory]
    [InlineData("""[{"slug":"acme","name":"Acme"}]""")]
    [InlineData("""{"items":[{"slug":"acme","name":"Acme"}]}""")]
    [InlineData("""{"slug":"acme","name":"Acme"}""")]
    public async Task Identify_OneOrganisation_IsFoundOutWithoutTheSetting(string answer)
    {
        var test = TestConnection.Synergy(("organisation", ""));
        test.Vendor.On("GET /api/v2/Organisation", answer).On($"GET {Root}/Staff", "[]");
        (await test.Connector.IdentifyAsync(test.Scope, default)).Success().ShouldBe(new VendorAccount("acme", "Acme"));
    }

    [Fact]
    public async Task Identify_SeveralOrganisations_AsksToChoose()
    {
        var test = TestConnection.Synergy(("organisation", ""));
        const string Two = """[{"slug":"acme","name":"Acme"},{"slug":"beta","name":"Beta"}]""";
        test.Vendor.On("GET /api/v2/Organisation", Two);
        (await test.Connector.IdentifyAsync(test.Scope, default)).Failed(FailureKind.Misconfigured).Message.ShouldContain("acme, beta");

        var chosen = TestConnection.Synergy(("organisation", "Beta"));
        chosen.Vendor.On("GET /api/v2/Organisation", Two).On("GET /api/v2/Organisation/beta/Staff", "[]");
        (await chosen.Connector.IdentifyAsync(chosen.Scope, default)).Success().Id.ShouldBe("beta");
    }

    [Fact]
    public async Task Identify_NoAdministrator_NamesTheRight()
    {
        var test = TestConnection.Synergy();
        test.Vendor.On("GET /api/v2/Organisation", """[{"slug":"acme","name":"Acme"}]""").On($"GET {Root}/Staff", HttpStatusCode.Forbidden);
        (await test.Connector.IdentifyAsync(test.Scope, default)).Success().MissingRight.ShouldBe("Administrator");
    }

    [Fact]
    public void AuthorizeAddress_CarriesTheStateInTheRedirectSinceTheVendorKnowsNone()
    {
        var test = TestConnection.Synergy();
        var address = test.Connector.AuthorizeAddress(Request());
        address.GetLeftPart(UriPartial.Path).ShouldBe("https://app.totalsynergy.com/OAuth2/Authorize");
        var query = HttpUtility.ParseQueryString(address.Query);
        query["ApplicationKey"].ShouldBe("app");
        query["RedirectUri"].ShouldBe("https://sync.example/api/oauth/synergy?state=s%26t");
        query["tenant"].ShouldBe("");
        HttpUtility.ParseQueryString(test.Connector.AuthorizeAddress(Request(("stateInRedirect", "false"))).Query)["RedirectUri"].ShouldBe("https://sync.example/api/oauth/synergy");
    }

    [Theory]
    [InlineData("json", """{"access_token":"a","refresh_token":"r","expires_in":3600}""")]
    [InlineData("form", """{"accessToken":"a","refreshToken":"r","expiresIn":"3600"}""")]
    public async Task Redeem_Code_GivesCredentials(string format, string answer)
    {
        var test = TestConnection.Synergy();
        test.Vendor.On("POST /api/v2/OAuth2/GetAccessToken", answer);
        var credentials = (await test.Connector.RedeemAsync(Request(("tokenFormat", format)), Answer(("code", "c&d"), ("state", "s&t")), default)).Success();
        credentials.ShouldBe(new Credentials("oauth", "a", "r", test.Time.GetUtcNow().AddHours(1)));
        test.Vendor.Sent[0].Body.ShouldBe(format == "json"
            ? """{"applicationKey":"app","ApplicationSecret":"hush","code":"c\u0026d","grant_type":"authorization_code"}"""
            : "applicationKey=app&ApplicationSecret=hush&code=c%26d&grant_type=authorization_code");
        test.Vendor.Sent[0].Header("access-token").ShouldBeEmpty();
    }

    [Fact]
    public async Task Redeem_WhatCannotBeRedeemed_IsANamedFailureWithoutACall()
    {
        var test = TestConnection.Synergy();
        (await test.Connector.RedeemAsync(Request(), Answer(("code", "c"), ("state", "other")), default)).Failed(FailureKind.Permanent);
        (await test.Connector.RedeemAsync(Request(), Answer(("error", "access_denied")), default)).Failed(FailureKind.AuthExpired);
        (await test.Connector.RedeemAsync(Request(("applicationSecret", "")), Answer(("code", "c")), default)).Failed(FailureKind.Misconfigured);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, """{"error":"invalid_grant"}""", FailureKind.AuthExpired)]
    [InlineData(HttpStatusCode.Unauthorized, "", FailureKind.AuthExpired)]
    [InlineData(HttpStatusCode.Unauthorized, """{"error":"invalid_client"}""", FailureKind.Misconfigured)]
    public async Task Refresh_Refused_SaysWhetherAPersonOrTheOperatorMustAct(HttpStatusCode status, string body, FailureKind kind)
    {
        var test = TestConnection.Synergy(("applicationKey", "app"), ("applicationSecret", "hush"));
        test.Vendor.On("POST /api/v2/OAuth2/RefreshAccessToken", status, body);
        (await test.Connector.RefreshAsync(test.Scope, new Credentials("oauth", "a", "r"), default)).Failed(kind);
    }

    [Fact]
    public async Task Refresh_AnswerWithoutANewRefreshToken_KeepsTheOld()
    {
        var test = TestConnection.Synergy(("applicationKey", "app"), ("applicationSecret", "hush"));
        test.Vendor.On("POST /api/v2/OAuth2/RefreshAccessToken", HttpStatusCode.InternalServerError).On("POST /api/v2/OAuth2/RefreshAccessToken", """{"access_token":"b"}""");
        (await test.Connector.RefreshAsync(test.Scope, new Credentials("oauth", "a", "r"), default)).Success().ShouldBe(new Credentials("oauth", "b", "r"));
        test.Vendor.Sent[1].Body.ShouldBe("""{"applicationKey":"app","ApplicationSecret":"hush","refreshToken":"r","grant_type":"refresh_token"}""");
    }

    [Fact]
    public async Task Refresh_OfAKey_AsksForANewOne()
    {
        var test = TestConnection.Synergy();
        (await test.Connector.RefreshAsync(test.Scope, new Credentials("token", "key"), default)).Failed(FailureKind.AuthExpired);
    }

    private static OAuthRequest Request(params (string Name, string Value)[] settings) => new(
        new Uri("https://sync.example/api/oauth/synergy"),
        "s&t",
        ImmutableDictionary<string, string>.Empty.Add("applicationKey", "app").Add("applicationSecret", "hush").SetItems(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))));

    private static OAuthAnswer Answer(params (string Name, string Value)[] values) => new(values.ToImmutableDictionary(value => value.Name, value => value.Value));

    private static FieldSet Number(string number) => FieldSet.Of(("number", FieldValue.Of(number)));

    private static Task<VendorResult<Record>> Progress(TestConnection test, string status) =>
        test.Connector.UpdateAsync(test.Scope, "progress", "4711", FieldSet.Of(("statusName", FieldValue.Of(status))), default);

    private static async Task<VendorPage> List(TestConnection test, string kind, ListRequest request) =>
        (await test.Connector.ListAsync(test.Scope, kind, request, default)).Success();

    private static Task<List<Record>> All(TestConnection test, string kind, ListRequest request) => Lists.AllAsync(test.Connector, test.Scope, kind, request);
}
