using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.App.Triggers;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests;

/// <summary>The live path over storage in memory and two fake systems with webhooks: functions are called as the host would call them.</summary>
internal sealed class LiveWorld : IDisposable
{
    public static readonly FlowKey Key = new(HttpWorld.Tenant, new FlowId("flow"));

    private readonly ServiceProvider _services;
    private readonly Dictionary<Side, FakeServer> _servers = [];
    private readonly Dictionary<Side, (string Id, string Secret)> _hooks = [];
    private readonly HttpClient _http;
    private readonly Pair _pair;

    private LiveWorld(Pair pair, Func<IConnector, IConnector> system, bool conditional, params IEnumerable<KeyValuePair<string, string?>> app)
    {
        _pair = pair;
        var faults = new FaultPlan(new Random(1)) { On = false };
        History = new FakeHistory();
        foreach (var habits in new[] { FakePair.LeftHabits with { ConditionalWrites = conditional }, FakePair.RightHabits })
        {
            var account = new FakeAccount(habits, Time, History, new Random(1)) { Lags = false };
            _servers[habits.Side] = new FakeServer(account, new FakeSignIn(habits, Time), faults, Time);
        }

        Network = new FakeNetwork(_servers.ToDictionary(server => $"{server.Value.Account.Habits.System}.test", server => server.Value), faults, Time);
        Keys = new PublishedKeyServer(Network);
        _http = new HttpClient(Keys);
        Storage = new CountingTransport(new MemoryStorage(Time));
        var pipeline = new VendorPipeline(_http, Time, new Random(1));
        var clients = new StateClients(
            new TableServiceClient(MemoryStorage.ConnectionString, new TableClientOptions { Transport = Storage, Retry = { MaxRetries = 0 } }),
            new BlobServiceClient(MemoryStorage.ConnectionString, new BlobClientOptions { Transport = Storage }),
            new QueueServiceClient(MemoryStorage.ConnectionString, new QueueClientOptions { Transport = Storage, MessageEncoding = QueueMessageEncoding.Base64, Retry = { MaxRetries = 0 } }));
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddSingleton<TimeProvider>(Time)
            .AddState(clients)
            .AddSingleton(SecretKeys.New())
            .AddSingleton(pipeline)
            .AddSingleton(new Systems([.. _servers.Values.Select(server => system(new FakeConnector(server.Account.Habits, pipeline)))]))
            .AddSingleton(new PairCatalog(pair))
            .AddSync(new SyncMetrics())
            .AddHttpSide(AppSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(app).Build()))
            .BuildServiceProvider();
        Changes = clients.Queues.GetQueueClient(AppQueues.Changes);
    }

    public ShiftedTime Time { get; } = new();

    public LogSink Log { get; } = new();

    public FakeHistory History { get; }

    public FakeNetwork Network { get; }

    public PublishedKeyServer Keys { get; }

    /// <summary>Everything asked of storage.</summary>
    public CountingTransport Storage { get; }

    public QueueClient Changes { get; }

    public FakeAccount Left => _servers[Side.Left].Account;

    public FakeAccount Right => _servers[Side.Right].Account;

    /// <summary>Operations on tables so far: what the budgets count beside queue traffic.</summary>
    public IReadOnlyList<string> TableCalls() =>
        [.. Storage.Calls.Where(call => call.Operation.StartsWith("table", StringComparison.Ordinal)).Select(call => $"{call.Operation} {Uri.UnescapeDataString(call.Uri.PathAndQuery)}")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A flow that is live, with a webhook on each side.</summary>
    /// <param name="settings">Of the flow.</param>
    /// <param name="pair">The fake systems' own if null.</param>
    /// <param name="system">What becomes of each system's connector; one with webhooks of which a person pastes the address if null.</param>
    /// <param name="conditional">Writes to the left name the version that they are for.</param>
    /// <param name="app">Settings of the app.</param>
    public static async Task<LiveWorld> LiveAsync(FlowSettings? settings = null, Pair? pair = null, Func<IConnector, IConnector>? system = null, bool conditional = false, IEnumerable<(string Name, string Value)>? app = null)
    {
        var world = new LiveWorld(pair ?? FakePair.Pair, system ?? (inner => new HookedSystem(inner)), conditional, (app ?? []).Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        await world.Get<StateTables>().CreateAsync(Cancel);
        await world.Get<TenantStore>().InsertAsync(new Tenant(HttpWorld.Tenant, "Acme", world.Time.GetUtcNow()), Cancel);
        foreach (var side in Sides.Both) await world.ConnectAsync(side);
        await world.AddFlowAsync(Key, settings);
        foreach (var side in Sides.Both.Where(side => world.System(side) is not IWebhookRegistrar)) await world.RotateAsync(side);
        world.Storage.Reset();
        return world;
    }

    public IServiceProvider Services => _services;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public T Function<T>() => ActivatorUtilities.CreateInstance<T>(_services);

    public FakeServer Server(Side side) => _servers[side];

    public IConnector System(Side side) => Get<Systems>()[SystemOf(side)];

    public static string SystemOf(Side side) => ConnectionOf(side).Value;

    public FakeAccount On(Side side) => _servers[side].Account;

    public static ConnectionId ConnectionOf(Side side) => new(side == Side.Left ? FakePair.Left : FakePair.Right);

    public async Task AddFlowAsync(FlowKey key, FlowSettings? settings = null, Uri? madeAt = null)
    {
        var now = Time.GetUtcNow();
        var flow = new Flow(key, _pair.Name, "Live", ConnectionOf(Side.Left), ConnectionOf(Side.Right)) { Settings = settings ?? _pair.Defaults, Enabled = true, CreatedAt = now, MadeAt = madeAt, WentLiveAt = now };
        (await Get<FlowStore>().InsertAsync(flow, Cancel)).ShouldBeTrue();
    }

    public async Task ChangeFlowAsync(Func<Flow, Flow> change, FlowKey? key = null)
    {
        var flows = Get<FlowStore>();
        var found = (await flows.GetAsync(key ?? Key, Cancel))!.Value;
        (await flows.ReplaceAsync(found with { Value = change(found.Value) }, Cancel)).ShouldNotBeNull();
    }

    /// <summary>A webhook address for a side's connection, in place of the one before.</summary>
    public async Task<Answer> RotateAsync(Side side, string? secret = null)
    {
        var request = Request("POST", secret is null ? null : new { secret });
        var answer = await HttpWorld.ExecuteAsync(request, Function<RotateWebhook>().Run(request, HttpWorld.Tenant.Value, ConnectionOf(side).Value, Cancel));
        if (answer.Status == 201 && answer.Json.TryGetProperty("url", out var url)) _hooks[side] = (url.GetString()!.Split('/')[^1], secret ?? answer.Json.GetProperty("secret").GetString() ?? "");
        return answer;
    }

    /// <summary>Another secret for a side's connection, at the same address.</summary>
    public Task<Answer> RotateSecretAsync(Side side, string? secret = null)
    {
        var request = Request("POST", secret is null ? null : new { secret });
        return HttpWorld.ExecuteAsync(request, Function<RotateWebhookSecret>().Run(request, HttpWorld.Tenant.Value, ConnectionOf(side).Value, Cancel));
    }

    public string HookOf(Side side) => _hooks[side].Id;

    public string SecretOf(Side side) => _hooks[side].Secret;

    /// <summary>A connection as its administrator sees it.</summary>
    public Task<Answer> ShowAsync(Side side)
    {
        var request = Request("GET", null);
        return HttpWorld.ExecuteAsync(request, Function<GetConnection>().Run(request, HttpWorld.Tenant.Value, ConnectionOf(side).Value, Cancel));
    }

    /// <summary>The system sends a webhook, signed as it is now.</summary>
    public Task<Answer> SendAsync(Side side, params IEnumerable<FakeRecord> records) => SendAsync(side, _hooks[side].Id, Body(records), _hooks[side].Secret);

    public async Task<Answer> SendAsync(Side side, string hook, byte[] body, string secret, string? system = null, Uri? keyAddress = null)
    {
        var request = Request("POST", null);
        if (keyAddress is not null) request.Headers[HookedSystem.KeyAddress] = keyAddress.AbsoluteUri;
        request.Body = new MemoryStream(body);
        request.ContentLength = body.Length;
        request.Headers[HookedSystem.Signature] = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
        return await HttpWorld.ExecuteAsync(request, Function<VendorWebhook>().Run(request, system ?? SystemOf(side), hook, Cancel));
    }

    public Task<Answer> SendAsync(Side side, string hook, string kind, string id) =>
        SendAsync(side, hook, JsonSerializer.SerializeToUtf8Bytes(new[] { new { kind, id } }), _hooks[side].Secret);

    public static byte[] Body(params IEnumerable<FakeRecord> records) => JsonSerializer.SerializeToUtf8Bytes(records.Select(record => new { kind = record.Kind, id = record.Id }));

    /// <summary>Hands the messages that can be seen to the function, as the host does, until there are none.</summary>
    public async Task<int> DeliverAsync(int most = 20)
    {
        for (var delivered = 0; ; delivered++)
        {
            if (delivered == most) throw new InvalidOperationException("There is always one more message.");
            if (!await Changes.ExistsAsync(Cancel)) return delivered;
            var received = (await Changes.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Cancel)).Value;
            if (received is null) return delivered;
            await Function<ChangeQueue>().RunAsync(received.Body.ToObjectFromJson<ChangeMessage>(StateJson.Options)!, Cancel);
            await Changes.DeleteMessageAsync(received.MessageId, received.PopReceipt, Cancel);
        }
    }

    /// <summary>A poll with little to do; what is more would need a run.</summary>
    public Task PollAsync(FlowKey? key = null) => Get<FlowPoll>().RunAsync(key ?? Key, null!, Cancel);

    public async Task<FakeRecord> CompanyAsync(string name, string? code = null)
    {
        var record = Left.Create("companies", FieldSet.Of(("name", FieldValue.Of(name)), ("code", FieldValue.Of(code ?? name))), Actor.User);
        await SendAsync(Side.Left, record);
        await DeliverAsync();
        return record;
    }

    /// <summary>The record on the other side of a left one's link.</summary>
    public async Task<FakeRecord> CounterpartAsync(FakeRecord left, string kind = "company")
    {
        var link = (await LinkAsync(Side.Left, left.Id, kind)).ShouldNotBeNull();
        return Right.Find(FakePair.Pair.Kind(kind).RightKind, link.RightId.ShouldNotBeNull()).ShouldNotBeNull();
    }

    public async Task<Link?> LinkAsync(Side side, string id, string kind = "company", FlowKey? flow = null)
    {
        var scope = new LinkScope(flow ?? Key, kind);
        var entry = (await Get<LinkStore>().FindAsync(scope, side, [id], Cancel)).GetValueOrDefault(id);
        return entry.Value?.Link is { } link ? (await Get<LinkStore>().LoadAsync(scope, [link], Cancel))[link].Value : null;
    }

    public async Task<IReadOnlyList<WorkItem>> WorkAsync(string kind = "company", FlowKey? flow = null) =>
        [.. (await Get<LinkStore>().WorkAsync(new LinkScope(flow ?? Key, kind), 1000, Cancel)).Select(work => work.Value)];

    public async Task<IReadOnlyList<string>> LogAsync() => [.. (await Get<IntegrationLog>().ListAsync(Key, LogFilter.None, null, 1000, Cancel)).Items.Select(entry => $"{entry.Code} {entry.RecordId}: {entry.Text}")];

    public HttpRequest Request(string method, object? body)
    {
        var http = new DefaultHttpContext { RequestServices = _services };
        http.Features.Set(Caller.Operator);
        http.Request.Method = method;
        http.Request.Scheme = "https";
        http.Request.Host = new HostString("sync.example");
        if (body is null) return http.Request;
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body));
        http.Request.ContentLength = http.Request.Body.Length;
        return http.Request;
    }

    /// <summary>What the vendor takes from somebody who has just signed in there.</summary>
    public string Token(Side side) => _servers[side].SignIn.Grant().Access;

    public async Task ConnectAsync(Side side, TenantId? tenant = null)
    {
        var (access, refresh) = _servers[side].SignIn.Grant();
        var id = ConnectionOf(side);
        var connection = new StoredConnection(tenant ?? HttpWorld.Tenant, id, id.Value, id.Value) { CreatedAt = Time.GetUtcNow(), Health = ConnectionHealth.Connected };
        connection = connection with { Secret = Get<SealedCredentials>().Seal(connection, new Credentials("oauth", access, refresh, Time.GetUtcNow().AddDays(10))) };
        (await Get<ConnectionStore>().InsertAsync(connection, Cancel)).ShouldBeTrue();
    }

    public void Dispose()
    {
        _services.Dispose();
        _http.Dispose();
        Keys.Dispose();
    }
}
