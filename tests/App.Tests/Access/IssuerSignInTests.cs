using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using SyncFunctions.App.Access;
using SyncFunctions.App.Audit;
using SyncFunctions.App.People;
using SyncFunctions.App.SignIn;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Access;

/// <summary>Signing in by an issuer of OpenID Connect, a simulated one that can be told to lie.</summary>
public sealed class IssuerSignInTests : IAsyncLifetime
{
    private AccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await AccessWorld.StartAsync(
        ("SignIn:Issuer", "{vendors}/idp"), ("SignIn:ClientId", "sync-functions"), ("SignIn:ClientSecret", "sync-functions-secret"), ("SignIn:Name", "Demo"),
        ("SignIn:OperatorClaim", "roles"), ("SignIn:OperatorValue", "SyncFunctions.Operator"));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Person_WhoIsInvited_JoinsAndSignsInAgain_AStrangerIsToldWhomToAsk()
    {
        var stranger = await FinishAsync(await ComeBackAsync(new Browser(), "anna"));
        (stranger.Status, stranger.Cookies).ShouldBe((403, 0));
        stranger.Answer.Body.ShouldContain("nobody has invited you");
        stranger.Answer.Body.ShouldContain("anna@practice.example");

        var link = await InviteAsync(new { role = "member", email = "anna@practice.example" });
        var browser = new Browser();
        var joined = await FinishAsync(await JoinAsync(browser, link, "anna"));

        (joined.Status, joined.Answer.Headers.Location.ToString()).ShouldBe((302, "https://sync.example/api/app/#/t/acme"));
        var tenants = (await MeAsync(browser)).Json.GetProperty("tenants").EnumerateArray().ToList();
        (tenants.ShouldHaveSingleItem().GetProperty("id").GetString(), tenants[0].GetProperty("role").GetString()).ShouldBe(("acme", "member"));
        var again = await FinishAsync(await ComeBackAsync(new Browser(), "anna", "/t/acme/people?x=1"));
        (again.Status, again.Answer.Headers.Location.ToString(), again.Cookies).ShouldBe((302, "https://sync.example/api/app/#/t/acme/people?x=1", 1));
    }

    [Fact]
    public async Task Invitation_ForSomebodyElse_IsNotSpent()
    {
        var link = await InviteAsync(new { role = "member", email = "anna@practice.example" });

        var other = await FinishAsync(await JoinAsync(new Browser(), link, "ben"));
        (other.Status, other.Cookies).ShouldBe((403, 0));
        other.Answer.Body.ShouldContain("is for anna@practice.example");

        (await FinishAsync(await JoinAsync(new Browser(), link, "anna"))).Status.ShouldBe(302);
        (await AcceptAsync(new Browser(), link)).Status.ShouldBe(404, "used");
    }

    [Fact]
    public async Task SignIns_AreInTheAuditLog_AndThoseThatWereRefused()
    {
        await FinishAsync(await ComeBackAsync(new Browser(), "ben"));
        var link = await InviteAsync(new { role = "member", email = "anna@practice.example" });
        await FinishAsync(await JoinAsync(new Browser(), link, "ben"));
        await FinishAsync(await JoinAsync(new Browser(), link, "anna"));
        var come = await ComeBackAsync(new Browser(), "anna");
        await FinishAsync(come);
        await FinishAsync(come);

        var ofTenant = (await _world.AuditAsync(AccessWorld.Acme)).Where(entry => entry.What == nameof(FinishIssuerSignIn)).ToList();
        var ofNobody = await _world.AuditAsync(tenant: null);
        ofTenant.Select(entry => entry.Status).ShouldBe([403, 302], "somebody else's invitation, then the person's");
        ofNobody.Select(entry => (entry.What, entry.Status)).ShouldBe([(nameof(FinishIssuerSignIn), 403), (nameof(FinishIssuerSignIn), 302)], "a stranger, then a sign-in; whoever cannot be known is in neither");
        ofNobody[1].Who.ShouldBe(ofTenant[1].Who);
        (ofNobody[0].Who.Name, ofNobody[0].Who.Id).ShouldBe(("somebody whom nobody has invited", ofTenant[0].Who.Id));
        AuditText.Of(ofNobody[0].What, ofNobody[0].Status).ShouldBe("was not allowed to do this: signed in by the issuer");
    }

