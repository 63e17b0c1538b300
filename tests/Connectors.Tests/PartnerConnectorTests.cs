using System.Collections.Immutable;
using System.Net;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

/// <summary>The partner contract to the letter: what is sent, and what is made of the answers.</summary>
public sealed class PartnerConnectorTests
{
    private const string Project = """{"id":"7","createdAt":"2026-01-30T08:00:00.000Z","modifiedAt":"2026-01-31T08:00:00.123Z","version":"v-2","title":"Hall","ownerId":"19","startDate":"2026-02-28","archived":false,"unheardOf":1}""";

    private readonly TestConnection _test = TestConnection.Moovila(("clientId", "app"), ("clientSecret", "application-secret"));

    private ScriptedVendor Vendor => _test.Vendor;

    [Fact]
    public async Task List_AsksForAPageOfWhatChangedInsideARecord_AndGoesOnWithTheCursor()
    {
        var request = new ListRequest(new DateTimeOffset(2026, 1, 31, 9, 0, 0, 5, TimeSpan.FromHours(1)), ParentId: "p1", Where: FieldSet.Of(("title", FieldValue.Of("Draw & paint")), ("phaseId", FieldValue.None)));
        const string First = "/v1/tasks?limit=200&since=2026-01-31T08:00:00.005Z&parent=p1&phaseId=&title=Draw & paint";
        Vendor.On($"GET {First}", """{"items":[],"next":"abc"}""").On($"GET {First}&cursor=abc", """{"items":[],"next":null}""");
        var page = (await _test.Connector.ListAsync(_test.Scope, "tasks", request, default)).Success();
        page.NextPage.ShouldBe("abc");
        (await _test.Connector.ListAsync(_test.Scope, "tasks", request with { PageToken = page.NextPage }, default)).Success().NextPage.ShouldBeNull();
        Vendor.Sent[0].Header("Authorization").ShouldBe($"Bearer {TestConnection.Secret}");
    }

    [Fact]
    public async Task Record_IsReadWithItsVersionTimesAndLabel()
    {
        Vendor.On("GET /v1/projects/7", Project);
        var project = (await _test.Connector.GetAsync(_test.Scope, "projects", "7", default)).Success();
        project.ShouldSatisfyAllConditions(
            () => project.Version.ShouldBe("v-2"),
            () => project.Modified.ShouldBe(new DateTimeOffset(2026, 1, 31, 8, 0, 0, 123, TimeSpan.Zero)),
            () => project.Created.ShouldBe(new DateTimeOffset(2026, 1, 30, 8, 0, 0, TimeSpan.Zero)),
            () => project.Label.ShouldBe("Hall"),
            () => project.Fields.Keys.ShouldBe(["archived", "ownerId", "startDate", "title"]));
    }

    [Fact]
    public async Task Update_IsAMergePatchOfTheVersionThatIsMeant_WithIdsAsTexts()
    {
        Vendor.On("PATCH /v1/projects/7", Project);
        var fields = FieldSet.Of(("ownerId", new FieldValue.Reference("19")), ("description", FieldValue.None), ("plannedHours", FieldValue.Of(1.5m)));
        (await _test.Connector.UpdateAsync(_test.Scope, "projects", "7", fields, default, "v-1")).Success();
        Vendor.Sent[0].Header("If-Match").ShouldBe("\"v-1\"");
        Vendor.Sent[0].Body.ShouldBe("""{"description":null,"ownerId":"19","plannedHours":1.5}""");
    }

    [Fact]
    public async Task Create_WithoutAKey_IsNotRepeated_AndWithOneIs()
    {
        Vendor.Breaks("POST /v1/projects", HttpRequestError.ResponseEnded);
        (await _test.Connector.CreateAsync(_test.Scope, "projects", FieldSet.Empty, default)).Failed(FailureKind.Transient).Ambiguous.ShouldBeTrue();
        Vendor.Sent.ShouldHaveSingleItem().Header("Idempotency-Key").ShouldBeEmpty();

        Vendor.Breaks("POST /v1/projects", HttpRequestError.ResponseEnded).On("POST /v1/projects", HttpStatusCode.Created, Project);
        (await _test.Connector.CreateAsync(_test.Scope, "projects", FieldSet.Empty, default, "op-1")).Success().Id.ShouldBe("7");
        Vendor.Sent.Skip(1).Select(sent => sent.Header("Idempotency-Key")).ShouldBe(["op-1", "op-1"]);
    }

