using SyncFunctions.App.Connections;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Connections;

public sealed class FailedCallsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly ConnectionId Connection = new("left");

    private HttpWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await HttpWorld.StartAsync(azurite);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Calls_ThatWaitWhenTheAppStops_AreWrittenFirst()
    {
        var failed = _world.Get<FailedCalls>();
        for (var i = 0; i < 250; i++) failed.Observe(HttpWorld.Tenant, Connection, Call(FailureKind.Transient));
        failed.Observe(HttpWorld.Tenant, Connection, Call(null));

        await failed.StartAsync(default);
        await failed.StopAsync(default);

        (await _world.Get<ApiCallLog>().ListAsync(HttpWorld.Tenant, Connection, null, 1000, default)).Items.Count.ShouldBe(250);
        _world.Log.Text.ShouldNotContain("missing from the log");
    }

    [Fact]
    public async Task Calls_BeyondTheBound_AreCountedInTheLog()
    {
        var failed = _world.Get<FailedCalls>();
        for (var i = 0; i < FailedCalls.Capacity + 7; i++) failed.Observe(HttpWorld.Tenant, Connection, Call(FailureKind.Transient));

        await failed.StartAsync(default);
        await failed.StopAsync(default);

        _world.Log.Text.ShouldContain("7 failed vendor calls are missing from the log");
    }

    [Fact]
    public async Task Call_ThatFailed_IsListedWithoutSecrets()
    {
        var failed = _world.Get<FailedCalls>();
        await failed.StartAsync(default);
        var connection = await _world.AddConnectionAsync("tinyplus", "left");
        var scope = _world.Get<ConnectionScopes>().Trying(connection, new Credentials("token", "a-wrong-token"));
        (await _world.Get<Systems>()["tinyplus"].IdentifyAsync(scope, default)).Failure.ShouldNotBeNull();
        await failed.StopAsync(default);

        var call = (await _world.Get<ApiCallLog>().ListAsync(HttpWorld.Tenant, Connection, null, 10, default)).Items.ShouldHaveSingleItem();

        call.Method.ShouldBe("GET");
        call.Status.ShouldBe(401);
        call.Failure.ShouldBe(nameof(FailureKind.AuthExpired));
        call.ToString().ShouldNotContain("a-wrong-token");
    }

    private static ApiCall Call(FailureKind? failure) =>
        new("synergy", "GET", "/api/v2/Projects", failure is null ? 200 : 503, failure, failure?.ToString(), TimeSpan.FromMilliseconds(12), DateTimeOffset.UtcNow);
}
