using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Tests;

public sealed class SynergyAuthTests
{
    private const string Authorize = "/synergy/OAuth2/Authorize?ApplicationKey=sync-functions&RedirectUri=";
    private const string Redirect = "http%3A%2F%2Flocalhost%2Fcallback%3Fstate%3Da%2520b";

    [Fact]
    public async Task Authorize_RegisteredApplication_ShowsAFormThatCarriesTheRequest()
    {
        await using var vendors = await Vendors.StartAsync();
        var page = await vendors.Send("GET", $"{Authorize}{Redirect}&tenant=");
        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Text.ShouldContain("<form method=\"post\">");
        page.Text.ShouldContain("name=\"RedirectUri\" value=\"http://localhost/callback?state=a%20b\"");
        page.Text.ShouldContain("Approve");
    }

    [Theory]
    [InlineData("/synergy/OAuth2/Authorize?ApplicationKey=other&RedirectUri=http%3A%2F%2Flocalhost%2F")]
    [InlineData("/synergy/OAuth2/Authorize?ApplicationKey=sync-functions&RedirectUri=nowhere")]
    [InlineData("/synergy/OAuth2/Authorize?ApplicationKey=sync-functions&RedirectUri=http%3A%2F%2Flocalhost%2F&tenant=unknown")]
    public async Task Authorize_WrongRequest_IsRefusedBeforeAnyRedirect(string path)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Send("GET", path)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await vendors.Send("POST", path, Form(("user", "admin")))).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Approval_StateInsideRedirectUri_ComesBackOnceBesideTheCode()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Send("POST", $"{Authorize}{Redirect}&state=other", Form(("user", "admin")));
        answer.Status.ShouldBe(HttpStatusCode.Found);
        var query = QueryHelpers.ParseQuery(new Uri(answer.Location!).Query);
        query["state"].ToString().ShouldBe("a b");
        query["code"].ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Approval_StateAsParameter_IsPassedThrough()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Send("POST", $"{Authorize}http%3A%2F%2Flocalhost%2Fcallback&state=s%26t", Form(("user", "admin")));
        QueryHelpers.ParseQuery(new Uri(answer.Location!).Query)["state"].ToString().ShouldBe("s&t");
    }

    [Fact]
    public async Task Denial_RedirectsWithAnErrorAndNoCode()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Send("POST", $"{Authorize}{Redirect}", Form(("decision", "deny")));
        var query = QueryHelpers.ParseQuery(new Uri(answer.Location!).Query);
        query["error"].ToString().ShouldBe("access_denied");
        query.ShouldNotContainKey("code");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Code_AsJsonOrForm_IsExchangedOnceForTokensThatWork(bool json)
    {
        await using var vendors = await Vendors.StartAsync();
        var code = await CodeAsync(vendors);
        var first = await ExchangeAsync(vendors, code, json);
        first.Status.ShouldBe(HttpStatusCode.OK, first.Text);
        first["expires_in"].GetInt32().ShouldBe(3600);
        first["refresh_token"].GetString().ShouldNotBeNullOrEmpty();
        (await vendors.Synergy("GET", "Projects", token: first["access_token"].GetString()!)).Status.ShouldBe(HttpStatusCode.OK);

        var again = await ExchangeAsync(vendors, code, json);
        again.Status.ShouldBe(HttpStatusCode.BadRequest);
        again["error"].GetString().ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task Exchange_WrongSecret_IsInvalidClientAndKeepsTheCode()
    {
        await using var vendors = await Vendors.StartAsync();
        var code = await CodeAsync(vendors);
        var answer = await vendors.Send("POST", "/synergy/api/v2/OAuth2/GetAccessToken",
            new { applicationKey = "sync-functions", ApplicationSecret = "wrong", code, grant_type = "authorization_code" });
        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        answer["error"].GetString().ShouldBe("invalid_client");
        (await ExchangeAsync(vendors, code, json: true)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task RefreshToken_Used_IsReplacedByTheNextOne()
    {
        await using var vendors = await Vendors.StartAsync();
        var first = await ExchangeAsync(vendors, await CodeAsync(vendors), json: true);
        var second = await RefreshAsync(vendors, first["refresh_token"].GetString()!);
        second.Status.ShouldBe(HttpStatusCode.OK, second.Text);
        second["refresh_token"].GetString().ShouldNotBe(first["refresh_token"].GetString());
        (await RefreshAsync(vendors, first["refresh_token"].GetString()!))["error"].GetString().ShouldBe("invalid_grant");
        (await RefreshAsync(vendors, second["refresh_token"].GetString()!)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AccessToken_AfterItsLifetime_IsRefusedWhileTheRefreshTokenLives()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        var tokens = await ExchangeAsync(vendors, await CodeAsync(vendors), json: true);
        clock.Advance(TimeSpan.FromSeconds(3600));
        (await vendors.Synergy("GET", "Projects", token: tokens["access_token"].GetString()!)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(vendors, tokens["refresh_token"].GetString()!)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("access-token", "nonsense")]
    [InlineData("Authorization", "Bearer synergy-static-key")]
    public async Task Call_WithoutAValidAccessTokenHeader_Is401(string header, string value)
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = await vendors.Send("GET", "/synergy/api/v2/Organisation/demo/Projects", header: (header, value));
        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Message.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task OrdinaryUser_NeedsARight_Is403ThatNamesIt()
    {
        await using var vendors = await Vendors.StartAsync();
        var tokens = await ExchangeAsync(vendors, await CodeAsync(vendors, "member"), json: true);
        var token = tokens["access_token"].GetString()!;
        (await vendors.Synergy("GET", "Projects", token: token)).Status.ShouldBe(HttpStatusCode.OK);
        var write = await vendors.Synergy("POST", "Projects", new { name = "x" }, token);
        write.Status.ShouldBe(HttpStatusCode.Forbidden);
        write.Message.ShouldContain("'Edit projects'");
        (await vendors.Synergy("GET", "Staff", token: token)).Message.ShouldContain("'View staff'");
    }

    [Fact]
    public async Task Token_OfOneOrganisation_FindsNoOther()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Sim("POST", "synergy", "accounts", new { slug = "other", name = "Other Ltd" })).Status.ShouldBe(HttpStatusCode.Created);
        (await vendors.Synergy("GET", "Projects", slug: "other")).Status.ShouldBe(HttpStatusCode.NotFound);
        var own = await vendors.Send("GET", "/synergy/api/v2/Organisation", header: ("access-token", "synergy-static-key.other"));
        own.Each("slug").ShouldBe(["other"]);
        await vendors.Add("synergy", "projects", new { name = "Theirs" }, account: "other");
        (await vendors.Synergy("GET", "Projects")).Each("name").ShouldBeEmpty();
        (await vendors.Synergy("GET", "Projects", token: "synergy-static-key.other", slug: "OTHER")).Each("name").ShouldBe(["Theirs"]);
    }

    private static FormUrlEncodedContent Form(params (string Key, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Key, field.Value)));

    private static async Task<string> CodeAsync(Vendors vendors, string user = "admin")
    {
        var answer = await vendors.Send("POST", $"{Authorize}{Redirect}", Form(("user", user), ("decision", "approve")));
        return QueryHelpers.ParseQuery(new Uri(answer.Location!).Query)["code"].ToString();
    }

    private static Task<Answer> ExchangeAsync(Vendors vendors, string code, bool json) =>
        vendors.Send("POST", "/synergy/api/v2/OAuth2/GetAccessToken", json
            ? new { applicationKey = "sync-functions", ApplicationSecret = "sync-functions-secret", code, grant_type = "authorization_code" }
            : Form(("applicationKey", "sync-functions"), ("applicationSecret", "sync-functions-secret"), ("code", code), ("grant_type", "authorization_code")));

    private static Task<Answer> RefreshAsync(Vendors vendors, string refreshToken) =>
        vendors.Send("POST", "/synergy/api/v2/OAuth2/RefreshAccessToken",
            new { applicationKey = "sync-functions", ApplicationSecret = "sync-functions-secret", refreshToken, grant_type = "refresh_token" });
}
