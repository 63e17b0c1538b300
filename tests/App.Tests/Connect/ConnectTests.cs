using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Manage;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Connect;

public sealed class ConnectTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly Browser _browser = new();
    private HttpWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await HttpWorld.StartAsync(azurite);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Invitation_FollowedThroughTheVendor_Connects()
    {
        await _world.AddConnectionAsync("synergy", "left");

        var page = await FollowAsync("synergy", await InviteAsync("left"));

        page.Status.ShouldBe(200);
        page.Body.ShouldContain("is connected");
        var connection = await _world.ConnectionAsync("left");
        connection.Health.ShouldBe(ConnectionHealth.Connected);
        connection.AccountId.ShouldBe("demo");
        connection.Secret.ShouldNotBeNull();
    }

    [Fact]
    public async Task ImplicitGrant_FollowedThroughTheVendor_PostsTheFragmentAndConnects()
    {
        await _world.AddConnectionAsync("tinyplus", "right");
        var consent = await BeginAsync("tinyplus", await InviteAsync("right"));
        var back = await _world.ConsentAsync(consent!);

        // The browser keeps the fragment to itself: the server sees the bare address and answers with the page.
        var page = await CallbackAsync("tinyplus", new Uri(back.GetLeftPart(UriPartial.Query)));
        var answer = await PostFragmentAsync("tinyplus", back.Fragment[1..]);

        page.Body.ShouldContain("location.hash");
        page.Body.ShouldContain("history.replaceState");
        answer.Json.GetProperty("connected").GetBoolean().ShouldBeTrue(answer.Body);
        (await _world.ConnectionAsync("right")).Health.ShouldBe(ConnectionHealth.Connected);
        (await PostFragmentAsync("tinyplus", back.Fragment[1..])).Json.GetProperty("connected").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task CodeGrantWithPkce_SendsTheChallengeOfAVerifierThatStaysHere()
    {
        await _world.AddConnectionAsync("moovila", "right");
        var consent = await BeginAsync("moovila", await InviteAsync("right"));
        var asked = QueryHelpers.ParseQuery(consent!.Query);
        asked["code_challenge_method"].ToString().ShouldBe("S256");
        var other = QueryHelpers.ParseQuery((await BeginAsync("moovila", await InviteAsync("right")))!.Query);
        other["code_challenge"].ToString().ShouldNotBe(asked["code_challenge"].ToString(), "a verifier for each consent");

        var page = await CallbackAsync("moovila", await _world.ConsentAsync(consent));

        page.Status.ShouldBe(200, page.Body);
        (await _world.ConnectionAsync("right")).Health.ShouldBe(ConnectionHealth.Connected);
    }

    [Fact]
    public async Task Verifier_IsKeptSealedForItsConnection()
    {
        await _world.AddConnectionAsync("moovila", "right");
        var state = QueryHelpers.ParseQuery((await BeginAsync("moovila", await InviteAsync("right")))!.Query)["state"].ToString();

        var pending = (await _world.Get<LookupStore>().TakePendingAsync(state, default)).ShouldNotBeNull();

        var box = _world.Get<SecretBox>();
        box.Open(pending.Tenant, pending.Connection, pending.CodeVerifierSealed.ShouldNotBeNull()).ShouldNotBeNull().Length.ShouldBe(43);
        box.Open(pending.Tenant, new ConnectionId("left"), pending.CodeVerifierSealed).ShouldBeNull();
    }

    [Fact]
    public async Task CodeOfAnotherConsent_PutIntoThisOne_IsRefusedByItsVerifier()
    {
        await _world.AddConnectionAsync("moovila", "right");
        var mine = await _world.ConsentAsync((await BeginAsync("moovila", await InviteAsync("right")))!);
        var stolen = await _world.ConsentAsync((await BeginAsync("moovila", await InviteAsync("right")))!);
        var state = QueryHelpers.ParseQuery(mine.Query)["state"].ToString();
        var code = QueryHelpers.ParseQuery(stolen.Query)["code"].ToString();

        var page = await CallbackAsync("moovila", new Uri(mine, $"?state={Uri.EscapeDataString(state)}&code={code}"));

        page.Status.ShouldBe(422);
        (await _world.ConnectionAsync("right")).Health.ShouldBe(ConnectionHealth.Pending);
    }

    [Fact]
    public async Task Page_OfTheCallback_KeepsToItself()
    {
        await _world.AddConnectionAsync("synergy", "left");

        var page = await FollowAsync("synergy", await InviteAsync("left"));

        var policy = page.Headers.ContentSecurityPolicy.ToString();
        policy.ShouldStartWith("default-src 'none';");
        policy.ShouldContain("frame-ancestors 'none'");
        var nonce = Regex.Match(policy, "script-src 'nonce-([^']+)'").Groups[1].Value;
        page.Body.ShouldContain($"<script nonce=\"{nonce}\">");
        page.Headers["Referrer-Policy"].ToString().ShouldBe("no-referrer");
        page.Headers.CacheControl.ToString().ShouldBe("no-store");
        page.Body.ShouldNotContain("http://");
        page.Body.ShouldNotContain("https://");
    }

    [Fact]
    public async Task Start_SetsACookieThatIsBoundToThisHostAndLax()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var invitation = await InviteAsync("left");
        var request = _world.Request("GET", invitation);

        var answer = await HttpWorld.ExecuteAsync(request, _world.Function<StartConnect>().Run(request, "synergy", default));

        answer.Status.ShouldBe(302);
        answer.Headers["Referrer-Policy"].ToString().ShouldBe("no-referrer");
        var cookie = answer.Headers.SetCookie.ToString();
        cookie.ShouldStartWith("__Host-");
        foreach (var part in (string[])["path=/", "secure", "samesite=lax", "httponly", "max-age=600"]) cookie.ShouldContain(part);
    }

    [Fact]
    public async Task Invitation_UsedTwice_IsSpent()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var invitation = await InviteAsync("left");

        (await BeginAsync("synergy", invitation)).ShouldNotBeNull();
        (await BeginAsync("synergy", invitation)).ShouldBeNull();
    }

    [Fact]
    public async Task Invitation_ThatABrowserPrefetches_IsNotSpent()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var invitation = await InviteAsync("left");
        var request = _world.Request("GET", invitation);
        request.Headers["Sec-Purpose"] = "prefetch";

        (await HttpWorld.ExecuteAsync(request, _world.Function<StartConnect>().Run(request, "synergy", default))).Status.ShouldBe(503);

        (await BeginAsync("synergy", invitation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Invitation_TooOldOrForAnotherSystem_DoesNotWork()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var old = await InviteAsync("left");
        var other = await InviteAsync("left");

        (await BeginAsync("tinyplus", other)).ShouldBeNull();
        _world.Time.Advance(ConnectionViews.InvitationLifetime + TimeSpan.FromSeconds(1));
        (await BeginAsync("synergy", old)).ShouldBeNull();
    }

    [Fact]
    public async Task State_UsedTwice_IsRefused()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var back = await _world.ConsentAsync((await BeginAsync("synergy", await InviteAsync("left")))!);
        (await CallbackAsync("synergy", back)).Status.ShouldBe(200);

        var again = await CallbackAsync("synergy", back);

        again.Status.ShouldBe(400);
        (await _world.CallsAsync("synergy", "POST", "GetAccessToken")).ShouldBe(1);
    }

    [Fact]
    public async Task State_InTwoCallbacksAtOnce_WorksInOne()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var back = await _world.ConsentAsync((await BeginAsync("synergy", await InviteAsync("left")))!);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CallbackAsync("synergy", back)));

        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        (await _world.CallsAsync("synergy", "POST", "GetAccessToken")).ShouldBe(1);
    }

    [Fact]
    public async Task State_AfterTenMinutes_IsRefused()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var back = await _world.ConsentAsync((await BeginAsync("synergy", await InviteAsync("left")))!);
        _world.Time.Advance(TimeSpan.FromMinutes(10));

        (await CallbackAsync("synergy", back)).Status.ShouldBe(400);
        (await _world.ConnectionAsync("left")).Health.ShouldBe(ConnectionHealth.Pending);
    }

    [Fact]
    public async Task State_InAnotherBrowser_IsRefusedAndSpent()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var victim = new TenantId("victim");
        await _world.AddConnectionAsync("synergy", "theirs", victim);
        var back = await _world.ConsentAsync((await BeginAsync("synergy", await InviteAsync("left")))!);

        // The victim has begun a sign-in of its own, and is lured to the attacker's callback.
        var theirs = new Browser();
        await BeginAsync("synergy", await InviteAsync("theirs", victim), theirs);
        (await CallbackAsync("synergy", back, theirs)).Status.ShouldBe(400);
        (await CallbackAsync("synergy", back)).Status.ShouldBe(400);

        (await _world.ConnectionAsync("theirs", victim)).Health.ShouldBe(ConnectionHealth.Pending);
        (await _world.ConnectionAsync("left")).Health.ShouldBe(ConnectionHealth.Pending);
        (await _world.CallsAsync("synergy", "POST", "GetAccessToken")).ShouldBe(0);
    }

    [Fact]
    public async Task Callback_WithoutTheCookie_IsRefused()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var back = await _world.ConsentAsync((await BeginAsync("synergy", await InviteAsync("left")))!);

        (await CallbackAsync("synergy", back, new Browser())).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Callback_WithoutAState_IsRefused()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var back = await _world.ConsentAsync((await BeginAsync("synergy", await InviteAsync("left")))!);
        var code = QueryHelpers.ParseQuery(back.Query)["code"].ToString();

        (await CallbackAsync("synergy", new Uri(back, $"?code={code}"))).Status.ShouldBe(400);
        (await _world.CallsAsync("synergy", "POST", "GetAccessToken")).ShouldBe(0);
    }

    [Fact]
    public async Task Callback_OfAnotherSystem_IsRefused()
    {
        await _world.AddConnectionAsync("synergy", "left");
        await _world.AddConnectionAsync("tinyplus", "right");
        var synergy = await BeginAsync("synergy", await InviteAsync("left"));
        var back = await _world.ConsentAsync(synergy!);
        var state = QueryHelpers.ParseQuery(back.Query)["state"].ToString();

        var answer = await PostFragmentAsync("tinyplus", $"access_token=stolen&token_type=Bearer&state={state}");

        answer.Status.ShouldBe(400);
        (await _world.ConnectionAsync("left")).Health.ShouldBe(ConnectionHealth.Pending);
        (await _world.ConnectionAsync("right")).Health.ShouldBe(ConnectionHealth.Pending);
    }

    [Theory]
    [InlineData("synergy")]
    [InlineData("tinyplus")]
    public async Task Consent_Declined_IsSaidInOurWords(string system)
    {
        await _world.AddConnectionAsync(system, "any");
        var back = await _world.ConsentAsync((await BeginAsync(system, await InviteAsync("any")))!, "deny");

        var text = system == "synergy" ? (await CallbackAsync(system, back)).Body : (await PostFragmentAsync(system, back.Fragment[1..])).Body;

        text.ShouldContain("did not give its consent");
        text.ShouldNotContain("access_denied");
        _world.Log.Text.ShouldContain("access_denied");
    }

    [Fact]
    public async Task Error_WithMarkup_IsNotReflectedAndNotLogged()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var consent = await BeginAsync("synergy", await InviteAsync("left"));
        var redirect = new Uri(QueryHelpers.ParseQuery(consent!.Query)["RedirectUri"].ToString());
        var attack = QueryHelpers.AddQueryString(redirect.AbsoluteUri, new Dictionary<string, string?> { ["error"] = "<script>alert(1)</script>", ["error_description"] = "<img src=x>" });

        var page = await CallbackAsync("synergy", new Uri(attack));

        page.Body.ShouldNotContain("alert(1)");
        page.Body.ShouldNotContain("<img");
        _world.Log.Text.ShouldNotContain("alert(1)");
    }

    [Fact]
    public async Task Person_WithoutTheRight_IsToldWhichAndNotConnected()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var back = await _world.ConsentAsync((await BeginAsync("synergy", await InviteAsync("left")))!, user: "member");

        var page = await CallbackAsync("synergy", back);

        page.Status.ShouldBe(422);
        page.Body.ShouldContain("refuses a right that is needed: View staff");
        var connection = await _world.ConnectionAsync("left");
        connection.Health.ShouldBe(ConnectionHealth.Pending);
        connection.HealthDetail.ShouldNotBeNull().ShouldContain("View staff");
        connection.Secret.ShouldBeNull();
    }

    [Theory]
    [InlineData("synergy", "do not see the organisation &#x27;demo&#x27;")]
    [InlineData("tinyplus", "you signed in to 'Rival & Sons'")]
    public async Task Reconnect_ToAnotherAccount_IsRefusedAndTheOldOneStays(string system, string text)
    {
        await _world.ControlAsync(system, HttpMethod.Post, "accounts", new { slug = "rival", name = "Rival & Sons" });
        await _world.AddConnectionAsync(system, "any", credentials: await _world.IssueTokensAsync(system));
        var before = await _world.ConnectionAsync("any");
        var back = await _world.ConsentAsync((await BeginAsync(system, await InviteAsync("any")))!, account: "rival");

        var answer = system == "synergy" ? await CallbackAsync(system, back) : await PostFragmentAsync(system, back.Fragment[1..]);

        answer.Status.ShouldBe(422);
        answer.Body.ShouldContain(text);
        var after = await _world.ConnectionAsync("any");
        after.AccountId.ShouldBe(before.AccountId);
        after.Secret.ShouldBe(before.Secret);
        after.Health.ShouldBe(ConnectionHealth.Connected);
    }

    [Fact]
    public async Task Account_BoundToAnotherTenant_IsReported()
    {
        await _world.AddConnectionAsync("synergy", "theirs", new TenantId("other"), await _world.IssueTokensAsync("synergy"));
        await _world.AddConnectionAsync("synergy", "left");

        (await FollowAsync("synergy", await InviteAsync("left"))).Status.ShouldBe(200);

        _world.Log.Text.ShouldContain("Warning: The synergy account of connection acme/left is bound to another tenant too: other/theirs.");
    }

    [Theory]
    [InlineData(null, "https://evil.example", "https://evil.example")]
    [InlineData("https://sync.example/", "https://evil.example", "https://sync.example")]
    public async Task RedirectAddress_ComesFromTheSettingWhereThereIsOne(string? setting, string requested, string expected)
    {
        await using var world = await HttpWorld.StartAsync(azurite, setting is null ? [] : [("PublicBaseUrl", setting)]);
        await world.AddConnectionAsync("synergy", "left");
        await world.AddConnectionAsync("tinyplus", "right");
        foreach (var (system, id, parameter) in new[] { ("synergy", "left", "RedirectUri"), ("tinyplus", "right", "redirect_uri") })
        {
            var invitation = await InviteAsync(id, world: world);
            var request = world.Request("GET", new Uri(new Uri(requested), invitation.PathAndQuery));
            var answer = await HttpWorld.ExecuteAsync(request, world.Function<StartConnect>().Run(request, system, default));
            var redirect = QueryHelpers.ParseQuery(new Uri(answer.Headers.Location.ToString()).Query)[parameter].ToString();
            redirect.ShouldStartWith($"{expected}/api/oauth/callback/{system}");
        }
    }

    [Fact]
    public async Task Vendor_ThatReturnsNoState_IsToldApartByTheCookieWhereTheOperatorSaysSo()
    {
        await using var world = await HttpWorld.StartAsync(azurite, ("Systems:synergy:stateInRedirect", "false"));
        await world.AddConnectionAsync("synergy", "left");
        var consent = await BeginAsync("synergy", await InviteAsync("left", world: world), world: world);
        var back = await world.ConsentAsync(consent!);

        back.Query.ShouldNotContain("state");
        (await CallbackAsync("synergy", back, new Browser(), world)).Status.ShouldBe(400);
        (await CallbackAsync("synergy", back, world: world)).Status.ShouldBe(200);
        (await CallbackAsync("synergy", back, world: world)).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Log_OfASignIn_HasNoSecret()
    {
        await _world.AddConnectionAsync("synergy", "left");
        var invitation = await InviteAsync("left");
        var back = await _world.ConsentAsync((await BeginAsync("synergy", invitation))!);
        await CallbackAsync("synergy", back);

        var answer = QueryHelpers.ParseQuery(back.Query);
        var credentials = _world.Get<SealedCredentials>().Open(await _world.ConnectionAsync("left")).ShouldNotBeNull();
        _world.Log.Text.ShouldContain("is connected");
        foreach (var secret in (string[])[answer["code"]!, answer["state"]!, QueryHelpers.ParseQuery(invitation.Query)["invitation"]!, credentials.AccessToken, credentials.RefreshToken!, _browser.Header.Split('=')[1]])
            _world.Log.Text.ShouldNotContain(secret);
    }

    private async Task<Uri> InviteAsync(string connection, TenantId? tenant = null, HttpWorld? world = null)
    {
        world ??= _world;
        var request = world.Request("POST");
        var stored = await world.ConnectionAsync(connection, tenant);
        return (await world.Get<ConnectionViews>().InvitedAsync(stored, request, default)).ConnectUrl.ShouldNotBeNull();
    }

    private async Task<Uri?> BeginAsync(string system, Uri invitation, Browser? browser = null, HttpWorld? world = null)
    {
        world ??= _world;
        var request = world.Request("GET", invitation, browser: browser ?? _browser);
        var answer = await HttpWorld.ExecuteAsync(request, world.Function<StartConnect>().Run(request, system, default), browser ?? _browser);
        answer.Status.ShouldBeOneOf(302, 410);
        return answer.Status == 302 ? new Uri(answer.Headers.Location.ToString()) : null;
    }

    private async Task<Answer> CallbackAsync(string system, Uri address, Browser? browser = null, HttpWorld? world = null)
    {
        world ??= _world;
        var request = world.Request("GET", address, browser: browser ?? _browser);
        return await HttpWorld.ExecuteAsync(request, world.Function<OAuthCallback>().Run(request, system, default));
    }

    private async Task<Answer> PostFragmentAsync(string system, string fragment)
    {
        var request = _world.Request("POST", new Uri($"https://sync.example/api/oauth/callback/{system}"), new OAuthCallbackPost.Body(fragment), _browser);
        return await HttpWorld.ExecuteAsync(request, _world.Function<OAuthCallbackPost>().Run(request, system, default));
    }

    private async Task<Answer> FollowAsync(string system, Uri invitation) =>
        await CallbackAsync(system, await _world.ConsentAsync((await BeginAsync(system, invitation)).ShouldNotBeNull()));
}
