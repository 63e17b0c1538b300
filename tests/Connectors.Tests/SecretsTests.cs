using System.Collections.Immutable;
using System.Net;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

/// <summary>Whatever happens, no token, secret, code or query is in a text that may be logged.</summary>
public sealed class SecretsTests
{
    private const string AppSecret = "application-secret-98765";
    private const string Code = "single-use-code-24680";
    private const string Personal = "personal-value-in-a-query-or-body";

    private static readonly string[] Secrets = [TestConnection.Secret, AppSecret, Code, Personal];

    [Theory]
    [InlineData("synergy")]
    [InlineData("tinyplus")]
    [InlineData("connectwise")]
    [InlineData("moovila")]
    [InlineData("raisersedge")]
    public async Task FailuresAndReports_OfEveryKind_HoldNoSecret(string system)
    {
        var echo = $"{{\"message\":\"{TestConnection.Secret} {AppSecret} {Code} {Personal}\"}}";
        List<Func<ScriptedVendor, string, FakeTime, ScriptedVendor>> events =
        [
            .. new[] { 301, 400, 401, 403, 404, 409, 422, 429 }.Select(status => (Func<ScriptedVendor, string, FakeTime, ScriptedVendor>)((vendor, request, _) =>
                vendor.On(request, (HttpStatusCode)status, echo, ("Retry-After", "3600"), ("Location", $"https://other.example/?t={TestConnection.Secret}")))),
            (vendor, request, _) => vendor.On(request, HttpStatusCode.InternalServerError, echo, ("Retry-After", "3600")),
            (vendor, request, _) => vendor.On(request, echo[..^1]).On(request, HttpStatusCode.Conflict),
            (vendor, request, _) => vendor.On(request, $"[[\"{TestConnection.Secret}\"]]"),
            (vendor, request, _) => vendor.Breaks(request, HttpRequestError.ResponseEnded).On(request, HttpStatusCode.Conflict),
            (vendor, request, time) => vendor.Hangs(request, time).Hangs(request, time),
        ];
        foreach (var happens in events)
        {
            var test = Connection(system);
            var kind = system == "raisersedge" ? "constituents" : "projects";
            var (list, searched, named) = system switch
            {
                "synergy" => ("/api/v2/Organisation/acme/Projects", "number", "name"),
                "tinyplus" => ("/v2/projects", "number", "name"),
                "moovila" => ("/v1/projects", "title", "title"),
                "raisersedge" => ("/constituent/v1/constituents", "lookup_id", "last"),
                _ => ("/v4_6_release/apis/3.0/project/projects", "name", "name"),
            };
            Looks(happens(test.Vendor, $"GET {list}{(system == "raisersedge" ? "/search" : "")}", test.Time), echo);
            var where = new ListRequest(Where: FieldSet.Of((searched, FieldValue.Of(Personal))));
            Check(test, (await test.Connector.ListAsync(test.Scope, kind, where, default)).Failure);

            test = Connection(system);
            Looks(happens(test.Vendor, $"POST {list}", test.Time), echo);
            Check(test, (await test.Connector.CreateAsync(test.Scope, kind, FieldSet.Of((named, FieldValue.Of(Personal))), default)).Failure);
        }
    }

    [Fact]
    public async Task FailuresOfTokenCalls_HoldNoSecret()
    {
        foreach (var status in new[] { 400, 401, 403, 404, 409 })
        {
            var test = Connection("synergy");
            var echo = $"{{\"error\":\"{AppSecret} {Code} {TestConnection.Secret}\"}}";
            test.Vendor.On("POST /api/v2/OAuth2/GetAccessToken", (HttpStatusCode)status, echo).On("POST /api/v2/OAuth2/RefreshAccessToken", (HttpStatusCode)status, echo);
            var request = new OAuthRequest(new Uri("https://sync.example/cb"), "s", test.Scope.Settings);
            Check(test, (await test.Connector.RedeemAsync(request, new OAuthAnswer(ImmutableDictionary<string, string>.Empty.Add("code", Code)), default)).Failure);
            Check(test, (await test.Connector.RefreshAsync(test.Scope, new Credentials("oauth", TestConnection.Secret, Code), default)).Failure);
        }
    }

