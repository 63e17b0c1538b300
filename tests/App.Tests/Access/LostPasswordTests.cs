using System.Text.RegularExpressions;
using SyncFunctions.App.Access;
using SyncFunctions.App.SignIn;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Access;

public sealed class LostPasswordTests : IAsyncLifetime
{
    private const string New = "another long password";

    private readonly SmtpServer _smtp = new();
    private AccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await AccessWorld.StartAsync([("PublicBaseUrl", "https://sync.example"), .. _smtp.Settings]);

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _smtp.DisposeAsync();
    }

    [Fact]
    public async Task Account_ThatIsThereOrNot_IsAnsweredAlike_AndOneIsMailed()
    {
        await AddAccountAsync("anna");
        await _world.AddMemberAsync(AccessWorld.Acme, "by-issuer", Role.Viewer);
        await AskAsync("somebody@acme.example");
        _world.Storage.Reset();
        var known = await AskAsync("anna@acme.example", "192.0.2.8");
        var costs = _world.Storage.ByOperation;
        _world.Storage.Reset();
        var unknown = await AskAsync("nobody@acme.example", "192.0.2.9");

        (known.Status, known.Body, unknown.Status, unknown.Body).ShouldBe((204, "", 204, ""));
        _world.Storage.ByOperation.ShouldBe(costs, "as much work for either");
        (await AskAsync("by-issuer@acme.example")).Status.ShouldBe(204);
        (await AskAsync(LocalAdministrator.Email)).Status.ShouldBe(204);
        await MailedCodeAsync("anna@acme.example");
        _world.Http.Log.Text.ShouldNotContain("anna@acme.example");
    }

    [Fact]
    public async Task Link_IsUsedOnce_AndSignsOutEverywhere()
    {
        var anna = await AddAccountAsync("anna");
        var browser = await _world.SignedInAsync(anna);
        await AskAsync("Anna@acme.example");
        var code = await MailedCodeAsync("anna@acme.example");

        (await ReplaceAsync(code, "short")).Status.ShouldBe(400, "and the link is not spent by it");
        (await ReplaceAsync(code, New)).Status.ShouldBe(204);
        (await ReplaceAsync(code, New)).Status.ShouldBe(404);

        (await _world.AdmitAsync(Routes.All["GetMe"], _world.Request("GET", "", browser), AccessWorld.Acme)).ShouldBe(401);
        (await SignInAsync(AccessWorld.Password)).ShouldBe(401);
        (await SignInAsync(New)).ShouldBe(204);
        var told = (await _world.Get<NoticeStore>().OverdueAsync(AccessWorld.Acme, DateTimeOffset.MaxValue, default)).Notices.ShouldHaveSingleItem();
        (told.Event, told.Facts["what"]).ShouldBe((NoticeEvent.KeyChanged, "The password of anna was changed"));
    }

    [Fact]
    public async Task Link_ThatIsTooOldOrOfAPasswordThatWasChanged_IsWorthNothing()
    {
        var anna = await AddAccountAsync("anna");
        var (first, second, third) = (await LinkAsync("anna@acme.example"), await LinkAsync("anna@acme.example"), await LinkAsync("anna@acme.example"));
        _world.Http.Time.Advance(TimeSpan.FromMinutes(31));
        (await ReplaceAsync(first, New)).Status.ShouldBe(404, "too old");

        (second, third) = (await LinkAsync("anna@acme.example"), await LinkAsync("anna@acme.example"));
        (await ReplaceAsync(second, New)).Status.ShouldBe(204);
        (await ReplaceAsync(third, "a password of a thief")).Status.ShouldBe(404, "made for the password before");
        (await ReplaceAsync("nonsense", New)).Status.ShouldBe(404);
        (await _world.Get<PersonStore>().GetAsync(anna.Id, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Asking_AgainAndAgain_HasToWait()
    {
        Answer answer;
        var asked = 0;
        while ((answer = await AskAsync("nobody@acme.example")).Status == 204) (++asked).ShouldBeLessThan(10);

        answer.Status.ShouldBe(429);
        answer.Headers.RetryAfter.ToString().ShouldNotBeEmpty();
        while ((answer = await ReplaceAsync("nonsense", New)).Status == 404) (++asked).ShouldBeLessThan(50);
        answer.Status.ShouldBe(429);
    }

    [Fact]
    public async Task Operator_MakesALink_WhereThereIsAnAccount()
    {
        var administrator = new Person(Person.Local, LocalAdministrator.Email, "Administrator") { PasswordHash = Passwords.Hash(AccessWorld.Password), IsOperator = true, CreatedAt = _world.Http.Time.GetUtcNow() };
        await _world.Get<PersonStore>().InsertAsync(administrator, default);

        (await ReplaceAsync(await LinkAsync(LocalAdministrator.Email), New)).Status.ShouldBe(204);

        (await SignInAsync(New, LocalAdministrator.Email)).ShouldBe(204);
        (await MakeLinkAsync("nobody@acme.example")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Tenant_OfTheIssuerAlone_HasNoLinks()
    {
        await AddAccountAsync("anna");
        var before = await LinkAsync("anna@acme.example");
        await _world.Get<MemberStore>().ChangeAccessAsync(AccessWorld.Acme, access => access with { IssuerOnly = true }, default);

        (await AskAsync("anna@acme.example")).Status.ShouldBe(204);
        (await _world.DeliverNoticesAsync()).ShouldBe(1);
        _smtp.Mails.ShouldBeEmpty();
        (await MakeLinkAsync("anna@acme.example")).Status.ShouldBe(403);
        (await ReplaceAsync(before, New)).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("SignIn:Local", "false")]
    [InlineData("PublicBaseUrl", "")]
    [InlineData("Smtp:Host", "")]
    public async Task App_ThatCannotMailLinks_SaysSo(string setting, string value)
    {
        await using var world = await AccessWorld.StartAsync([.. _smtp.Settings.Append(("PublicBaseUrl", "https://sync.example")).Where(one => one.Item1 != setting), (setting, value)]);

        (await world.SendAsync<AskLostPassword>(world.Request("POST", "session/password/lost", null, new { email = "anna@acme.example" }), (function, request) => function.Run(request, default))).Status.ShouldBe(403);
        var ways = await world.SendAsync<GetSession>(world.Request("GET", "session"), (function, request) => function.Run(request, default));
        ways.Json.GetProperty("mailsPasswordLinks").GetBoolean().ShouldBeFalse();
    }

    private async Task<Person> AddAccountAsync(string name)
    {
        var person = new Person(Person.Local, $"{name}@acme.example", name) { Email = $"{name}@acme.example", PasswordHash = Passwords.Hash(AccessWorld.Password), CreatedAt = _world.Http.Time.GetUtcNow() };
        await _world.AddMemberAsync(AccessWorld.Acme, person, Role.Viewer);
        return person;
    }

    /// <summary>By a host that whoever asks has made up.</summary>
    private Task<Answer> AskAsync(string email, string from = "192.0.2.7")
    {
        var request = _world.Request("POST", "session/password/lost", null, new { email }, from: from);
        request.Host = new("evil.example");
        return _world.SendAsync<AskLostPassword>(request, (function, own) => function.Run(own, default));
    }

    private Task<Answer> ReplaceAsync(string code, string password) =>
        _world.SendAsync<ReplaceLostPassword>(_world.Request("POST", "session/password", null, new { code, password }), (function, request) => function.Run(request, default));

    private Task<Answer> MakeLinkAsync(string email)
    {
        var request = _world.Request("POST", "manage/v1/password-links", null, new { email });
        request.Headers[OperatorKeys.Header] = AccessWorld.OperatorKey;
        return _world.SendAsync<CreatePasswordLink>(request, (function, own) => function.Run(own, default));
    }

    private async Task<string> LinkAsync(string email) => (await MakeLinkAsync(email)).Json.GetProperty("link").GetString()!.Split("#/password/")[1];

    private async Task<int> SignInAsync(string password, string email = "anna@acme.example") =>
        (await _world.SendAsync<BeginSession>(_world.Request("POST", "session", null, new { email, password }), (function, request) => function.Run(request, default))).Status;

    private async Task<string> MailedCodeAsync(string to)
    {
        await _world.DeliverNoticesAsync();
        var mail = _smtp.Mails.ShouldHaveSingleItem().Replace("=\r\n", "").Replace("=\n", "").Replace("=23", "#").Replace("=3D", "=");
        mail.ShouldContain($"To: {to}");
        return Regex.Match(mail, "https://sync\\.example/api/app/#/password/(?<code>[A-Za-z0-9_-]+)").Groups["code"].Value.ShouldNotBeNull();
    }
}
