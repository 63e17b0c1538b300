using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Access;
using SyncFunctions.App.Audit;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.App.SignIn;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Access;

public sealed class LocalSignInTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sign-in-");
    private AccessWorld _world = null!;

    private string PasswordFile => Path.Combine(_folder.FullName, "inner", "password.txt");

    public async ValueTask InitializeAsync() => _world = await AccessWorld.StartAsync(("SignIn:PasswordFile", PasswordFile));

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Administrator_OfTheFirstStart_SignsInByThePasswordInTheFile()
    {
        await StartAgainAsync();
        var password = (await File.ReadAllTextAsync(PasswordFile)).Trim();
        await StartAgainAsync();

        (await File.ReadAllTextAsync(PasswordFile)).Trim().ShouldBe(password, "only the first start makes one");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(PasswordFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _world.Http.Log.Text.ShouldNotContain(password);
        var browser = new Browser();
        var answer = await SignInAsync(browser, LocalAdministrator.Email.ToUpperInvariant(), password);
        answer.Status.ShouldBe(204, answer.Body);
        var cookie = answer.Headers.SetCookie.ShouldHaveSingleItem()!;
        cookie.ShouldStartWith("__Host-sync-session=");
        foreach (var part in new[] { "httponly", "secure", "samesite=strict", "path=/" }) cookie.ToLowerInvariant().ShouldContain(part);
        var me = await MeAsync(browser);
        me.Json.GetProperty("operator").GetBoolean().ShouldBeTrue();
        me.Json.GetProperty("tenants").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Guesses_AreAnsweredAlikeAndGetSlower()
    {
        await AddAccountAsync("anna");
        var wrong = await SignInAsync(new Browser(), "anna@acme.example", "wrong");
        var unknown = await SignInAsync(new Browser(), "nobody@acme.example", "wrong");
        (wrong.Status, unknown.Told()).ShouldBe((401, wrong.Told()));

        Answer answer;
        var tries = 1;
        while ((answer = await SignInAsync(new Browser(), "anna@acme.example", "wrong")).Status == 401) (++tries).ShouldBeLessThan(10);

        answer.Status.ShouldBe(429);
        answer.Headers.RetryAfter.ToString().ShouldNotBeEmpty();
        (await SignInAsync(new Browser(), "anna@acme.example", AccessWorld.Password)).Status.ShouldBe(429, "the right one has to wait, too");
        _world.Http.Time.Advance(TimeSpan.FromMinutes(5));
        (await SignInAsync(new Browser(), "anna@acme.example", AccessWorld.Password)).Status.ShouldBe(204);
        (await SignInAsync(new Browser(), "anna@acme.example", "wrong")).Status.ShouldBe(401, "a sign-in begins the count anew");
    }

    [Fact]
    public async Task SignIns_AreInTheAuditLog_AndWrongPasswordsOfAccountsThatThereAre()
    {
        var anna = await AddAccountAsync("anna");
        await SignInAsync(new Browser(), "nobody@acme.example", "wrong");
        await SignInAsync(new Browser(), "anna@acme.example", "wrong");
        await SignInAsync(new Browser(), "anna@acme.example", AccessWorld.Password);

        var written = await _world.AuditAsync(tenant: null);
        written.Select(entry => (entry.What, entry.Status, entry.Who.Id, entry.Address)).ShouldBe([(nameof(BeginSession), 401, anna.Id.Value, "192.0.2.7"), (nameof(BeginSession), 204, anna.Id.Value, "192.0.2.7")]);
        AuditText.Of(written[0].What, written[0].Status).ShouldBe("gave a wrong password for this: signed in");
    }

    [Fact]
    public async Task SignIn_WithATokenThatSomebodyElsePutThere_BeginsAnotherSession()
    {
        await AddAccountAsync("anna");
        var attacker = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "eve", Role.Viewer));
        var victim = new Browser();
        victim.Take(attacker);

        (await SignInAsync(victim, "anna@acme.example", AccessWorld.Password)).Status.ShouldBe(204);

        victim.Header.ShouldNotBe(attacker.Header);
        (await MeAsync(victim)).Json.GetProperty("name").GetString().ShouldBe("anna");
        (await MeAsync(attacker)).Status.ShouldBe(401, "the session that was planted has ended");
    }

    [Fact]
    public async Task PagesOfOtherSites_CannotDoAnything()
    {
        await AddAccountAsync("anna");
        var browser = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "ada", Role.Administrator));
        (string? Site, string? Origin, int Expected)[] cases =
        [
            ("cross-site", null, 403), ("same-site", null, 403), ("none", null, 403), (null, null, 403), (null, "null", 403), (null, "https://evil.example", 403),
            (null, "https://sync.example.evil.example", 403), (null, "http://sync.example", 403), ("same-origin", null, 201), (null, "https://sync.example", 201), ("cross-site", "https://sync.example", 403),
        ];
        foreach (var (site, origin, expected) in cases)
        {
            var request = _world.Request("POST", "manage/v1/tenants/acme/invitations", browser, new { role = "viewer" });
            Set(request, site, origin);
            (await _world.SendAsync<CreateInvitation>(request, (function, own) => function.Run(own, "acme", default), AccessWorld.Acme)).Status.ShouldBe(expected, $"{site} {origin}");
        }

        // Signing somebody in as somebody else is a thing that other sites try, too.
        var login = _world.Request("POST", "session", null, new { email = "anna@acme.example", password = AccessWorld.Password });
        Set(login, "cross-site", null);
        (await _world.SendAsync<BeginSession>(login, (function, own) => function.Run(own, default))).Status.ShouldBe(403);
        var reading = _world.Request("GET", "manage/v1/me", browser);
        Set(reading, "cross-site", null);
        (await _world.SendAsync<GetMe>(reading, (function, own) => function.Run(own, default))).Status.ShouldBe(200, "the answer stays with the browser");

        static void Set(HttpRequest request, string? site, string? origin)
        {
            request.Headers.Remove("Sec-Fetch-Site");
            if (site is not null) request.Headers["Sec-Fetch-Site"] = site;
            if (origin is not null) request.Headers.Origin = origin;
        }
    }

    [Fact]
    public async Task Session_EndsBySignOutByRestAndByAge()
    {
        var anna = await _world.AddMemberAsync(AccessWorld.Acme, "anna", Role.Viewer);
        var (left, rests, busy) = (await _world.SignedInAsync(anna), await _world.SignedInAsync(anna), await _world.SignedInAsync(anna));
        var copy = new Browser();
        copy.Take(left);

        (await _world.SendAsync<EndSession>(_world.Request("DELETE", "session", left), (function, own) => function.Run(own, default), browser: left)).Status.ShouldBe(204);
        (await MeAsync(copy)).Status.ShouldBe(401, "the token is worth nothing, wherever it is kept");

        for (var minutes = 0; minutes < 11 * 60; minutes += 50)
        {
            _world.Http.Time.Advance(TimeSpan.FromMinutes(50));
            (await MeAsync(busy)).Status.ShouldBe(200);
            if (minutes == 50) (await MeAsync(rests)).Status.ShouldBe(401);
        }

        _world.Http.Time.Advance(TimeSpan.FromMinutes(50));
        (await MeAsync(busy)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Sessions_OfOnesOwn_AreListedAndEndedOneByOne()
    {
        var anna = await AddAccountAsync("anna");
        var (here, phone, library) = (await SignedInAsync("Phone\r\n", "192.0.2.8"), await SignedInAsync(new string('x', 400), "192.0.2.9"), await SignedInAsync("", "192.0.2.10"));
        var stranger = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "eve", Role.Viewer));
        _world.Http.Time.Advance(TimeSpan.FromMinutes(2));
        (await MeAsync(library)).Status.ShouldBe(200);

        var listed = await ListAsync(here);
        listed.Select(session => (session.GetProperty("current").GetBoolean(), session.GetProperty("address").GetString(), session.GetProperty("browser").GetString()?.TrimEnd()))
            .ShouldBe([(true, "192.0.2.7", "Phone"), (false, "192.0.2.7", null), (false, "192.0.2.9", new string('x', 300))]);
        listed.ShouldAllBe(session => session.GetProperty("id").GetString()!.Length == 16 && session.GetProperty("lastUsedAt").GetDateTimeOffset() >= session.GetProperty("begunAt").GetDateTimeOffset());
        (await ListAsync(stranger)).Count.ShouldBe(1);

        (await EndAsync(stranger, listed[2])).Status.ShouldBe(404, "somebody else's");
        (await MeAsync(phone)).Status.ShouldBe(200);
        (await EndAsync(here, listed[2])).Status.ShouldBe(204);
        (await EndAsync(here, listed[2])).Status.ShouldBe(404);
        (await MeAsync(phone)).Status.ShouldBe(401);
        (await MeAsync(library)).Status.ShouldBe(200);
        (await _world.SendAsync<EndOtherSessions>(_world.Request("DELETE", "manage/v1/me/sessions", here), (function, own) => function.Run(own, default))).Status.ShouldBe(204);
        (await MeAsync(library)).Status.ShouldBe(401);
        (await ListAsync(here)).Count.ShouldBe(1);

        async Task<Browser> SignedInAsync(string agent, string from)
        {
            var browser = new Browser();
            var request = _world.Request("POST", "session", browser, from: from);
            request.Headers.UserAgent = agent;
            (await _world.Get<Sessions>().BeginAsync(request, anna, false, default)).ShouldBeTrue();
            browser.Remember(request.HttpContext.Response);
            return browser;
        }

        async Task<List<System.Text.Json.JsonElement>> ListAsync(Browser browser) =>
            [.. (await _world.SendAsync<ListMySessions>(_world.Request("GET", "manage/v1/me/sessions", browser), (function, own) => function.Run(own, default))).Json.GetProperty("items").EnumerateArray()];

        Task<Answer> EndAsync(Browser browser, System.Text.Json.JsonElement session) => _world.SendAsync<EndMySession>(
            _world.Request("DELETE", $"manage/v1/me/sessions/{session.GetProperty("id").GetString()}", browser), (function, own) => function.Run(own, session.GetProperty("id").GetString()!, default));
    }

    [Fact]
    public async Task Password_Changed_SignsOutOtherBrowsersAlone()
    {
        var anna = await AddAccountAsync("anna");
        var (here, elsewhere) = (await _world.SignedInAsync(anna), await _world.SignedInAsync(anna));

        (await ChangeAsync("wrong", "another long password")).Status.ShouldBe(401);
        (await ChangeAsync(AccessWorld.Password, "short")).Status.ShouldBe(400);
        (await ChangeAsync(AccessWorld.Password, "another long password")).Status.ShouldBe(204);

        (await MeAsync(here)).Status.ShouldBe(200);
        (await MeAsync(elsewhere)).Status.ShouldBe(401);
        (await SignInAsync(new Browser(), "anna@acme.example", AccessWorld.Password)).Status.ShouldBe(401);
        (await SignInAsync(new Browser(), "anna@acme.example", "another long password")).Status.ShouldBe(204);

        Task<Answer> ChangeAsync(string password, string newPassword) =>
            _world.SendAsync<ChangePassword>(_world.Request("POST", "manage/v1/me/password", here, new { password, newPassword }), (function, own) => function.Run(own, default));
    }

    [Fact]
    public async Task Tenant_ThatIsNarrow_TakesOnlyItsAddressesAndItsIssuer()
    {
        var browser = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "anna", Role.Administrator));
        var key = await _world.AddKeyAsync(AccessWorld.Acme, Role.Viewer);
        var route = Routes.All["GetTenant"];
        await ChangeAsync(access => access with { AllowedAddresses = ["192.0.2.0/24", "2001:db8::1"] });

        foreach (var (from, expected) in new[] { ("192.0.2.200", 200), ("::ffff:192.0.2.9", 200), ("2001:db8::1", 200), ("2001:db8::2", 403), ("198.51.100.1", 403) })
        {
            (await _world.AdmitAsync(route, _world.Request("GET", "", browser, from: from), AccessWorld.Acme)).ShouldBe(expected, from);
            (await _world.AdmitAsync(route, _world.Request("GET", "", key: key, from: from), AccessWorld.Acme)).ShouldBe(expected, from);
        }

        var runs = _world.Request("GET", "", from: "198.51.100.1");
        runs.Headers[OperatorKeys.Header] = AccessWorld.OperatorKey;
        (await _world.AdmitAsync(route, runs, AccessWorld.Acme)).ShouldBe(200);

        await ChangeAsync(_ => TenantAccess.Default with { IssuerOnly = true });
        (await _world.AdmitAsync(route, _world.Request("GET", "", browser), AccessWorld.Acme)).ShouldBe(403);
        (await _world.AdmitAsync(route, _world.Request("GET", "", key: key), AccessWorld.Acme)).ShouldBe(200);

        await ChangeAsync(_ => TenantAccess.Default with { Idle = TimeSpan.FromMinutes(5) });
        _world.Http.Time.Advance(TimeSpan.FromMinutes(6));
        (await _world.AdmitAsync(route, _world.Request("GET", "", browser), AccessWorld.Acme)).ShouldBe(401, "a shorter rest counts at once");

        Task ChangeAsync(Func<TenantAccess, TenantAccess> change) => _world.Get<MemberStore>().ChangeAccessAsync(AccessWorld.Acme, change, default);
    }

    [Fact]
    public async Task Request_OfASessionOrAKey_ReadsThreeRowsAtMost()
    {
        var browser = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "anna", Role.Viewer));
        var key = await _world.AddKeyAsync(AccessWorld.Acme, Role.Viewer);
        foreach (var make in new Func<HttpRequest>[] { () => _world.Request("GET", "", browser), () => _world.Request("GET", "", key: key) })
        {
            (await _world.AdmitAsync(Routes.All["GetTenant"], make(), AccessWorld.Acme)).ShouldBe(200);
            _world.Storage.Reset();
            (await _world.AdmitAsync(Routes.All["GetTenant"], make(), AccessWorld.Acme)).ShouldBe(200);
            _world.Storage.ByOperation.ShouldBe(new Dictionary<string, int> { ["table get"] = 3 });
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("0123456789abcdef0123456789abcdef.")]
    [InlineData("0123456789abcdef0123456789abcdef.x.y")]
    [InlineData("../../admin.token")]
    public async Task Cookie_ThatIsNoneOfOurs_IsNobody(string value)
    {
        var request = _world.Request("GET", "");
        request.Headers.Cookie = $"__Host-sync-session={value}";

        (await _world.AdmitAsync(Routes.All["GetMe"], request, AccessWorld.Acme)).ShouldBe(401);
    }

    private async Task<Person> AddAccountAsync(string name)
    {
        var person = new Person(Person.Local, $"{name}@acme.example", name) { Email = $"{name}@acme.example", PasswordHash = Passwords.Hash(AccessWorld.Password), CreatedAt = _world.Http.Time.GetUtcNow() };
        await _world.AddMemberAsync(AccessWorld.Acme, person, Role.Viewer);
        return person;
    }

    private Task StartAgainAsync() => new LocalAdministrator(_world.Get<SignInSettings>(), _world.Get<PersonStore>(), TimeProvider.System).StartingAsync(default);

    private Task<Answer> SignInAsync(Browser browser, string email, string password) =>
        _world.SendAsync<BeginSession>(_world.Request("POST", "session", browser, new { email, password }), (function, request) => function.Run(request, default), browser: browser);

    private Task<Answer> MeAsync(Browser browser) => _world.SendAsync<GetMe>(_world.Request("GET", "manage/v1/me", browser), (function, request) => function.Run(request, default));
}