    [Theory]
    [InlineData(409, "urn:problem-type:partner:in-use", FailureKind.Conflict)]
    [InlineData(412, "urn:problem-type:partner:other-version", FailureKind.Conflict)]
    [InlineData(422, "urn:problem-type:partner:idempotency-key-reused", FailureKind.Conflict)]
    [InlineData(422, "urn:problem-type:partner:validation", FailureKind.Permanent)]
    [InlineData(403, "urn:problem-type:partner:right-missing", FailureKind.Forbidden)]
    [InlineData(404, "about:blank", FailureKind.NotFound)]
    [InlineData(410, "urn:problem-type:partner:gone", FailureKind.NotFound)]
    [InlineData(415, "about:blank", FailureKind.Permanent)]
    public async Task Problem_IsTakenForWhatItIs(int status, string type, FailureKind kind)
    {
        Vendor.On("PATCH /v1/projects/7", (HttpStatusCode)status, $$"""{"type":"{{type}}","title":"No","status":{{status}}}""");
        (await _test.Connector.UpdateAsync(_test.Scope, "projects", "7", FieldSet.Empty, default)).Failed(kind);
    }

    [Fact]
    public async Task Create_ThatIsStillAtWorkElsewhere_WaitsAndGetsItsRecord()
    {
        Vendor.On("POST /v1/projects", HttpStatusCode.Conflict, """{"type":"urn:problem-type:partner:idempotency-key-in-progress","title":"Wait","status":409}""", ("Retry-After", "2"))
            .On("POST /v1/projects", HttpStatusCode.Created, Project);
        (await _test.Connector.CreateAsync(_test.Scope, "projects", FieldSet.Empty, default, "op-1")).Success().Id.ShouldBe("7");
        _test.Time.Waits.ShouldContain(wait => wait >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Refusal_NamesTheFieldsThatWereSent()
    {
        Vendor.On("POST /v1/projects", HttpStatusCode.UnprocessableEntity, """{"type":"urn:problem-type:partner:validation","title":"No","status":422,"errors":[{"pointer":"#/title","detail":"Too long."}]}""");
        (await _test.Connector.CreateAsync(_test.Scope, "projects", FieldSet.Of(("title", FieldValue.Of("x"))), default)).Failed(FailureKind.Permanent).Message.ShouldEndWith("its answer speaks of: title.");
    }

    [Fact]
    public async Task Id_ThatIsNoSegment_IsNotAskedFor()
    {
        (await _test.Connector.GetAsync(_test.Scope, "projects", "../account", default)).Failed(FailureKind.NotFound);
        (await _test.Connector.DeleteAsync(_test.Scope, "projects", "a/b", default)).Success().ShouldBeFalse();
        Vendor.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Redeem_SendsTheVerifierAndKeepsTheTokens()
    {
        var request = new OAuthRequest(new Uri("https://sync.example/cb"), "state", _test.Scope.Settings, "the-verifier");
        Vendor.On("POST /oauth/token", """{"access_token":"a1","token_type":"Bearer","expires_in":3600,"refresh_token":"r1"}""");
        var answer = new OAuthAnswer(ImmutableDictionary<string, string>.Empty.Add("code", "c1").Add("state", "state"));
        var credentials = (await _test.Connector.RedeemAsync(request, answer, default)).Success();
        (credentials.AccessToken, credentials.RefreshToken, credentials.ExpiresAt).ShouldBe(("a1", "r1", _test.Time.GetUtcNow().AddHours(1)));
        Vendor.Sent[0].Body.ShouldBe("grant_type=authorization_code&code=c1&redirect_uri=https%3A%2F%2Fsync.example%2Fcb&code_verifier=the-verifier&client_id=app&client_secret=application-secret");

        (await _test.Connector.RedeemAsync(request, new OAuthAnswer(answer.Values.SetItem("state", "other")), default)).Failed(FailureKind.Permanent);
        (await _test.Connector.RedeemAsync(request, new OAuthAnswer(answer.Values.Remove("code")), default)).Failed(FailureKind.AuthExpired);
    }

    [Fact]
    public void ConsentPage_HasTheChallengeOfTheVerifier()
    {
        // RFC 7636, appendix B.
        var request = new OAuthRequest(new Uri("https://sync.example/cb"), "s", _test.Scope.Settings, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        var page = _test.Connector.AuthorizeAddress(request);
        page.GetLeftPart(UriPartial.Path).ShouldBe("https://moovila.example/oauth/authorize");
        page.Query.ShouldContain("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
    }

    [Theory]
    [InlineData("""{"items":7,"next":null}""")]
    [InlineData("""[]""")]
    [InlineData("""{"items":[{"title":"no id"}],"next":null}""")]
    [InlineData("""{"items":[{"id":"1","createdAt":"soon"}],"next":null}""")]
    public async Task Page_ThatIsNotAsTheContractSays_IsPermanent(string body)
    {
        Vendor.On("GET /v1/projects", body);
        (await _test.Connector.ListAsync(_test.Scope, "projects", new ListRequest(), default)).Failed(FailureKind.Permanent);
    }
}