    [Fact]
    public async Task Operator_ByAClaim_NeedsNoInvitation()
    {
        var browser = new Browser();
        (await FinishAsync(await ComeBackAsync(browser, "ada"))).Status.ShouldBe(302);

        (await MeAsync(browser)).Json.GetProperty("operator").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"claims":{"iss":"https://evil.example"}}""")]
    [InlineData("""{"claims":{"aud":"another-app"}}""")]
    [InlineData("""{"claims":{"aud":["sync-functions","another-app"],"azp":"another-app"}}""")]
    [InlineData("""{"claims":{"nonce":"another"}}""")]
    [InlineData("""{"claims":{"nonce":null}}""")]
    [InlineData("""{"claims":{"exp":1700000000}}""")]
    [InlineData("""{"claims":{"nbf":4102444800}}""")]
    [InlineData("""{"claims":{"sub":""}}""")]
    [InlineData("""{"head":{"alg":"none"}}""")]
    [InlineData("""{"head":{"alg":"HS256"}}""")]
    public async Task Token_ThatIsNotAsItMustBe_SignsNobodyIn(string next)
    {
        await _world.Http.ControlAsync("idp", HttpMethod.Post, "next", System.Text.Json.JsonDocument.Parse(next).RootElement);

        var answer = await FinishAsync(await ComeBackAsync(new Browser(), "ada"));

        (answer.Status, answer.Cookies).ShouldBe((400, 0));
    }

    [Fact]
    public async Task Callback_ThatIsNotTheOneThatWasBegun_SignsNobodyIn()
    {
        var done = await ComeBackAsync(new Browser(), "ada");
        (await FinishAsync(done)).Status.ShouldBe(302);
        (await FinishAsync(done)).Status.ShouldBe(400, "a replay");

        var attackers = await ComeBackAsync(new Browser(), "ada");
        (await FinishAsync((new Browser(), attackers.Back))).Status.ShouldBe(400, "no cookie");
        var other = new Browser();
        await BeginAsync(other);
        attackers = await ComeBackAsync(new Browser(), "ada");
        (await FinishAsync((other, attackers.Back))).Status.ShouldBe(400, "another browser");
        (await FinishAsync(attackers)).Status.ShouldBe(400, "and the state is spent by it");

        foreach (var (name, value) in new (string, string?)[] { ("state", "another"), ("state", null), ("iss", "https://evil.example"), ("iss", null), ("code", "another"), ("code", null) })
        {
            var begun = await ComeBackAsync(new Browser(), "ada");
            (await FinishAsync((begun.Browser, With(begun.Back, name, value)))).Cookies.ShouldBe(0, $"{name}={value}");
        }

        var late = await ComeBackAsync(new Browser(), "ada");
        _world.Http.Time.Advance(TimeSpan.FromMinutes(11));
        (await FinishAsync(late)).Status.ShouldBe(400, "too late");

        // What an attacker got by a code of theirs: the verifier belongs to the browser that began.
        var (mine, theirs) = (await ComeBackAsync(new Browser(), "ada"), await ComeBackAsync(new Browser(), "ben"));
        (await FinishAsync((mine.Browser, With(mine.Back, "code", QueryHelpers.ParseQuery(theirs.Back.Query)["code"])))).Status.ShouldBe(400, "a code that was not asked for");
    }

    [Fact]
    public async Task Issuer_WithOtherKeys_IsAskedForThem()
    {
        (await FinishAsync(await ComeBackAsync(new Browser(), "ada"))).Status.ShouldBe(302);
        await _world.Http.ControlAsync("idp", HttpMethod.Post, "rotate");
        _world.Http.Time.Advance(TimeSpan.FromMinutes(2));

        (await FinishAsync(await ComeBackAsync(new Browser(), "ada"))).Status.ShouldBe(302);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/t/acme#x")]
    [InlineData("/t/acme\r\nSet-Cookie: a=b")]
    [InlineData("")]
    public async Task ReturnTo_ThatIsNoPageOfOurs_LeadsToTheBeginning(string returnTo) =>
        (await FinishAsync(await ComeBackAsync(new Browser(), "ada", returnTo))).Answer.Headers.Location.ToString().ShouldBe("https://sync.example/api/app/#/");

    [Fact]
    public async Task Person_WhoDeclines_IsNotSignedIn()
    {
        var browser = new Browser();
        var back = await _world.Http.ConsentAsync(await BeginAsync(browser), "deny", "ada");

        var answer = await FinishAsync((browser, back));

        answer.Cookies.ShouldBe(0);
        answer.Answer.Body.ShouldContain("Demo did not sign you in");
    }

    private static Uri With(Uri address, string name, string? value)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(one => one.Key, one => (string?)one.Value.ToString());
        if (value is null) query.Remove(name);
        else query[name] = value;
        return new Uri(QueryHelpers.AddQueryString(address.GetLeftPart(UriPartial.Path), query));
    }

    private async Task<Uri> BeginAsync(Browser browser, string returnTo = "/")
    {
        var answer = await _world.SendAsync<BeginIssuerSignIn>(
            _world.Request("GET", $"session/issuer?returnTo={Uri.EscapeDataString(returnTo)}", browser), (function, request) => function.Run(request, default), browser: browser);
        answer.Status.ShouldBe(302);
        return new Uri(answer.Headers.Location.ToString());
    }

    private async Task<(Browser Browser, Uri Back)> ComeBackAsync(Browser browser, string person, string returnTo = "/") =>
        (browser, await _world.Http.ConsentAsync(await BeginAsync(browser, returnTo), user: person));

    private async Task<(Browser Browser, Uri Back)> JoinAsync(Browser browser, Uri link, string person)
    {
        var answer = await AcceptAsync(browser, link);
        answer.Status.ShouldBe(200, answer.Body);
        return (browser, await _world.Http.ConsentAsync(new Uri(answer.Json.GetProperty("redirect").GetString()!), user: person));
    }

    private Task<Answer> AcceptAsync(Browser browser, Uri link) => _world.SendAsync<AcceptInvitation>(
        _world.Request("POST", "session/invitation/accept", browser, new { code = link.Fragment.Split('/')[^1] }), (function, request) => function.Run(request, default), browser: browser);

    private async Task<Uri> InviteAsync(object body)
    {
        var request = _world.Http.Request("POST", new Uri("https://sync.example/api/manage/v1/tenants/acme/invitations"), body);
        var answer = await HttpWorld.ExecuteAsync(request, _world.Http.Function<CreateInvitation>().Run(request, "acme", default));
        answer.Status.ShouldBe(201, answer.Body);
        return new Uri(answer.Json.GetProperty("link").GetString()!);
    }

    /// <summary>The browser comes from the issuer's site, which sends no cookie that is strict.</summary>
    /// <returns>How many sessions were begun, too.</returns>
    private async Task<(int Status, int Cookies, Answer Answer)> FinishAsync((Browser Browser, Uri Back) come)
    {
        var request = _world.Http.Request("GET", come.Back, null, come.Browser);
        request.HttpContext.Features.Set<Caller>(null);
        request.Headers["Sec-Fetch-Site"] = "cross-site";
        var answer = await _world.SendAsync<FinishIssuerSignIn>(request, (function, own) => function.Run(own, default), browser: come.Browser);
        return (answer.Status, answer.Headers.SetCookie.Count(cookie => cookie!.Contains("sync-session", StringComparison.Ordinal)), answer);
    }

    private Task<Answer> MeAsync(Browser browser) => _world.SendAsync<GetMe>(_world.Request("GET", "manage/v1/me", browser), (function, request) => function.Run(request, default));
}
