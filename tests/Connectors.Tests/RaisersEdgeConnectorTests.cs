using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SyncFunctions.Connectors.RaisersEdge;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

/// <summary>The SKY API to the letter: what is sent, and what is made of the answers.</summary>
public sealed class RaisersEdgeConnectorTests
{
    private const string List = "/constituent/v1/constituents";
    private const string First = $"{List}?limit=2&last_modified=2026-01-31T08:00:00.0000000Z&include_inactive=true&include_deceased=true";

    private static readonly DateTimeOffset Since = new(2026, 1, 31, 9, 0, 0, TimeSpan.FromHours(1));
    private static readonly WebhookFormat Format = RaisersEdgeCatalog.Catalog.Webhooks!;

    [Fact]
    public async Task List_BeginsWithATimeAndGoesOnWithTheVendorsToken()
    {
        var test = TestConnection.RaisersEdge(("pageSize", "2"));
        const string Next = "https://api.sky.blackbaud.com/constituent/v1/constituents?last_modified=2026-01-31T08:00:00+00:00&sort_token=abc%3D";
        test.Vendor
            .On($"GET {First}", $$"""{"count":3,"next_link":"{{Next}}","value":[{"id":"7","date_modified":"2026-01-31T03:00:01.1234567-05:00"},{"id":"8"}]}""")
            .On("GET /constituent/v1/constituents?last_modified=2026-01-31T08:00:00+00:00&sort_token=abc=", $$"""{"count":3,"next_link":"{{Next}}2","value":[{"id":"9"}]}""");
        var rows = await Lists.AllAsync(test.Connector, test.Scope, "constituents", new ListRequest(Since));
        rows.Select(row => row.Id).ShouldBe(["7", "8", "9"]);
        rows[0].Modified.ShouldBe(new DateTimeOffset(2026, 1, 31, 8, 0, 1, TimeSpan.Zero).AddTicks(1_234_567));
        test.Vendor.Sent[0].Header("Bb-Api-Subscription-Key").ShouldBe("key-1");
        test.Vendor.Sent[0].Header("Authorization").ShouldBe($"Bearer {TestConnection.Secret}");
    }

    [Theory]
    [InlineData("""{"count":3,"next_link":"https://other.example/constituent/v1/constituents?sort_token=a","value":[{"id":"7"}]}""", FailureKind.Permanent)]
    [InlineData("""{"count":3,"next_link":"https://api.sky.blackbaud.com/elsewhere?sort_token=a","value":[{"id":"7"}]}""", FailureKind.Permanent)]
    [InlineData("""{"count":3}""", FailureKind.Permanent)]
    [InlineData("""{"count":1,"value":[{"id":"7","inactive":"perhaps"}]}""", FailureKind.Permanent)]
    public async Task List_AnsweredInAnUnexpectedWay_Fails(string answer, FailureKind kind)
    {
        var test = TestConnection.RaisersEdge(("pageSize", "2"));
        test.Vendor.On($"GET {First}", answer);
        (await test.Connector.ListAsync(test.Scope, "constituents", new ListRequest(Since), default)).Failed(kind);
    }

    [Fact]
    public async Task List_WhoseNextPageIsItself_EndsWithAFailure()
    {
        var test = TestConnection.RaisersEdge(("pageSize", "2"));
        const string Same = """{"count":9,"next_link":"https://api.sky.blackbaud.com/constituent/v1/constituents?sort_token=a","value":[{"id":"7"}]}""";
        test.Vendor.On($"GET {First}", Same).On($"GET {List}?sort_token=a", Same);
        var page = (await test.Connector.ListAsync(test.Scope, "constituents", new ListRequest(Since), default)).Success();
        (await test.Connector.ListAsync(test.Scope, "constituents", new ListRequest(Since, page.NextPage), default)).Failed(FailureKind.Misconfigured);
        (await test.Connector.ListAsync(test.Scope, "constituents", new ListRequest(Since, "?"), default)).Failed(FailureKind.Permanent);
    }

