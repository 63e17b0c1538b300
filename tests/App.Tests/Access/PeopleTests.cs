using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Access;
using SyncFunctions.App.Manage;
using SyncFunctions.App.People;
using SyncFunctions.App.SignIn;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Access;

public sealed class PeopleTests : IAsyncLifetime
{
    private AccessWorld _world = null!;
    private Browser _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await AccessWorld.StartAsync();
        _admin = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "ada", Role.Administrator));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Invitation_OfTheOperator_BeginsATenantWithoutAnyKey()
    {
        var operators = _world.Http.Request("POST", null, new { role = "administrator" });
        var made = await HttpWorld.ExecuteAsync(operators, _world.Http.Function<CreateInvitation>().Run(operators, "beta", default));
        var code = CodeOf(made);

        var seen = await LookAsync(code);
        (seen.Json.GetProperty("tenant").GetProperty("name").GetString(), seen.Json.GetProperty("role").GetString()).ShouldBe(("Beta", "administrator"));
        (await AcceptAsync(new Browser(), new { code, name = "Bea", email = "bea@beta.example", password = "short" })).Status.ShouldBe(400);
        var browser = new Browser();
        (await AcceptAsync(browser, new { code, name = "Bea", email = " Bea@Beta.example", password = AccessWorld.Password })).Status.ShouldBe(400, "not an address");
        (await AcceptAsync(browser, new { code, name = "Bea", email = "Bea@Beta.example", password = AccessWorld.Password })).Status.ShouldBe(200);

        (await SendAsync<CreateInvitation>(browser, "POST", new { role = "member" }, (function, request) => function.Run(request, "beta", default), AccessWorld.Beta)).Status.ShouldBe(201);
        (await AcceptAsync(new Browser(), new { code, name = "Eve", email = "eve@evil.example", password = AccessWorld.Password })).Status.ShouldBe(404, "once");
        (await LookAsync(code)).Status.ShouldBe(404);
        _world.Http.Log.Text.ShouldNotContain(code);
    }

    [Fact]
    public async Task Invitation_ForAnAccountThatIsThere_WantsItsPassword()
    {
        var first = CodeOf(await InviteAsync(new { role = "viewer" }));
        (await AcceptAsync(new Browser(), new { code = first, name = "Cleo", email = "cleo@acme.example", password = AccessWorld.Password })).Status.ShouldBe(200);
        var second = CodeOf(await InviteAsync(new { role = "administrator" }));
        (await AcceptAsync(new Browser(), new { code = second, name = "Cleo", email = "cleo@acme.example", password = "not the password" })).Status.ShouldBe(401);
        (await AcceptAsync(new Browser(), new { code = second, name = "Cleo", email = "cleo@acme.example", password = AccessWorld.Password })).Status.ShouldBe(403, "a member already: an invitation changes no role");
        (await LookAsync(second)).Status.ShouldBe(200, "and it is not spent");
    }

    [Fact]
    public async Task Nobody_GivesMoreThanTheyHave()
    {
        await _world.AddGroupsAsync(AccessWorld.Acme, new Group("studio", "Studio", null, [Act.People]), new Group("rest", "Rest", null, null));
        var narrow = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "nora", Role.Administrator, "studio"));
        var nora = (await _world.Get<MemberStore>().ListAsync(AccessWorld.Acme, default)).Single(member => member.Name == "nora").Person.Value;
        var ada = (await _world.Get<MemberStore>().ListAsync(AccessWorld.Acme, default)).Single(member => member.Name == "ada").Person.Value;
        var memberKey = await _world.AddKeyAsync(AccessWorld.Acme, Role.Administrator, "studio");

        (await InviteAsync(new { role = "operator" })).Status.ShouldBe(400);
        (await InviteAsync(new { role = "viewer", groups = new[] { "gone" } })).Status.ShouldBe(400);
        (await InviteAsync(new { role = "viewer" }, narrow)).Status.ShouldBe(403);
        (await InviteAsync(new { role = "viewer", groups = new[] { "rest" } }, narrow)).Status.ShouldBe(403);
        (await InviteAsync(new { role = "administrator", groups = new[] { "studio" } }, narrow)).Status.ShouldBe(201);
        (await PatchAsync(narrow, nora, new { groups = Array.Empty<string>() })).Status.ShouldBe(403, "out of one's own groups");
        (await PatchAsync(narrow, ada, new { role = "viewer" })).Status.ShouldBe(403, "somebody who has more");
        (await SendAsync<RemoveUser>(narrow, "DELETE", null, (function, request) => function.Run(request, "acme", ada, default))).Status.ShouldBe(403);
        (await SendAsync<CreateKey>(narrow, "POST", new { name = "k", role = "viewer" }, (function, request) => function.Run(request, "acme", default))).Status.ShouldBe(403);
        (await SendAsync<CreateGroup>(narrow, "POST", new { name = "g" }, (function, request) => function.Run(request, "acme", default))).Status.ShouldBe(403);
        (await SendAsync<PatchGroup>(narrow, "PATCH", new { acts = (string[]?)null }, (function, request) => function.Run(request, "acme", "studio", default))).Status.ShouldBe(403);
        (await SendAsync<PatchAccess>(narrow, "PATCH", new { idleMinutes = 1000 }, (function, request) => function.Run(request, "acme", default))).Status.ShouldBe(403);
        (await PatchAsync(_admin, nora, new { role = "operator" })).Status.ShouldBe(400);

        var byKey = _world.Request("POST", "", null, new { role = "viewer" }, memberKey);
        (await _world.SendAsync<CreateInvitation>(byKey, (function, request) => function.Run(request, "acme", default), AccessWorld.Acme)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task User_DisabledOrTakenOut_IsSignedOutAtOnce_ButForOtherTenants()
    {
        var bo = await _world.AddMemberAsync(AccessWorld.Acme, "bo", Role.Viewer);
        var cy = await _world.AddMemberAsync(AccessWorld.Acme, "cy", Role.Viewer);
        await _world.AddMemberAsync(AccessWorld.Beta, cy, Role.Viewer);
        var (bos, cys) = (await _world.SignedInAsync(bo), await _world.SignedInAsync(cy));

        (await PatchAsync(_admin, bo.Id.Value, new { disabled = true })).Status.ShouldBe(200);
        (await SendAsync<RemoveUser>(_admin, "DELETE", null, (function, request) => function.Run(request, "acme", cy.Id.Value, default))).Status.ShouldBe(204);

        (await _world.AdmitAsync(Routes.All["GetMe"], _world.Request("GET", "", bos), AccessWorld.Acme)).ShouldBe(401);
        (await _world.AdmitAsync(Routes.All["GetTenant"], _world.Request("GET", "", cys), AccessWorld.Acme)).ShouldBe(404);
        (await _world.AdmitAsync(Routes.All["GetTenant"], _world.Request("GET", "", cys), AccessWorld.Beta)).ShouldBe(200);
        (await SendAsync<RemoveUser>(_admin, "DELETE", null, (function, request) => function.Run(request, "acme", bo.Id.Value, default))).Status.ShouldBe(204);
        (await _world.Get<PersonStore>().GetAsync(bo.Id, default)).ShouldBeNull("of whom nobody knows any more, nothing is kept");
        (await _world.Get<PersonStore>().GetAsync(cy.Id, default)).ShouldNotBeNull();

        var ada = (await _world.Get<MemberStore>().ListAsync(AccessWorld.Acme, default)).Single(member => member.Role == Role.Administrator).Person.Value;
        var last = await PatchAsync(_admin, ada, new { role = "member" });
        (last.Status, last.Json.GetProperty("type").GetString()).ShouldBe((409, "/api/problems/last-administrator"));
    }

    [Fact]
    public async Task Key_IsShownOnceKeptAsAHashAndRevokedAtOnce()
    {
        var made = await SendAsync<CreateKey>(_admin, "POST", new { name = "Nightly", role = "member" }, (function, request) => function.Run(request, "acme", default));
        made.Status.ShouldBe(201, made.Body);
        var (id, key) = (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("key").GetString()!);
        key.ShouldStartWith("sk_");

        var listed = await SendAsync<ListKeys>(_admin, "GET", null, (function, request) => function.Run(request, "acme", default));
        listed.Body.ShouldNotContain(key);
        listed.Json.GetProperty("items")[0].GetProperty("start").GetString().ShouldBe(key[..8]);
        _world.Http.Log.Text.ShouldNotContain(key);
        (await AsKeyAsync(AccessWorld.Acme)).ShouldBe(200);
        (await AsKeyAsync(AccessWorld.Beta)).ShouldBe(404);
        var betas = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Beta, "bea", Role.Administrator));
        (await SendAsync<RevokeKey>(betas, "DELETE", null, (function, request) => function.Run(request, "beta", id, default), AccessWorld.Beta)).Status.ShouldBe(404, "another tenant's");

        (await SendAsync<RevokeKey>(_admin, "DELETE", null, (function, request) => function.Run(request, "acme", id, default))).Status.ShouldBe(204);

        (await AsKeyAsync(AccessWorld.Acme)).ShouldBe(401);

        Task<int> AsKeyAsync(TenantId tenant) => _world.AdmitAsync(Routes.All["SyncFlow"], _world.Request("POST", "", key: key), tenant);
    }

    [Fact]
    public async Task ForeignIds_AreUnknown()
    {
        var betas = await _world.AddMemberAsync(AccessWorld.Beta, "bea", Role.Viewer);
        await _world.AddGroupsAsync(AccessWorld.Beta, new Group("betas", "Betas", null, null));

        (await PatchAsync(_admin, betas.Id.Value, new { role = "administrator" })).Status.ShouldBe(404);
        (await SendAsync<GetUser>(_admin, "GET", null, (function, request) => function.Run(request, "acme", betas.Id.Value, default))).Status.ShouldBe(404);
        (await SendAsync<GetUser>(_admin, "GET", null, (function, request) => function.Run(request, "acme", "../beta", default))).Status.ShouldBe(404);
        (await SendAsync<RemoveGroup>(_admin, "DELETE", null, (function, request) => function.Run(request, "acme", "betas", default))).Status.ShouldBe(404);
        (await SendAsync<EndInvitation>(_admin, "DELETE", null, (function, request) => function.Run(request, "acme", "none", default))).Status.ShouldBe(404);
        (await SendAsync<ListUsers>(_admin, "GET", null, (function, request) => function.Run(request, "beta", default), AccessWorld.Beta)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Group_ThatNarrowsSomebody_StaysUntilItNarrowsNobody()
    {
        (await SendAsync<CreateGroup>(_admin, "POST", new { name = "Typo", flows = new[] { "none" } }, (function, request) => function.Run(request, "acme", default))).Status.ShouldBe(400);
        var made = await SendAsync<CreateGroup>(_admin, "POST", new { name = "Studio", acts = new[] { "sync" } }, (function, request) => function.Run(request, "acme", default));
        var group = made.Json.GetProperty("id").GetString()!;
        var key = await SendAsync<CreateKey>(_admin, "POST", new { name = "k", role = "viewer", groups = new[] { group } }, (function, request) => function.Run(request, "acme", default));
        (await RemoveAsync()).Status.ShouldBe(409);
        var patched = await SendAsync<PatchGroup>(_admin, "PATCH", new { name = "Works", acts = (string[]?)null }, (function, request) => function.Run(request, "acme", group, default));
        (patched.Json.GetProperty("name").GetString(), patched.Json.GetProperty("acts").ValueKind).ShouldBe(("Works", JsonValueKind.Null));

        await SendAsync<RevokeKey>(_admin, "DELETE", null, (function, request) => function.Run(request, "acme", key.Json.GetProperty("id").GetString()!, default));

        (await RemoveAsync()).Status.ShouldBe(204);
        (await SendAsync<ListGroups>(_admin, "GET", null, (function, request) => function.Run(request, "acme", default))).Json.GetProperty("items").GetArrayLength().ShouldBe(0);

        Task<Answer> RemoveAsync() => SendAsync<RemoveGroup>(_admin, "DELETE", null, (function, request) => function.Run(request, "acme", group, default));
    }

    [Fact]
    public async Task Access_ThatWouldLockOneOut_IsRefused()
    {
        foreach (var (body, pointer) in new (object, string)[]
        {
            (new { allowedAddresses = new[] { "198.51.100.0/24" } }, "#/allowedAddresses"),
            (new { allowedAddresses = new[] { "192.0.2.7", "everywhere" } }, "#/allowedAddresses/1"),
            (new { allowedAddresses = new[] { "192.0.2.7", "7" } }, "#/allowedAddresses/1"),
            (new { issuerOnly = true }, "#/issuerOnly"),
            (new { idleMinutes = 1 }, "#/idleMinutes"),
            (new { sessionHours = 0 }, "#/sessionHours"),
        })
        {
            var refused = await PatchAccessAsync(body);
            (refused.Status, refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString()).ShouldBe((400, pointer));
        }

        var saved = await PatchAccessAsync(new { allowedAddresses = new[] { "192.0.2.0/24" }, idleMinutes = 30 });
        (saved.Status, saved.Json.GetProperty("yourAddress").GetString(), saved.Json.GetProperty("idleMinutes").GetInt32(), saved.Json.GetProperty("sessionHours").GetInt32()).ShouldBe((200, "192.0.2.7", 30, 12));

        Task<Answer> PatchAccessAsync(object body) => SendAsync<PatchAccess>(_admin, "PATCH", body, (function, request) => function.Run(request, "acme", default));
    }

    [Fact]
    public async Task Lists_ForANarrowedCaller_LeaveOutWhatIsOfOtherFlows()
    {
        foreach (var (flow, left, right) in new[] { ("main", "a", "shared"), ("other", "b", "shared") })
        {
            foreach (var connection in new[] { left, right }.Where(id => id != "shared" || flow == "main")) await _world.Http.AddConnectionAsync(connection == "shared" ? "tinyplus" : "synergy", connection);
            await _world.Get<FlowStore>().InsertAsync(new Flow(new FlowKey(AccessWorld.Acme, new FlowId(flow)), "synergy-tinyplus", flow, new ConnectionId(left), new ConnectionId(right)) { CreatedAt = _world.Http.Time.GetUtcNow() }, default);
        }

        await _world.AddGroupsAsync(AccessWorld.Acme, new Group("main", "Main", ["main"], null));
        var browser = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "vi", Role.Viewer, "main"));

        Ids(await SendAsync<ListFlows>(browser, "GET", null, (function, request) => function.Run(request, "acme", default))).ShouldBe(["main"]);
        Ids(await SendAsync<ListConnections>(browser, "GET", null, (function, request) => function.Run(request, "acme", default))).ShouldBe(["a", "shared"]);
        (await SendAsync<GetConnection>(browser, "GET", null, (function, request) => function.Run(request, "acme", "b", default))).Status.ShouldBe(404);
        (await SendAsync<GetConnection>(browser, "GET", null, (function, request) => function.Run(request, "acme", "shared", default))).Status.ShouldBe(200);
        (await CallsAsync("a")).Status.ShouldBe(200);
        (await CallsAsync("b")).Status.ShouldBe(404);
        (await CallsAsync("shared")).Status.ShouldBe(404, "nobody knows which flow a call was for");

        Task<Answer> CallsAsync(string connection)
        {
            var request = _world.Request("GET", $"manage/v1/tenants/acme/api-calls?connection={connection}", browser);
            return _world.SendAsync<ListApiCalls>(request, (function, own) => function.Run(own, "acme", default), AccessWorld.Acme);
        }

        static IEnumerable<string> Ids(Answer answer) => answer.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!).Order();
    }

    private static string CodeOf(Answer made)
    {
        made.Status.ShouldBe(201, made.Body);
        var link = new Uri(made.Json.GetProperty("link").GetString()!);
        link.GetLeftPart(UriPartial.Query).ShouldEndWith("/api/app/", customMessage: "the code is behind the '#', which never reaches a server");
        return link.Fragment.Split('/')[^1];
    }

    private Task<Answer> InviteAsync(object body, Browser? browser = null) =>
        SendAsync<CreateInvitation>(browser ?? _admin, "POST", body, (function, request) => function.Run(request, "acme", default));

    private Task<Answer> PatchAsync(Browser browser, string user, object body) =>
        SendAsync<PatchUser>(browser, "PATCH", body, (function, request) => function.Run(request, "acme", user, default));

    private Task<Answer> SendAsync<T>(Browser browser, string method, object? body, Func<T, HttpRequest, Task<IActionResult>> call, TenantId? tenant = null) =>
        _world.SendAsync(_world.Request(method, "manage/v1/", browser, body), call, tenant ?? AccessWorld.Acme);

    private Task<Answer> LookAsync(string code) =>
        _world.SendAsync<LookAtInvitation>(_world.Request("POST", "session/invitation", null, new { code }), (function, request) => function.Run(request, default));

    private Task<Answer> AcceptAsync(Browser browser, object body) =>
        _world.SendAsync<AcceptInvitation>(_world.Request("POST", "session/invitation/accept", browser, body), (function, request) => function.Run(request, default), browser: browser);
}
