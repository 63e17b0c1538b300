using System.Collections.Immutable;
using System.Net;
using SyncFunctions.Connectors.Salesforce;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

public sealed class SalesforceConnectorTests
{
    private const string Query = "GET /services/data/v67.0/query";

    private static readonly ImmutableDictionary<string, string> Defaults = ImmutableDictionary<string, string>.Empty;

    [Theory]
    [InlineData("O'Brien", @"'O\'Brien'")]
    [InlineData(@"back\slash", @"'back\\slash'")]
    [InlineData(@"\' OR Name != '", @"'\\\' OR Name != \''")]
    [InlineData("two\r\nlines\tand \"more\"", @"'two\r\nlines\tand \""more\""'")]
    [InlineData("Zoë 李", "'Zoë 李'")]
    public void Text_InAQuery_StaysAText(string text, string quoted) => SalesforceSoql.Quoted(text).ShouldBe(quoted);

    [Fact]
    public void Values_InAQuery_AreOfTheirType()
    {
        SalesforceSoql.Equal("Amount", FieldValue.Of(12.5m)).ShouldBe("Amount = 12.5");
        SalesforceSoql.Equal("HasOptedOutOfEmail", FieldValue.Of(true)).ShouldBe("HasOptedOutOfEmail = true");
        SalesforceSoql.Equal("CloseDate", FieldValue.Of(new DateOnly(2026, 1, 31))).ShouldBe("CloseDate = 2026-01-31");
        SalesforceSoql.Equal("Phone", FieldValue.None).ShouldBe("Phone = null");
        SalesforceSoql.Equal("AccountId", new FieldValue.Reference("00D000000000062")).ShouldBe("AccountId = '00D000000000062EAA'");
        SalesforceSoql.ChangedFrom(new DateTimeOffset(2026, 1, 2, 4, 4, 5, 999, TimeSpan.FromHours(1))).ShouldBe("SystemModstamp >= 2026-01-02T03:04:05Z");
    }

    [Theory]
    [InlineData("00D000000000062", "00D000000000062EAA")]
    [InlineData("00D000000000062EAA", "00D000000000062EAA")]
    [InlineData("aBcDeABCDE01234", "aBcDeABCDE01234K5A")]
    [InlineData("00D00000000006", null)]
    [InlineData("00D00000000006/", null)]
    [InlineData("", null)]
    public void Id_HasOneForm(string text, string? normal) => SalesforceId.Normal(text).ShouldBe(normal);

    [Theory]
    [InlineData("acme.my.salesforce.com", "https://acme.my.salesforce.com/")]
    [InlineData("https://acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com/")]
    [InlineData("http://localhost:7080/salesforce", "http://localhost:7080/salesforce/")]
    [InlineData("http://acme.my.salesforce.com", null)]
    [InlineData("https://acme.my.salesforce.com:8443", null)]
    [InlineData("https://acme.my.salesforce.com@evil.example", null)]
    [InlineData("https://notsalesforce.com", null)]
    [InlineData("https://salesforce.com.evil.example", null)]
    [InlineData("https://evil.example/.salesforce.com", null)]
    public void Address_ThatIsNotOfSalesforce_IsNone(string text, string? root) => (SalesforceHosts.Root(text, Defaults)?.AbsoluteUri).ShouldBe(root);

    [Fact]
    public async Task Tokens_NeverGoToAnotherAddress()
    {
        var test = TestConnection.Salesforce();
        test.Vendor.On("POST /services/oauth2/token", """{"access_token":"abc","refresh_token":"def","instance_url":"https://salesforce.com.evil.example"}""");
        var request = new OAuthRequest(new Uri("https://sync.example/cb"), "s", test.Scope.Settings, new string('v', 43));
        var answer = new OAuthAnswer(ImmutableDictionary<string, string>.Empty.Add("code", "x").Add("state", "s"));
        (await test.Connector.RedeemAsync(request, answer, default)).Failed(FailureKind.Permanent).Message.ShouldContain("address of the org");

        test.Vendor.On("POST /services/oauth2/token", """{"access_token":"abc","refresh_token":"def","instance_url":"https://eu7.my.salesforce.com"}""");
        var credentials = (await test.Connector.RedeemAsync(request, answer, default)).Success();
        (credentials.AccessToken, credentials.RefreshToken, credentials.ExpiresAt).ShouldBe(("abc", "def", null));

        // Without an address or a refresh token in a later answer, those that are known hold.
        test.Vendor.On("POST /services/oauth2/token", """{"access_token":"ghi"}""");
        var renewed = (await test.Connector.RefreshAsync(test.Scope, credentials, default)).Success();
        (renewed.AccessToken, renewed.RefreshToken, renewed.Kind).ShouldBe(("ghi", "def", credentials.Kind));
        SalesforceHosts.Instance(renewed, test.Scope.Settings)!.Host.ShouldBe("eu7.my.salesforce.com");
        test.Vendor.Sent[^1].Body.ShouldContain("client_id=app");

        // Whatever the sign-in told: an operator may have narrowed the domains since.
        SalesforceHosts.Instance(renewed, test.Scope.Settings.SetItem("domains", "example.com")).ShouldBeNull();
    }

    [Theory]
    [InlineData(400, """[{"errorCode":"REQUIRED_FIELD_MISSING","message":"top secret","fields":["LastName"]}]""", FailureKind.Permanent, "REQUIRED_FIELD_MISSING): LastName")]
    [InlineData(400, """[{"errorCode":"INVALID_EMAIL_ADDRESS","message":"Email: invalid email address: top secret","fields":["Email"]}]""", FailureKind.Permanent, "Email")]
    [InlineData(400, """[{"errorCode":"DUPLICATES_DETECTED","message":"top secret"}]""", FailureKind.Conflict, "duplicate rule")]
    [InlineData(400, """[{"errorCode":"DUPLICATE_VALUE","message":"top secret","fields":["Gift_External_Id__c"]}]""", FailureKind.Conflict, "Gift_External_Id__c")]
    [InlineData(400, """[{"errorCode":"INVALID_FIELD","message":"top secret No such column 'Nope__c' on entity 'Contact'"}]""", FailureKind.Misconfigured, "Nope__c")]
    [InlineData(400, """[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"top secret"}]""", FailureKind.Transient, "writes the record")]
    [InlineData(401, """[{"errorCode":"INVALID_SESSION_ID","message":"top secret"}]""", FailureKind.AuthExpired, "")]
    [InlineData(403, """[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded. top secret"}]""", FailureKind.RateLimited, "used up")]
    [InlineData(403, """[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests Limit exceeded. top secret"}]""", FailureKind.RateLimited, "same time")]
    [InlineData(403, """[{"errorCode":"API_DISABLED_FOR_ORG","message":"top secret"}]""", FailureKind.Forbidden, "API Enabled")]
    [InlineData(403, """[{"errorCode":"INSUFFICIENT_ACCESS_OR_READONLY","message":"top secret"}]""", FailureKind.Forbidden, "right")]
    [InlineData(404, """[{"errorCode":"ENTITY_IS_DELETED","message":"top secret"}]""", FailureKind.NotFound, "deleted")]
    [InlineData(300, """["/services/data/v67.0/sobjects/Opportunity/0060000000000aaAAA","/services/data/v67.0/sobjects/Opportunity/0060000000000abAAA"]""", FailureKind.Conflict, "0060000000000aaAAA, 0060000000000abAAA")]
    [InlineData(400, "<html>top secret</html>", FailureKind.Permanent, "")]
    [InlineData(400, """{"top":"secret"}""", FailureKind.Permanent, "")]
    [InlineData(503, "", FailureKind.Unavailable, "")]
    public void Failures_AreNamed_WithoutWhatTheyQuote(int status, string body, FailureKind kind, string words)
    {
        var now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        var call = new VendorCall(HttpMethod.Patch, "https://acme.my.salesforce.com/", "x") { IsRecord = true };
        var failure = SalesforceFailures.Judge(call, new VendorAnswer((HttpStatusCode)status, body, now, null), now).ShouldNotBeNull();
        failure.Kind.ShouldBe(kind, failure.Message);
        failure.Message.ShouldContain(words);
        failure.ToString().ShouldNotContain("secret");
        (failure.Until is not null).ShouldBe(words == "used up");
    }

    [Fact]
    public async Task FieldsThatAnOrgDoesNotHave_AreLeftOut_UnlessSomebodyAskedForThem()
    {
        const string Describe = """{"createable":true,"updateable":true,"fields":[{"name":"Id","type":"id"},{"name":"LastName","type":"string","createable":true,"updateable":true}]}""";
        var fields = FieldSet.Of(("LastName", FieldValue.Of("Byron")), ("Tags", new FieldValue.Set("Donor")));
        var test = TestConnection.Salesforce();
        test.Vendor
            .On("GET /services/data/v67.0/sobjects/Contact/describe", Describe)
            .On("POST /services/data/v67.0/sobjects/Contact", HttpStatusCode.Created, """{"id":"003000000000001AAA","success":true}""")
            .On("GET /services/data/v67.0/queryAll?q=SELECT Id,CreatedDate,LastModifiedDate,SystemModstamp,IsDeleted,LastName FROM Contact WHERE Id = '003000000000001AAA' ORDER BY Id", """{"done":true,"records":[{"Id":"003000000000001AAA","LastName":"Byron","SystemModstamp":"2026-01-02T03:04:05.000+0000","IsDeleted":false}]}""");
        (await test.Connector.CreateAsync(test.Scope, "contacts", fields, default)).Success().Fields.Keys.ShouldBe(["LastName"]);
        test.Vendor.Sent[1].Body.ShouldBe("""{"LastName":"Byron"}""");
        test.Vendor.Sent.ShouldAllBe(sent => sent.Header("Sforce-Call-Options") == "client=syncfunctions" && sent.Header("Authorization") == $"Bearer {TestConnection.Secret}");

        // A change of that setting is a reason to look again what there is.
        test.Vendor.On("GET /services/data/v67.0/sobjects/Contact/describe", Describe);
        test.Scope = test.Scope with { Settings = test.Scope.Settings.SetItem("tagsField", "Interests__c") };
        (await test.Connector.CreateAsync(test.Scope, "contacts", fields, default)).Failed(FailureKind.Misconfigured).Message.ShouldContain("Interests__c");
        (await test.Connector.CreateAsync(test.Scope, "contacts", FieldSet.Of(("Nope__c", FieldValue.Of("x"))), default)).Failed(FailureKind.Permanent).Message.ShouldContain("Nope__c");
    }

    [Fact]
    public async Task List_ThatIsCutShort_GoesOnAfterItsLastRow()
    {
        var test = TestConnection.Salesforce(("pageSize", "5"));
        test.Vendor
            .On("GET /services/data/v67.0/sobjects/Contact/describe", """{"fields":[{"name":"LastName","type":"string"}]}""")
            .On($"{Query}?q=SELECT Id,CreatedDate,LastModifiedDate,SystemModstamp,IsDeleted,LastName FROM Contact WHERE SystemModstamp >= 2026-01-02T03:04:05Z ORDER BY SystemModstamp, Id LIMIT 5", """{"done":false,"nextRecordsUrl":"/services/data/v67.0/query/01g-2","records":[{"Id":"003000000000001AAA","SystemModstamp":"2026-01-02T03:04:05.000+0000"},{"Id":"003000000000002AAA","SystemModstamp":"2026-01-02T03:04:06.000+0000"}]}""")
            .On($"{Query}?q=SELECT Id,CreatedDate,LastModifiedDate,SystemModstamp,IsDeleted,LastName FROM Contact WHERE (SystemModstamp > 2026-01-02T03:04:06.000Z OR (SystemModstamp = 2026-01-02T03:04:06.000Z AND Id > '003000000000002AAA')) ORDER BY SystemModstamp, Id LIMIT 5", """{"done":true,"records":[]}""");
        var rows = await Lists.AllAsync(test.Connector, test.Scope, "contacts", new ListRequest(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 600, TimeSpan.Zero)));
        rows.Select(row => row.Id).ShouldBe(["003000000000001AAA", "003000000000002AAA"]);
        test.Vendor.IsDone.ShouldBeTrue();
    }
}
