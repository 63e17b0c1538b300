using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Contracts;

public sealed class IdempotencyTests : IAsyncLifetime
{
    private ManageCalls _calls = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _calls = await ManageCalls.StartAsync();

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    [Fact]
    public async Task SameKeyAndBody_IsDoneOnce_AndAnsweredTheSame()
    {
        var first = await CreateAsync(new { name = "Beta" }, "k1");
        var again = await CreateAsync(new { name = "Beta" }, "\"k1\"");
        var other = await CreateAsync(new { name = "Gamma" }, "k1");

        (first.Status, again.Status, again.Body).ShouldBe((201, 201, first.Body));
        first.Headers.ContainsKey(KeptAnswer.Header).ShouldBeFalse();
        again.Headers[KeptAnswer.Header].ToString().ShouldBe("true");
        (other.Status, other.Json.GetProperty("type").GetString()).ShouldBe((422, "/api/problems/idempotency-key-reused"));
        (await _calls.World.Get<TenantStore>().ListAsync(Cancel)).Count(tenant => tenant.Name == "Beta").ShouldBe(1);
    }

    [Fact]
    public async Task SameKey_OfAnotherCallerOrLater_IsARequestOfItsOwn()
    {
        var first = await CreateAsync(new { name = "Beta" }, "k1");
        _calls.Caller = _calls.Caller with { Id = "bob" };
        var bob = await CreateAsync(new { name = "Beta" }, "k1");
        _calls.World.Time.Advance(TimeSpan.FromHours(25));
        var later = await CreateAsync(new { name = "Beta" }, "k1");

        new[] { first, bob, later }.Select(answer => answer.Json.GetProperty("id").GetString()).ShouldBeUnique();
    }

    [Fact]
    public async Task Refusal_IsNotKept_SoThatItCanBeTriedAgain()
    {
        (await CreateAsync(new { id = "acme", name = "Again" }, "k1")).Status.ShouldBe(409);

        // Had it been kept, another body would be refused for that.
        (await CreateAsync(new { id = "acme-2", name = "Again" }, "k1")).Status.ShouldBe(201);
    }

    [Fact]
    public async Task SecondRequest_WhileTheFirstRuns_IsToldSo_AndRunsWhenTheFirstHasDied()
    {
        var (begun, never) = (new TaskCompletionSource(), new TaskCompletionSource<IActionResult>());
        var first = _calls.SendAsync<CreateTenant>("POST", "tenants", new { name = "Beta" }, (_, _) =>
        {
            begun.SetResult();
            return never.Task;
        }, Key("k1"));
        await begun.Task;

        var second = await CreateAsync(new { name = "Beta" }, "k1");
        (second.Status, second.Json.GetProperty("type").GetString(), second.Headers.RetryAfter.ToString()).ShouldBe((409, "/api/problems/still-running", "1"));

        _calls.World.Time.Advance(TimeSpan.FromMinutes(6));
        (await CreateAsync(new { name = "Beta" }, "k1")).Status.ShouldBe(201);
        first.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task AnswerWithASecret_IsNotKept()
    {
        await _calls.World.AddConnectionAsync("synergy", "left");

        var first = await InviteAsync("k1");
        var again = await InviteAsync("k1");

        first.Status.ShouldBe(200);
        (again.Status, again.Json.GetProperty("type").GetString()).ShouldBe((409, "/api/problems/already-done"));
        again.Body.ShouldNotContain("invitation=");
    }

    [Fact]
    public async Task Key_CostsTwoStorageOperations_AndNothingWithoutOne()
    {
        await CreateAsync(new { id = "first", name = "Beta" }, null);
        _calls.Storage.Reset();
        await CreateAsync(new { id = "second", name = "Beta" }, null);
        var without = _calls.Storage.Count;
        _calls.Storage.Reset();
        await CreateAsync(new { id = "third", name = "Beta" }, "k1");

        (_calls.Storage.Count - without).ShouldBe(2);
    }

    private Task<Answer> CreateAsync(object body, string? key) => _calls.SendAsync<CreateTenant>("POST", "tenants", body, (function, request) => function.Run(request, Cancel), key is null ? [] : Key(key));

    private Task<Answer> InviteAsync(string key) =>
        _calls.SendAsync<InviteToConnection>("POST", "tenants/acme/connections/left/invitation", null, (function, request) => function.Run(request, "acme", "left", Cancel), Key(key));

    private static (string Name, string Value)[] Key(string key) => [(IdempotencyMiddleware.Header, key)];
}