    [Theory]
    [InlineData(403, """{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 01:00:00."}""", FailureKind.RateLimited)]
    [InlineData(429, """{"statusCode":429,"message":"Rate limit is exceeded. Try again in 3600 seconds."}""", FailureKind.RateLimited)]
    [InlineData(403, """[{"message":"You lack a right","error_name":"Forbidden"}]""", FailureKind.Forbidden)]
    [InlineData(401, """{"statusCode":401,"message":"Access denied due to invalid subscription key."}""", FailureKind.Misconfigured)]
    [InlineData(400, """[{"message":"x","error_name":"InvalidLast","error_args":[]}]""", FailureKind.Permanent)]
    [InlineData(400, """{"type":"about:blank","title":"Bad request","detail":"x"}""", FailureKind.Permanent)]
    [InlineData(412, "", FailureKind.Conflict)]
    public async Task Failures_AreNamed(int status, string body, FailureKind kind)
    {
        var test = TestConnection.RaisersEdge();
        test.Vendor.On($"PATCH {List}/7", (HttpStatusCode)status, body, ("Retry-After", "3600"));
        var failure = (await test.Connector.UpdateAsync(test.Scope, "constituents", "7", FieldSet.Of(("first", FieldValue.Of("x"))), default)).Failed(kind);
        if (kind == FailureKind.RateLimited)
            failure.Until.ShouldBe(test.Time.GetUtcNow().AddHours(1));
        if (body.Contains("InvalidLast", StringComparison.Ordinal))
            failure.Message.ShouldContain("InvalidLast");
    }

    [Fact]
    public void Consent_WithPkceOrWithout()
    {
        var test = TestConnection.RaisersEdge();
        var request = new OAuthRequest(new Uri("https://sync.example/cb"), "s", test.Scope.Settings, new string('v', 43));
        test.Connector.AuthorizeAddress(request).Query.ShouldContain("code_challenge_method=S256");
        test.Connector.AuthorizeAddress(request with { Settings = request.Settings.SetItem("pkce", "false") }).Query.ShouldBe("?response_type=code&client_id=app&redirect_uri=https%3A%2F%2Fsync.example%2Fcb&state=s");
    }

