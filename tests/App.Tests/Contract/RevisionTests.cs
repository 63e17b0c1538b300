using SyncFunctions.App.Manage;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Contracts;

public sealed class RevisionTests : IAsyncLifetime
{
    private ManageCalls _calls = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _calls = await ManageCalls.StartAsync();

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    [Fact]
    public async Task Tenant_ChangedSinceItWasRead_IsNotChangedByWhoReadItBefore()
    {
        var read = await GetAsync();
        var tag = read.Headers.ETag.ToString();
        (await GetAsync(("If-None-Match", tag))).ShouldSatisfyAllConditions(same => same.Status.ShouldBe(304), same => same.Body.ShouldBeEmpty(), same => same.Headers.ETag.ToString().ShouldBe(tag));

        var changed = await PatchAsync(new { name = "Acme 2" }, ("If-Match", tag));
        changed.Status.ShouldBe(200);
        changed.Headers.ETag.ToString().ShouldNotBe(tag);

        var stale = await PatchAsync(new { name = "Acme 3" }, ("If-Match", tag));
        (stale.Status, stale.Json.GetProperty("type").GetString()).ShouldBe((412, "/api/problems/changed-since"));
        (await GetAsync(("If-None-Match", tag))).Json.GetProperty("name").GetString().ShouldBe("Acme 2");
        (await PatchAsync(new { name = "Acme 4" }, ("If-Match", $"\"other\", {changed.Headers.ETag}"))).Status.ShouldBe(200);
        (await PatchAsync(new { name = "Acme 5" }, ("If-Match", "*"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Connection_ThatTheAppHasChanged_IsNewToReadButNotToChange()
    {
        var connection = await _calls.World.AddConnectionAsync("synergy", "left");
        var tag = (await GetConnectionAsync()).Headers.ETag.ToString();
        var store = _calls.World.Get<ConnectionStore>();
        var stored = await store.GetAsync(connection.Tenant, connection.Id, Cancel);
        await store.ReplaceAsync(stored!.Value with { Value = connection with { HealthDetail = "The vendor says no." } }, Cancel);

        (await GetConnectionAsync(("If-None-Match", tag))).Status.ShouldBe(200);
        var patched = await _calls.SendAsync<PatchConnection>("PATCH", "tenants/acme/connections/left", new { name = "New" }, (function, request) => function.Run(request, "acme", "left", Cancel), ("If-Match", tag));
        patched.Status.ShouldBe(200, patched.Body);
    }

    private Task<Answer> GetAsync(params (string Name, string Value)[] headers) => _calls.SendAsync<GetTenant>("GET", "tenants/acme", null, (function, request) => function.Run(request, "acme", Cancel), headers);

    private Task<Answer> PatchAsync(object body, params (string Name, string Value)[] headers) =>
        _calls.SendAsync<PatchTenant>("PATCH", "tenants/acme", body, (function, request) => function.Run(request, "acme", Cancel), headers);

    private Task<Answer> GetConnectionAsync(params (string Name, string Value)[] headers) =>
        _calls.SendAsync<GetConnection>("GET", "tenants/acme/connections/left", null, (function, request) => function.Run(request, "acme", "left", Cancel), headers);
}
