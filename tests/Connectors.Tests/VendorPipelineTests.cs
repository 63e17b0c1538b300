using System.Net;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

public sealed class VendorPipelineTests
{
    private const string One = "GET /v2/companies/1";
    private const string Create = "POST /v2/companies";
    private const string Update = "PATCH /v2/companies/1";
    private const string Company = """{"id":1,"name":"Acme"}""";

    private readonly TestConnection _test = TestConnection.TinyPlus();

    private ScriptedVendor Vendor => _test.Vendor;

    [Fact]
    public async Task Read_AfterServerErrors_IsRepeatedWithGrowingWaits()
    {
        Vendor.On(One, HttpStatusCode.InternalServerError).On(One, HttpStatusCode.BadGateway).On(One, HttpStatusCode.ServiceUnavailable).On(One, Company);
        (await Get()).Success().Id.ShouldBe("1");
        _test.Time.Waits.Count.ShouldBe(3);
        _test.Time.Waits[0].ShouldBeInRange(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500));
        _test.Time.Waits[1].ShouldBeInRange(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(1000));
        _test.Time.Waits[2].ShouldBeInRange(TimeSpan.FromMilliseconds(1000), TimeSpan.FromMilliseconds(2000));
    }

    [Fact]
    public async Task Read_VendorStaysDown_GivesUpWithinThirtySecondsAndSaysUntilWhen()
    {
        for (var i = 0; i <= Backoff.MaxRepeats; i++)
            Vendor.On(One, HttpStatusCode.ServiceUnavailable);
        var start = _test.Time.GetUtcNow();
        var failure = (await Get()).Failed(FailureKind.Unavailable);
        failure.Until.ShouldNotBeNull().ShouldBeGreaterThan(_test.Time.GetUtcNow());
        failure.Ambiguous.ShouldBeFalse();
        (_test.Time.GetUtcNow() - start).ShouldBeLessThanOrEqualTo(Backoff.Total);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("Wed, 04 Mar 2026 05:06:14 GMT")]
    public async Task Read_RetryAfterInEitherForm_IsWaitedFor(string retryAfter)
    {
        Vendor.On(One, HttpStatusCode.TooManyRequests, headers: ("Retry-After", retryAfter)).On(One, Company);
        (await Get()).Success();
        _test.Time.Waits.ShouldHaveSingleItem().ShouldBeInRange(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7.5));
    }

    [Fact]
    public async Task Read_RetryAfterDateOfAVendorWhoseClockIsOff_IsTakenByThatClock()
    {
        Vendor.On(One, HttpStatusCode.TooManyRequests, "", ("Date", "Wed, 04 Mar 2026 07:00:00 GMT"), ("Retry-After", "Wed, 04 Mar 2026 07:00:03 GMT")).On(One, Company);
        (await Get()).Success();
        _test.Time.Waits.ShouldHaveSingleItem().ShouldBeInRange(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.5));
    }

    [Fact]
    public async Task Read_RetryAfterLongerThanWeWait_ReturnsAtOnceWithTheTime()
    {
        Vendor.On(One, HttpStatusCode.TooManyRequests, headers: ("Retry-After", "3600"));
        (await Get()).Failed(FailureKind.RateLimited).Until.ShouldBe(_test.Time.GetUtcNow().AddHours(1));
        _test.Time.Waits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(HttpRequestError.Unknown)]
    [InlineData(HttpRequestError.ResponseEnded)]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task Read_ConnectionFails_IsRepeated(HttpRequestError error)
    {
        Vendor.Breaks(One, error).On(One, Company);
        (await Get()).Success();
    }

    [Fact]
    public async Task Read_HangsTwice_IsGivenUpAfterTheSecondTimeOut()
    {
        Vendor.Hangs(One, _test.Time).Hangs(One, _test.Time);
        (await Get()).Failed(FailureKind.Transient).Ambiguous.ShouldBeFalse();
        Vendor.IsDone.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"id":1,"na""")]
    [InlineData("<html>Sign in</html>")]
    public async Task Read_AnswerIsNoCompleteJson_IsTransientAndRepeated(string body)
    {
        Vendor.On(One, body).On(One, Company);
        (await Get()).Success();
        _test.Calls.First().Failure.ShouldBe(FailureKind.Transient);
    }

    [Theory]
    [InlineData("""["no", "record"]""", "no JSON object")]
    [InlineData("""{"name":"no id"}""", "no id")]
    [InlineData("""{"id":1,"name":{"first":"personal"}}""", "name of companies 1")]
    public async Task Read_AnswerHasAnotherShape_IsPermanentAndSaysWhatIsWrong(string body, string expected)
    {
        Vendor.On(One, body);
        var failure = (await Get()).Failed(FailureKind.Permanent);
        failure.Message.ShouldContain(expected);
        failure.Message.ShouldNotContain("personal");
    }

    [Fact]
    public async Task Read_AnswerLargerThanTheLimit_IsPermanent()
    {
        Vendor.On(One, new string('x', VendorPipeline.MaxAnswerBytes + 1));
        (await Get()).Failed(FailureKind.Permanent).Message.ShouldContain("larger than");
    }

    [Theory]
    [InlineData(HttpStatusCode.Found, FailureKind.Misconfigured)]
    [InlineData(HttpStatusCode.BadRequest, FailureKind.Permanent)]
    [InlineData(HttpStatusCode.UnprocessableEntity, FailureKind.Permanent)]
    [InlineData(HttpStatusCode.Forbidden, FailureKind.Forbidden)]
    [InlineData(HttpStatusCode.NotFound, FailureKind.NotFound)]
    [InlineData(HttpStatusCode.Gone, FailureKind.NotFound)]
    [InlineData(HttpStatusCode.MethodNotAllowed, FailureKind.Misconfigured)]
    [InlineData(HttpStatusCode.Conflict, FailureKind.Conflict)]
    [InlineData(HttpStatusCode.PreconditionFailed, FailureKind.Conflict)]
    public async Task Status_ThatIsFinal_IsMappedAndNotRepeated(HttpStatusCode status, FailureKind kind)
    {
        Vendor.On(One, status, "secret body");
        var failure = (await Get()).Failed(kind);
        failure.Status.ShouldBe((int)status);
        failure.Message.ShouldNotContain("secret body");
    }

    [Fact]
    public async Task Status_NotFoundOfAList_IsAWrongSettingNotAMissingRecord()
    {
        Vendor.On("GET /v2/companies", HttpStatusCode.NotFound);
        (await _test.Connector.ListAsync(_test.Scope, "companies", new ListRequest(), default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task Refusal_ThatNamesARight_TellsIt()
    {
        Vendor.On(One, HttpStatusCode.Forbidden, """{"message":"Access denied: this user does not have the right 'View staff'."}""");
        var failure = (await Get()).Failed(FailureKind.Forbidden);
        failure.Right.ShouldBe("View staff");
        failure.Message.ShouldContain("View staff");
    }

    [Fact]
    public async Task Refusal_OfAWrite_NamesTheSentFieldsThatTheAnswerSpeaksOf()
    {
        Vendor.On(Update, HttpStatusCode.BadRequest, """{"errors":{"phone":["personal"]},"message":"The field Phone is too long."}""");
        var failure = (await _test.Connector.UpdateAsync(_test.Scope, "companies", "1", TestConnection.Fields(("name", FieldValue.Of("Acme")), ("phone", FieldValue.Of("1"))), default)).Failed(FailureKind.Permanent);
        failure.Message.ShouldContain("phone");
        failure.Message.ShouldNotContain("name");
        failure.Message.ShouldNotContain("personal");
    }

    [Theory]
    [InlineData(HttpRequestError.Unknown)]
    [InlineData(HttpRequestError.ResponseEnded)]
    [InlineData(HttpRequestError.InvalidResponse)]
    public async Task Create_ConnectionBreaksAfterSending_IsAmbiguousAndNotRepeated(HttpRequestError error)
    {
        Vendor.Breaks(Create, error);
        (await CreateCompany()).Failed(FailureKind.Transient).Ambiguous.ShouldBeTrue();
        Vendor.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Create_Hangs_IsAmbiguousAndNotRepeated()
    {
        Vendor.Hangs(Create, _test.Time);
        (await CreateCompany()).Failed(FailureKind.Transient).Ambiguous.ShouldBeTrue();
        Vendor.Sent.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task Create_ServerFailsOnTheWay_IsAmbiguousAndNotRepeated(HttpStatusCode status)
    {
        Vendor.On(Create, status);
        (await CreateCompany()).Failed(FailureKind.Transient).Ambiguous.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"id":1,"na""")]
    [InlineData("{}")]
    public async Task Create_DoneButAnswerUnreadable_IsAmbiguous(string body)
    {
        Vendor.On(Create, HttpStatusCode.Created, body);
        (await CreateCompany()).Failure.ShouldNotBeNull().Ambiguous.ShouldBeTrue();
        Vendor.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Create_RefusedBeforeItCouldBeApplied_IsRepeated()
    {
        Vendor.Breaks(Create, HttpRequestError.ConnectionError).On(Create, HttpStatusCode.TooManyRequests).On(Create, HttpStatusCode.ServiceUnavailable).On(Create, HttpStatusCode.Created, Company);
        (await CreateCompany()).Success().Id.ShouldBe("1");
    }

    [Fact]
    public async Task Create_RefusedAtLast_IsNotAmbiguous()
    {
        Vendor.On(Create, HttpStatusCode.TooManyRequests).On(Create, HttpStatusCode.BadRequest);
        (await CreateCompany()).Failed(FailureKind.Permanent).Ambiguous.ShouldBeFalse();
    }

    [Fact]
    public async Task Update_ConnectionBreaks_IsRepeatedSinceItsValuesAreAbsolute()
    {
        Vendor.Breaks(Update, HttpRequestError.ResponseEnded).On(Update, Company);
        (await UpdateCompany()).Success();
    }

    [Fact]
    public async Task Update_MayHaveBeenAppliedBeforeALaterRefusal_IsAmbiguous()
    {
        Vendor.Breaks(Update, HttpRequestError.ResponseEnded).On(Update, HttpStatusCode.TooManyRequests, headers: ("Retry-After", "600"));
        (await UpdateCompany()).Failed(FailureKind.RateLimited).Ambiguous.ShouldBeTrue();
    }

    [Fact]
    public async Task Delete_AppliedByAnAttemptThatBroke_FindsTheRecordGone()
    {
        Vendor.Breaks("DELETE /v2/companies/1", HttpRequestError.ResponseEnded).On("DELETE /v2/companies/1", HttpStatusCode.NotFound);
        (await _test.Connector.DeleteAsync(_test.Scope, "companies", "1", default)).Success().ShouldBeFalse();
    }

    [Fact]
    public async Task Credentials_Refused_AreRenewedOnceAndTheCallRepeated()
    {
        var credentials = Use(new TestCredentials(new Credentials("oauth", "old"), new Credentials("oauth", "new")));
        Vendor.On(Create, HttpStatusCode.Unauthorized).On(Create, HttpStatusCode.Created, Company);
        (await CreateCompany()).Success();
        credentials.Renewals.ShouldBe(1);
        Vendor.Sent.Select(sent => sent.Header("Authorization")).ShouldBe(["old", "new"]);
    }

    [Fact]
    public async Task Credentials_RefusedAgainAfterRenewal_AreExpired()
    {
        var credentials = Use(new TestCredentials(new Credentials("oauth", "old"), new Credentials("oauth", "new"), new Credentials("oauth", "newer")));
        Vendor.On(One, HttpStatusCode.Unauthorized).On(One, HttpStatusCode.Unauthorized);
        (await Get()).Failed(FailureKind.AuthExpired);
        credentials.Renewals.ShouldBe(1);
    }

    [Fact]
    public async Task Credentials_RefusedAgainInALaterAttempt_AreNotRenewedASecondTime()
    {
        var credentials = Use(new TestCredentials(new Credentials("oauth", "old"), new Credentials("oauth", "new"), new Credentials("oauth", "newer")));
        Vendor.On(One, HttpStatusCode.Unauthorized).On(One, HttpStatusCode.InternalServerError).On(One, HttpStatusCode.Unauthorized);
        (await Get()).Failed(FailureKind.AuthExpired);
        credentials.Renewals.ShouldBe(1);
        Vendor.Sent.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Credentials_RefusedAndNoNewerOnes_EndWithTheReasonOfTheSource()
    {
        Vendor.On(One, HttpStatusCode.Unauthorized);
        (await Get()).Failed(FailureKind.AuthExpired).Message.ShouldBe("There are no newer credentials.");
    }

    [Theory]
    [InlineData("line\nbreak")]
    [InlineData("not–ascii")]
    [InlineData("two words")]
    public async Task Credentials_WithWhatNoHeaderHolds_AreRefusedWithoutACall(string token)
    {
        Use(new TestCredentials(new Credentials("token", token)));
        var failure = (await Get()).Failed(FailureKind.AuthExpired);
        failure.Message.ShouldNotContain(token);
        Vendor.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Budget_IsTakenForEveryAttempt()
    {
        var budget = new TestBudget(10, default);
        _test.Scope = _test.Scope with { Budget = budget, Credentials = new TestCredentials(new Credentials("oauth", "old"), new Credentials("oauth", "new")) };
        Vendor.On(One, HttpStatusCode.InternalServerError).On(One, HttpStatusCode.Unauthorized).On(One, Company);
        (await Get()).Success();
        budget.Taken.ShouldBe(3);
    }

    [Fact]
    public async Task Budget_UsedUpForLonger_ReturnsTheTimeWithoutACall()
    {
        var until = _test.Time.GetUtcNow().AddHours(5);
        _test.Scope = _test.Scope with { Budget = new TestBudget(0, until) };
        (await Get()).Failed(FailureKind.RateLimited).Until.ShouldBe(until);
        Vendor.Sent.ShouldBeEmpty();
        _test.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Address_NotHttps_IsMisconfiguredAndNothingIsSent()
    {
        foreach (var address in new[] { "http://api.tiny.plus/v2/", "nowhere", "ftp://api.tiny.plus/", "" })
        {
            _test.Scope = _test.Scope with { Settings = _test.Scope.Settings.SetItem("apiBase", address) };
            (await Get()).Failed(FailureKind.Misconfigured);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("1/../../me")]
    [InlineData("1?x=1")]
    public async Task Id_ThatWouldBeAnotherAddress_IsNotFoundWithoutACall(string id)
    {
        (await _test.Connector.GetAsync(_test.Scope, "companies", id, default)).Failed(FailureKind.NotFound);
        (await _test.Connector.DeleteAsync(_test.Scope, "companies", id, default)).Success().ShouldBeFalse();
        Vendor.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Observer_IsToldOfEveryAttempt()
    {
        Vendor.On("GET /v2/companies", HttpStatusCode.InternalServerError).Breaks("GET /v2/companies", HttpRequestError.ResponseEnded).On("GET /v2/companies", "[]");
        await _test.Connector.ListAsync(_test.Scope, "companies", new ListRequest(Where: TestConnection.Fields(("name", FieldValue.Of("private")))), default);
        _test.Calls.Select(call => (call.System, call.Method, call.Path, call.Status, call.Failure)).ShouldBe([
            ("tinyplus", "GET", "/v2/companies", 500, FailureKind.Transient),
            ("tinyplus", "GET", "/v2/companies", null, FailureKind.Transient),
            ("tinyplus", "GET", "/v2/companies", 200, null),
        ]);
    }

    [Fact]
    public async Task Cancellation_OfTheCaller_IsTheOnlyThingThrown()
    {
        using var cancellation = new CancellationTokenSource();
        Vendor.On(One, async token =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            throw new InvalidOperationException();
        });
        await Should.ThrowAsync<OperationCanceledException>(() => _test.Connector.GetAsync(_test.Scope, "companies", "1", cancellation.Token));
    }

    [Fact]
    public async Task Calls_OfOneConnection_AreBoundedWhileOthersGoOn()
    {
        using var vendor = new CountingVendor();
        using var http = new HttpClient(vendor);
        var connector = new Systems(new VendorPipeline(http, TimeProvider.System, new Random(1)))["tinyplus"];
        var scope = TestConnection.ScopeOf([(VendorPipeline.ConcurrencySetting, "3")]);
        var other = scope with { };
        other = new ConnectionScope(scope.Tenant, new ConnectionId("c2")) { Settings = scope.Settings, Credentials = scope.Credentials, Budget = scope.Budget };

        var calls = Enumerable.Range(1, 10).Select(id => connector.GetAsync(scope, "companies", $"{id}", default)).ToList();
        calls.Add(connector.GetAsync(other, "companies", "11", default));
        vendor.Open.ShouldBe(4, "three of one connection and one of the other");
        vendor.Release();
        (await Task.WhenAll(calls)).ShouldAllBe(result => result.Failure == null);
        vendor.Most.ShouldBe(4);
    }

    private Task<VendorResult<Record>> Get() => _test.Connector.GetAsync(_test.Scope, "companies", "1", default);

    private Task<VendorResult<Record>> CreateCompany() =>
        _test.Connector.CreateAsync(_test.Scope, "companies", TestConnection.Fields(("name", FieldValue.Of("Acme"))), default);

    private Task<VendorResult<Record>> UpdateCompany() =>
        _test.Connector.UpdateAsync(_test.Scope, "companies", "1", TestConnection.Fields(("name", FieldValue.Of("Acme"))), default);

    private TestCredentials Use(TestCredentials credentials)
    {
        _test.Scope = _test.Scope with { Credentials = credentials };
        return credentials;
    }

    /// <summary>Holds requests until it is released, and counts how many there are.</summary>
    private sealed class CountingVendor : HttpMessageHandler
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _open;
        private int _most;

        public int Open => _open;

        public int Most => _most;

        public void Release() => _released.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var open = Interlocked.Increment(ref _open);
            InterlockedMax(ref _most, open);
            await _released.Task;
            Interlocked.Decrement(ref _open);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Company) };
        }

        private static void InterlockedMax(ref int target, int value)
        {
            for (var seen = target; value > seen && Interlocked.CompareExchange(ref target, value, seen) != seen; seen = target)
            {
            }
        }
    }
}
