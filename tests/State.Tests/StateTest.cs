using System.Text.Json;
using Azure.Core;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

/// <summary>Tables of its own for each test, behind a transport that counts and fails calls.</summary>
public abstract class StateTest(AzuriteFixture azurite) : IAsyncLifetime
{
    protected static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    protected static readonly TenantId Acme = new("acme");
    protected static readonly ConnectionId Crm = new("crm");
    protected static readonly FlowKey Flow = new(Acme, new FlowId("companies-both-ways"));

    private StateTables? _tables;

    protected static readonly IdSource Ids = new(TimeProvider.System);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected CountingTransport Transport { get; } = new();

    protected StateClients Clients { get; private set; } = null!;

    protected StateTables Tables => _tables ??= new StateTables(Clients);

    protected string ConnectionString => azurite.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        Clients = Connect(Transport) with { Prefix = AzuriteFixture.NewPrefix() };
        await Tables.CreateAsync(Cancel);
        Transport.Reset();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The same tables over a transport of their own.</summary>
    protected StateTables OtherTables(CountingTransport transport) => new(Connect(transport) with { Prefix = Clients.Prefix });

    /// <summary>The answer to the next call of this kind is lost after the service has done it.</summary>
    protected void LoseAnswer(string operation)
    {
        var lost = false;
        Transport.Fail(call => call.Operation == operation && !lost && (lost = true), FailurePoint.AfterSending);
    }

    /// <summary>Equal in everything, collections by content.</summary>
    protected static void ShouldHoldTheSame<T>(T actual, T expected) =>
        JsonSerializer.Serialize(actual, StateJson.Options).ShouldBe(JsonSerializer.Serialize(expected, StateJson.Options));

    private StateClients Connect(CountingTransport transport) => StateClients.Create(
        name => name == StateClients.Connection ? azurite.ConnectionString : null,
        options => Configure(options, transport));

    private static void Configure(ClientOptions options, CountingTransport transport)
    {
        options.Transport = transport;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(5);
    }
}

/// <summary>A clock that stands where it is put.</summary>
public sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