    [Fact]
    public async Task FailuresOfTheCallsOfPartners_HoldNoSecret()
    {
        foreach (var status in new[] { 400, 401, 403, 404, 409, 422 })
        {
            var echo = $"{{\"error\":\"invalid_client\",\"detail\":\"{AppSecret} {Code} {TestConnection.Secret}\"}}";
            var test = Connection("moovila");
            test.Vendor.On("POST /oauth/token", (HttpStatusCode)status, echo).On("POST /oauth/token", (HttpStatusCode)status, echo);
            var request = new OAuthRequest(new Uri("https://sync.example/cb"), "s", test.Scope.Settings, Code);
            Check(test, (await test.Connector.RedeemAsync(request, new OAuthAnswer(ImmutableDictionary<string, string>.Empty.Add("code", Code).Add("state", "s")), default)).Failure);
            Check(test, (await test.Connector.RefreshAsync(test.Scope, new Credentials("oauth", TestConnection.Secret, Code), default)).Failure);

            test.Vendor.On("GET /v1/webhook-endpoints", """{"items":[]}""").On("POST /v1/webhook-endpoints", (HttpStatusCode)status, echo);
            Check(test, (await ((IWebhookRegistrar)test.Connector).RegisterAsync(test.Scope, new Uri($"https://sync.example/api/webhooks/{Code}"), null, default)).Failure);
        }
    }

    [Fact]
    public async Task FailuresOfCallsWithASecretInTheirBody_HoldNone()
    {
        foreach (var status in new[] { 400, 401, 403, 404, 409 })
        {
            var echo = $"[{{\"message\":\"{AppSecret} {Code} {TestConnection.Secret}\",\"error_name\":\"Invalid {Code}\"}}]";
            var test = Connection("raisersedge");
            test.Vendor.On("POST /token", (HttpStatusCode)status, echo).On("POST /token", (HttpStatusCode)status, echo);
            var request = new OAuthRequest(new Uri("https://sync.example/cb"), "s", test.Scope.Settings, Code);
            Check(test, (await test.Connector.RedeemAsync(request, new OAuthAnswer(ImmutableDictionary<string, string>.Empty.Add("code", Code).Add("state", "s")), default)).Failure);
            Check(test, (await test.Connector.RefreshAsync(test.Scope, new Credentials("oauth", TestConnection.Secret, Code), default)).Failure);

            test.Vendor.On("GET /webhook/v1/subscriptions", """{"value":[]}""");
            for (var i = 0; i < test.Connector.Catalog.Settings["eventTypes"].Default.Split(' ').Length; i++)
                test.Vendor.On("POST /webhook/v1/subscriptions", (HttpStatusCode)status, echo);
            Check(test, (await ((IWebhookRegistrar)test.Connector).RegisterAsync(test.Scope, new Uri($"https://sync.example/api/webhooks/{Code}"), new WebhookRegistration([], Code), default)).Failure);
        }
    }

    [Fact]
    public void Credentials_AsText_TellTheirKindOnly() => $"{new Credentials("oauth", TestConnection.Secret, Code)}".ShouldBe("oauth credentials");

    private static TestConnection Connection(string system)
    {
        var settings = new[] { ("applicationKey", "app"), ("applicationSecret", AppSecret), ("allStatusTypes", "false") };
        return system switch
        {
            "synergy" => TestConnection.Synergy(settings),
            "tinyplus" => TestConnection.TinyPlus(settings),
            "moovila" => TestConnection.Moovila([("clientId", "app"), ("clientSecret", AppSecret)]),
            "raisersedge" => TestConnection.RaisersEdge(("subscriptionKey", Personal)),
            _ => TestConnection.ConnectWise(settings),
        };
    }

    /// <summary>ConnectWise is asked whether it still knows the keys where something is not there.</summary>
    private static void Looks(ScriptedVendor vendor, string echo)
    {
        for (var looks = 0; looks < 2; looks++)
            vendor.On("GET /v4_6_release/apis/3.0/system/info", HttpStatusCode.NotFound, echo);
    }

    private static void Check(TestConnection test, VendorFailure? failure)
    {
        test.Vendor.Sent.ShouldNotBeEmpty();
        var texts = test.Calls.Select(call => call.ToString()).Append(failure.ShouldNotBeNull().ToString());
        foreach (var text in texts)
        {
            foreach (var secret in Secrets)
                text.ShouldNotContain(secret, Case.Insensitive);
        }
    }
}
