using SyncFunctions.App.Connections;
using SyncFunctions.Connectors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Connections;

public sealed class CredentialsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private HttpWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await HttpWorld.StartAsync(azurite);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Renewals_InParallel_AreOneCall()
    {
        var issued = await ConnectAsync();
        await RevokeAccessAsync();
        await _world.ControlAsync("synergy", HttpMethod.Put, "faults", new[] { new { match = "POST RefreshAccessToken", kind = "delay", delayMs = 500 } });

        // Each scope stands for an instance of the app: they share nothing but storage.
        var scopes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => OpenAsync()));
        var renewed = await Task.WhenAll(scopes.Select(scope => scope.Credentials.RenewAsync(issued, default).AsTask()));

        renewed.ShouldAllBe(result => result.Failure == null);
        renewed.Select(result => result.Value!.AccessToken).Distinct().ShouldHaveSingleItem().ShouldNotBe(issued.AccessToken);
        (await _world.CallsAsync("synergy", "POST", "RefreshAccessToken")).ShouldBe(1);
        (await _world.ConnectionAsync("left")).RenewingUntil.ShouldBeNull();
    }

    [Fact]
    public async Task Call_WithRevokedAccess_RenewsSavesAndWorks()
    {
        var issued = await ConnectAsync();
        await RevokeAccessAsync();

        var scope = await OpenAsync();
        (await _world.Get<Systems>()["synergy"].IdentifyAsync(scope, default)).Failure.ShouldBeNull();

        _world.Get<SealedCredentials>().Open(await _world.ConnectionAsync("left")).ShouldNotBeNull().AccessToken.ShouldNotBe(issued.AccessToken);
        (await _world.ConnectionAsync("left")).Health.ShouldBe(ConnectionHealth.Connected);
    }

    [Fact]
    public async Task Credentials_AboutToEnd_AreRenewedBeforeTheyDo()
    {
        var issued = await ConnectAsync(expiresIn: TimeSpan.FromMinutes(30));
        (await (await OpenAsync()).Credentials.GetAsync(default)).Value.ShouldBe(issued);

        _world.Time.Advance(TimeSpan.FromMinutes(29));

        (await (await OpenAsync()).Credentials.GetAsync(default)).Value!.AccessToken.ShouldNotBe(issued.AccessToken);
    }

    [Fact]
    public async Task Grant_ThatIsOver_ExpiresTheConnectionOnce()
    {
        var issued = await ConnectAsync();
        await _world.ControlAsync("synergy", HttpMethod.Delete, "tokens?kind=all");

        var results = await Task.WhenAll((await Task.WhenAll(OpenAsync(), OpenAsync())).Select(scope => scope.Credentials.RenewAsync(issued, default).AsTask()));

        results.ShouldAllBe(result => result.Failure!.Kind == FailureKind.AuthExpired);
        var connection = await _world.ConnectionAsync("left");
        connection.Health.ShouldBe(ConnectionHealth.Expired);
        connection.HealthDetail.ShouldNotBeNull().ShouldContain("Connect Total Synergy again");
        (await _world.CallsAsync("synergy", "POST", "RefreshAccessToken")).ShouldBe(1);

        // Nothing is sent any more until a person has connected again.
        var calls = await _world.CallsAsync("synergy", "GET", "Organisation");
        (await _world.Get<Systems>()["synergy"].IdentifyAsync(await OpenAsync(), default)).Failure!.Kind.ShouldBe(FailureKind.AuthExpired);
        (await _world.CallsAsync("synergy", "GET", "Organisation")).ShouldBe(calls);
    }

    [Fact]
    public async Task Renewal_WhileSomebodyConnectsAgain_KeepsWhatThePersonBrought()
    {
        var issued = await ConnectAsync();
        await _world.ControlAsync("synergy", HttpMethod.Delete, "tokens?kind=all");
        await _world.ControlAsync("synergy", HttpMethod.Put, "faults", new[] { new { match = "POST RefreshAccessToken", kind = "delay", delayMs = 1500 } });
        var brought = await _world.IssueTokensAsync("synergy");

        var renewal = (await OpenAsync()).Credentials.RenewAsync(issued, default).AsTask();
        while ((await _world.ConnectionAsync("left")).RenewingUntil is null) await Task.Yield();
        (await _world.Get<SignIns>().ConnectAsync(await _world.ConnectionAsync("left"), brought, default)).ShouldBeOfType<SignInOutcome.Connected>();

        (await renewal).Value!.AccessToken.ShouldBe(brought.AccessToken);
        var connection = await _world.ConnectionAsync("left");
        connection.Health.ShouldBe(ConnectionHealth.Connected);
        _world.Get<SealedCredentials>().Open(connection)!.AccessToken.ShouldBe(brought.AccessToken);
    }

    [Fact]
    public async Task Renewal_LeftBehindByAWorkerThatDied_IsTakenOver()
    {
        var issued = await ConnectAsync();
        var store = _world.Get<ConnectionStore>();
        var stored = (await store.GetAsync(HttpWorld.Tenant, new("left"), default))!.Value;
        await store.ReplaceAsync(stored with { Value = stored.Value with { RenewingUntil = _world.Time.GetUtcNow() + StoredCredentials.Lease } }, default);

        _world.Time.Advance(StoredCredentials.Lease);

        (await (await OpenAsync()).Credentials.RenewAsync(issued, default)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task Secret_InStorage_IsNotReadable()
    {
        var issued = await ConnectAsync();

        var bytes = (await _world.ConnectionAsync("left")).Secret.ShouldNotBeNull();

        System.Text.Encoding.UTF8.GetString(bytes).ShouldNotContain(issued.AccessToken);
        bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(issued.AccessToken[..12])).ShouldBe(-1);
    }

    private async Task<Credentials> ConnectAsync(TimeSpan? expiresIn = null)
    {
        var credentials = await _world.IssueTokensAsync("synergy") with { ExpiresAt = expiresIn is { } life ? _world.Time.GetUtcNow() + life : null };
        await _world.AddConnectionAsync("synergy", "left", credentials: credentials);
        return credentials;
    }

    private async Task<ConnectionScope> OpenAsync() => (await _world.Get<ConnectionScopes>().OpenAsync(HttpWorld.Tenant, new("left"), new("left"), default)).Left;

    private Task RevokeAccessAsync() => _world.ControlAsync("synergy", HttpMethod.Delete, "tokens?kind=access");
}
