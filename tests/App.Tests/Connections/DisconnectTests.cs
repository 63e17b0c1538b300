using SyncFunctions.App.Data;
using SyncFunctions.App.Manage;
using SyncFunctions.Connectors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Connections;

public sealed class DisconnectTests : IAsyncLifetime
{
    private HttpWorld _world = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var clients = StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options => options.Transport = new CountingTransport(new MemoryStorage()));
        _world = await HttpWorld.StartAsync(clients, ("Systems:salesforce:authHost", "{vendors}/salesforce/"), ("Systems:salesforce:clientId", "sync-functions"), ("Systems:salesforce:clientSecret", "sync-functions-secret"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Connection_OfAVendorThatCanBeTold_IsEndedThere()
    {
        await ConnectAsync();

        var answer = await DisconnectAsync();

        answer.GetProperty("health").GetString().ShouldBe("disconnected");
        answer.GetProperty("healthDetail").GetString().ShouldBe("Salesforce was disconnected, and has ended the access.");
        (await _world.CallsAsync("salesforce", "POST", "/revoke")).ShouldBe(1);
        (await _world.ConnectionAsync("left")).Secret.ShouldBeNull();
        (await DisconnectAsync()).GetProperty("health").GetString().ShouldBe("disconnected");
        (await _world.CallsAsync("salesforce", "POST", "/revoke")).ShouldBe(1);
    }

    [Fact]
    public async Task Vendor_ThatCannotBeReached_KeepsNobodyFromForgetting_AndIsSaid()
    {
        await ConnectAsync();
        await _world.ControlAsync("salesforce", HttpMethod.Put, "faults", new[] { new { match = "POST /services/oauth2/revoke", kind = "404" } });

        var answer = await DisconnectAsync();

        answer.GetProperty("healthDetail").GetString()!.ShouldContain("could not be told to end the access");
        (await _world.ConnectionAsync("left")).Secret.ShouldBeNull();
        _world.Log.Text.ShouldContain("could not be told to end the access of connection acme/left");
    }

    [Fact]
    public async Task Connection_OfAVendorWithoutSuchAnAddress_SaysThatItEndsThere()
    {
        await _world.AddConnectionAsync("synergy", "left", credentials: new Credentials("token", "synergy-static-key"));

        (await DisconnectAsync()).GetProperty("healthDetail").GetString().ShouldBe("Total Synergy was disconnected. It cannot be told to end the access: end it there, too.");
    }

    [Fact]
    public async Task Erasure_OfATenant_EndsItsAccessAtVendors()
    {
        await ConnectAsync();
        var erasure = _world.Get<TenantErasure>();

        await erasure.BeginAsync(HttpWorld.Tenant, Cancel);
        await erasure.RunAsync(HttpWorld.Tenant, null, Cancel);

        (await _world.CallsAsync("salesforce", "POST", "/revoke")).ShouldBe(1);
    }

    private async Task ConnectAsync() => await _world.AddConnectionAsync("salesforce", "left", credentials: await _world.IssueTokensAsync("salesforce"));

    private async Task<System.Text.Json.JsonElement> DisconnectAsync()
    {
        var request = _world.Request("POST");
        var answer = await HttpWorld.ExecuteAsync(request, _world.Function<DisconnectConnection>().Run(request, "acme", "left", Cancel));
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }
}