    [Fact]
    public async Task Code_IsExchangedByTheApplicationAsABasicClient()
    {
        var test = TestConnection.RaisersEdge();
        test.Vendor.On("POST /token", """{"access_token":"a.b-c","refresh_token":"r","expires_in":1200,"environment_id":"p-1","environment_name":"Charity","legal_entity_name":"Charity Ltd","user_id":"u-1"}""");
        var request = new OAuthRequest(new Uri("https://sync.example/cb"), "s", test.Scope.Settings, new string('v', 43));
        var answer = new OAuthAnswer(ImmutableDictionary<string, string>.Empty.Add("code", "c").Add("state", "s"));
        var credentials = (await test.Connector.RedeemAsync(request, answer, default)).Success();
        credentials.ExpiresAt.ShouldBe(test.Time.GetUtcNow().AddMinutes(20));
        RaisersEdgeAuth.AccountOf(credentials).ShouldBe(new VendorAccount("p-1", "Charity (Charity Ltd)", "u-1"));
        var sent = test.Vendor.Sent.ShouldHaveSingleItem();
        sent.Header("Authorization").ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("app:application-secret")));
        sent.Body.ShouldBe($"grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fsync.example%2Fcb&code_verifier={new string('v', 43)}");
        (await test.Connector.RedeemAsync(request with { State = "other" }, answer, default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Gift_IsChangedInTheVersionThatWasRead()
    {
        var test = TestConnection.RaisersEdge();
        const string Gift = """{"id":"9","constituent_id":"7","amount":{"value":20},"gift_splits":[{"id":"91","amount":{"value":20},"fund_id":"3"}],"post_status":"NotPosted"}""";
        test.Vendor.On("GET /gift/v1/gifts/9", HttpStatusCode.OK, Gift, ("ETag", "\"v-1\"")).On("PATCH /gift/v1/gifts/9", HttpStatusCode.PreconditionFailed, "[]");
        (await test.Connector.UpdateAsync(test.Scope, "gifts", "9", FieldSet.Of(("amount", FieldValue.Of(25m))), default)).Failed(FailureKind.Conflict);
        test.Vendor.Sent[1].Header("If-Match").ShouldBe("\"v-1\"");
        test.Vendor.Sent[1].Body.ShouldBe("""{"amount":{"value":25},"gift_splits":[{"amount":{"value":25},"fund_id":"3","id":"91"}]}""");

        test.Vendor.On("GET /gift/v1/gifts/9", HttpStatusCode.OK, Gift.Replace("[{", """[{"id":"92","amount":{"value":1}},{""", StringComparison.Ordinal), ("ETag", "\"v-1\""));
        (await test.Connector.UpdateAsync(test.Scope, "gifts", "9", FieldSet.Of(("amount", FieldValue.Of(25m))), default)).Failed(FailureKind.Permanent).Message.ShouldContain("several funds");
    }

    [Theory]
    [InlineData("1955", """{"y":1955}""")]
    [InlineData("1955-12", """{"y":1955,"m":12}""")]
    [InlineData("1955-12-09", """{"y":1955,"m":12,"d":9}""")]
    [InlineData("", "null")]
    [InlineData("12/1955", null)]
    [InlineData("1955-13", null)]
    public void Birthdate_MayBeKnownInPart(string text, string? expected)
    {
        var written = RaisersEdgeRecords.Write(FieldSet.Of(("birthdate", FieldValue.Of(text))), isOrganization: false);
        if (expected is null)
            written.Failed(FailureKind.Permanent);
        else
            (written.Success()["birthdate"]?.ToJsonString() ?? "null").ShouldBe(expected);
        if (text.Length == 0 || expected is null)
            return;
        var read = RaisersEdgeRecords.Read(System.Text.Json.JsonSerializer.SerializeToElement(new JsonObject { ["id"] = "1", ["birthdate"] = JsonNode.Parse(expected) }), null, null);
        read.Fields["birthdate"].ShouldBe(FieldValue.Of(text));
    }

    [Theory]
    [InlineData("""{"specversion":"1.0","type":"com.blackbaud.constituent.delete.v1","data":{"id":"7"}}""", "constituents/7")]
    [InlineData("""{"specversion":"1.0","type":"com.blackbaud.constituent.emailaddress.change.v1","data":{"id":"3","constituent_id":"7"}}""", "constituents/7")]
    [InlineData("""{"specversion":"1.0","type":"com.blackbaud.constituent.emailaddress.change.v1","data":{"id":"3"}}""", "")]
    [InlineData("""{"specversion":"1.0","type":"com.blackbaud.gift.add.v1","data":{"id":9,"constituent_id":"7"}}""", "gifts/9")]
    [InlineData("""{"specversion":"1.0","type":"com.blackbaud.utility.testpayload.v1","data":{}}""", "")]
    [InlineData("""[{"specversion":"1.0","type":"com.blackbaud.constituent.add.v1","data":{"id":"7"}},{"specversion":"1.0","type":"com.blackbaud.gift.add.v1","data":{"id":"9"}}]""", "constituents/7 gifts/9")]
    [InlineData("""{"specversion":"0.3","type":"com.blackbaud.constituent.add.v1","data":{"id":"7"}}""", null)]
    [InlineData("""{"type":"com.blackbaud.constituent.add.v1"}""", null)]
    [InlineData("7", null)]
    public void Event_NamesTheRecordThatItTouches(string body, string? touched) =>
        (Format.Read(new WebhookRequest(Encoding.UTF8.GetBytes(body), [])) is { } read ? string.Join(' ', read.Select(one => $"{one.Kind}/{one.Id}")) : null).ShouldBe(touched);

    [Fact]
    public void Handshake_IsAnsweredToTheVendorsDeliveryAlone()
    {
        ImmutableDictionary<string, string>? Check(string method, string origin) =>
            Format.Check!(new WebhookCheck(method, ImmutableDictionary<string, string>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase).Add("webhook-request-origin", origin)));
        Check("OPTIONS", "eventgrid.azure.net").ShouldNotBeNull()["WebHook-Allowed-Origin"].ShouldBe("eventgrid.azure.net");
        Check("OPTIONS", "attacker.example").ShouldBeNull();
        Check("GET", "eventgrid.azure.net").ShouldBeNull();
    }
}
