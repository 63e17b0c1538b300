using System.Diagnostics;
using Azure;
using Azure.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SyncFunctions.App.Access;
using SyncFunctions.App.Health;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Health;

public sealed class HealthTests
{
    private const string Key = "an-operator-key-for-tests";

    private readonly CountingTransport _storage = new(new MemoryStorage());

    [Fact]
    public async Task Live_AsksNothing()
    {
        await using var world = await StartAsync();
        _storage.Reset();

        var request = world.Request("GET");
        (await HttpWorld.ExecuteAsync(request, Task.FromResult(new GetLiveness().Run(request)))).Status.ShouldBe(200);
        _storage.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Ready_AsksTablesAndQueues_OnceForAllWhoAskAtTheSameTime()
    {
        await using var world = await StartAsync();
        _storage.Reset();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(world, key: null)));

        answers.ShouldAllBe(answer => answer.Status == 200);
        answers[0].Body.ShouldBe("""{"status":"ready","checks":null}""");
        _storage.ByOperation.ShouldBe(new Dictionary<string, int> { ["GET metadata"] = 1, ["table get"] = 1 }, ignoreOrder: true);

        world.Time.Advance(TimeSpan.FromSeconds(6));
        var told = (await AskAsync(world, Key)).Json.GetProperty("checks").EnumerateArray().Select(check => (check.GetProperty("name").GetString(), check.TryGetProperty("failure", out var failure) && failure.ValueKind != System.Text.Json.JsonValueKind.Null));
        told.ShouldBe([("queues", false), ("tables", false), ("vault", false)]);
        _storage.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Unready_IsToldToAll_AndWhyToOperatorsAlone()
    {
        await using var world = await StartAsync();
        _storage.Answer(call => call.Operation == "GET metadata", 403);

        var open = await AskAsync(world, key: null);
        var wrong = await AskAsync(world, "another-key-that-is-long-enough");
        var told = await AskAsync(world, Key);

        foreach (var answer in new[] { open, wrong })
        {
            answer.Status.ShouldBe(503);
            answer.Body.ShouldContain("/api/problems/not-ready");
            answer.Body.ShouldNotContain("queue");
        }

        told.Json.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "queues").GetProperty("failure").GetString().ShouldStartWith("It answered 403");
    }

    [Fact]
    public async Task StorageThatDoesNotAnswer_IsWaitedForTwoSeconds()
    {
        await using var world = await StartAsync();
        var release = _storage.Hold(call => call.Operation == "table get");

        var begun = Stopwatch.GetTimestamp();
        var told = await AskAsync(world, Key);
        release.SetResult();

        told.Status.ShouldBe(503);
        told.Json.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "tables").GetProperty("failure").GetString().ShouldBe("No answer within 2 seconds");
        Stopwatch.GetElapsedTime(begun).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task Unready_AskedAgainAndAgain_AsksStorageOnce()
    {
        await using var world = await StartAsync();
        _storage.Reset();
        _storage.Answer(call => call.Operation == "GET metadata", 403);

        for (var times = 0; times < 50; times++) (await AskAsync(world, key: null)).Status.ShouldBe(503);

        _storage.ByOperation["GET metadata"].ShouldBe(1);
    }

    [Fact]
    public async Task Vault_ThatRefusesOrStandsStill_IsNamedToNobodyButByItsKind()
    {
        var release = new ManualResetEventSlim();
        var services = new ServiceCollection().AddLogging();
        services.AddHealthChecks()
            .Add(Readiness.At("refuses", _ => _ => throw new AggregateException(new RequestFailedException(0, "Connection refused (v.vault.azure.net:443)"))))
            .Add(Readiness.At("identity", _ => _ => throw new AuthenticationFailedException("No token for https://v.vault.azure.net")))
            .Add(Readiness.At("stands", _ => cancellation =>
            {
                release.Wait(CancellationToken.None);
                return Task.CompletedTask;
            }));
        await using var provider = services.BuildServiceProvider();

        var begun = Stopwatch.GetTimestamp();
        var checks = await new Readiness(provider.GetRequiredService<HealthCheckService>(), TimeProvider.System).LookAsync(TestContext.Current.CancellationToken);
        Stopwatch.GetElapsedTime(begun).ShouldBeInRange(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(10));
        release.Set();

        checks.Select(check => (check.Name, check.Failure)).ShouldBe([("identity", "The app's identity gets no token for it"), ("refuses", "It is not reached"), ("stands", "No answer within 2 seconds")]);
    }

    private static async Task<Answer> AskAsync(HttpWorld world, string? key)
    {
        var request = world.Request("GET");
        if (key is not null) request.Headers[OperatorKeys.Header] = key;
        return await HttpWorld.ExecuteAsync(request, world.Function<GetReadiness>().Run(request, TestContext.Current.CancellationToken));
    }

    private Task<HttpWorld> StartAsync() =>
        HttpWorld.StartAsync(StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options => options.Transport = _storage), ("OperatorKey", Key));
}
