using System.Collections.Immutable;
using System.Net;
using SyncFunctions.App.Access;
using SyncFunctions.App.Audit;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Tests.Contracts;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Audit;

public sealed class AuditTests : IAsyncLifetime
{
    private ManageCalls _calls = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _calls = await ManageCalls.StartAsync();

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    [Fact]
    public void EverythingThatIsWritten_HasAText()
    {
        var written = Routes.All.Values.Where(route => route.Methods.Any(method => AuditMiddleware.IsWritten(route, method))).Select(route => route.Function).ToList();

        written.Count.ShouldBeGreaterThan(40);
        AuditText.All.Keys.ShouldBe(written, ignoreOrder: true);
        AuditText.All.Values.ShouldAllBe(text => char.IsLower(text[0]) && !text.EndsWith('.'));
    }

    [Fact]
    public async Task Settings_ThatAreChanged_AreWrittenWithWhoAndWhatTheyWere()
    {
        await PatchAsync(new { name = "Acme Ltd", recordsApi = true });

        var entry = (await _calls.AuditAsync()).ShouldHaveSingleItem();
        entry.ShouldSatisfyAllConditions(
            () => entry.Who.ShouldBe(new AuditWho("user", "ann", "Ann")),
            () => entry.What.ShouldBe(nameof(PatchTenant)),
            () => entry.Status.ShouldBe(200),
            () => entry.Changes.ShouldBe([new AuditChange("name", "\"Acme\"", "\"Acme Ltd\""), new AuditChange("recordsApi", "false", "true")]));
        var shown = await _calls.SendAsync<ListAudit>("GET", "tenants/acme/audit", null, (function, request) => function.Run(request, "acme", Cancel));
        shown.Json.GetProperty("items")[0].GetProperty("text").GetString().ShouldBe("changed the organisation's settings");
        (await _calls.AuditAsync()).Count.ShouldBe(1, "Looking is not written.");
    }

    [Fact]
    public async Task WhatFailedOrWasAnsweredBefore_IsNotWritten_AndWhatWasMadeIsNamed()
    {
        _calls.Caller = Caller.Operator;
        (await CreateAsync("acme", "k1")).Status.ShouldBe(409);
        await CreateAsync("beta", "k2");
        await CreateAsync("beta", "k2");

        var entry = (await _calls.World.Get<AuditLog>().ListAsync(tenant: null, AuditFilter.None, null, 10, Cancel)).Items.ShouldHaveSingleItem();
        entry.Target["id"].ShouldBe("beta");
        (await _calls.AuditAsync()).ShouldBeEmpty();
        (await _calls.SendAsync<ListOperatorAudit>("GET", "audit", null, (function, request) => function.Run(request, Cancel))).Json.GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("", "::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("", "2001:db8::7", "2001:db8::7")]
    [InlineData("X-Forwarded-For", "192.0.2.7", "198.51.100.1")]
    public async Task Address_IsTheClients_NotThatOfTheFrontBeforeTheApp(string header, string connection, string written)
    {
        await using var calls = await ManageCalls.StartAsync(("ClientAddress:Header", header));
        calls.From = IPAddress.Parse(connection);

        await calls.SendAsync<PatchTenant>("PATCH", "tenants/acme", new { name = "Acme Ltd" }, (function, request) => function.Run(request, "acme", Cancel), ("X-Forwarded-For", "203.0.113.9, 198.51.100.1:4711"));

        (await calls.AuditAsync()).ShouldHaveSingleItem().Address.ShouldBe(written);
    }

    [Fact]
    public async Task Refusals_AreWritten_ButNotWithoutEnd()
    {
        for (var i = 0; i < 15; i++)
        {
            (await _calls.SendAsync<GetTenant>("GET", "tenants/acme", null, (_, _) => throw new ProblemException(ProblemType.NotAllowed, "No."))).Status.ShouldBe(403);
        }

        var written = await _calls.AuditAsync();
        written.Count.ShouldBe(10);
        written.ShouldAllBe(entry => entry.Status == 403 && entry.Who.Id == "ann" && entry.What == nameof(GetTenant));
    }

    [Fact]
    public async Task Log_IsFilteredPagedAndTakenAway()
    {
        var (log, begin) = (_calls.World.Get<AuditLog>(), _calls.World.Time.GetUtcNow());
        for (var day = 0; day < 6; day++)
        {
            await log.AppendAsync(HttpWorld.Tenant, new AuditEntry(begin.AddDays(day), new AuditWho("user", day % 2 == 0 ? "ann" : "bob", "-"), day < 3 ? "EnableFlow" : "DisableFlow", 200)
            {
                Target = Target("flow", day == 5 ? "other" : "main"),
            }, Cancel);
        }

        (await CountAsync(new AuditFilter(Who: "bob"))).ShouldBe(3);
        (await CountAsync(new AuditFilter(What: "EnableFlow", Flow: new FlowId("main")))).ShouldBe(3);
        (await CountAsync(new AuditFilter(From: begin.AddDays(1), To: begin.AddDays(3)))).ShouldBe(2);
        var first = await log.ListAsync(HttpWorld.Tenant, AuditFilter.None, null, 4, Cancel);
        var rest = await log.ListAsync(HttpWorld.Tenant, AuditFilter.None, first.Continuation, 4, Cancel);
        first.Items.Concat(rest.Items).Select(entry => entry.At).ShouldBe(Enumerable.Range(0, 6).Select(day => begin.AddDays(5 - day)));

        _calls.World.Time.Advance(TimeSpan.FromDays(_calls.World.Get<AppSettings>().Retention.Audit + 2.5));
        await _calls.World.Get<Retention>().RunAsync(Cancel);
        (await CountAsync(AuditFilter.None)).ShouldBe(3);
    }

    private static ImmutableSortedDictionary<string, string> Target(string name, string value) =>
        ImmutableSortedDictionary<string, string>.Empty.Add(name, value);

    private async Task<int> CountAsync(AuditFilter filter) => (await _calls.AuditAsync(filter)).Count;

    private Task<Answer> PatchAsync(object body) => _calls.SendAsync<PatchTenant>("PATCH", "tenants/acme", body, (function, request) => function.Run(request, "acme", Cancel));

    private Task<Answer> CreateAsync(string id, string key) =>
        _calls.SendAsync<CreateTenant>("POST", "tenants", new { id, name = id }, (function, request) => function.Run(request, Cancel), ("Idempotency-Key", key));
}
