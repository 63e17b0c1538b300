using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.App.Access;
using SyncFunctions.App.Audit;
using SyncFunctions.App.Contract;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Contracts;

/// <summary>Calls functions with what stands around them in the app, but for the question who calls.</summary>
internal sealed class ManageCalls(HttpWorld world, CountingTransport storage) : IAsyncDisposable
{
    public HttpWorld World { get; } = world;

    public CountingTransport Storage { get; } = storage;

    public Caller Caller { get; set; } = new(CallerKind.User, "ann", "Ann", Role.Administrator, HttpWorld.Tenant);

    /// <summary>The address that the connection comes from.</summary>
    public IPAddress? From { get; set; }

    public static async Task<ManageCalls> StartAsync(params (string Name, string Value)[] settings)
    {
        var storage = new CountingTransport(new MemoryStorage());
        var clients = StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options =>
        {
            options.Transport = storage;
            options.Retry.MaxRetries = 0;
        });
        return new ManageCalls(await HttpWorld.StartAsync(clients, settings), storage);
    }

    public async Task<Answer> SendAsync<T>(string method, string path, object? body, Func<T, HttpRequest, Task<IActionResult>> run, params (string Name, string Value)[] headers)
    {
        var route = Routes.All[typeof(T).Name];
        var request = World.Request(method, new Uri($"https://sync.example/api/manage/v1/{path}"), body);
        foreach (var (name, value) in headers) request.Headers[name] = value;
        foreach (var (name, value) in OpenApi.PathOf(route).Split('/').Zip($"/manage/v1/{path}".Split('?')[0].Split('/')).Where(part => part.First.StartsWith('{')))
            request.RouteValues[name.Trim('{', '}')] = value;
        request.HttpContext.Features.Set(Caller);
        request.HttpContext.Connection.RemoteIpAddress = From;
        return await HttpWorld.ExecuteAsync(request, RunAsync());

        async Task<IActionResult> RunAsync()
        {
            object? result = null;
            var audit = new AuditMiddleware(World.Get<AuditLog>(), World.Get<RefusalPace>(), World.Get<ClientAddress>(), World.Time, NullLogger<AuditMiddleware>.Instance);
            await audit.RunAsync(route, request.HttpContext, async () =>
                result = await new IdempotencyMiddleware(World.Get<ClaimStore>(), World.Time).RunAsync(route, request.HttpContext, async () => await run(World.Function<T>(), request)));
            return (IActionResult)result!;
        }
    }

    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(AuditFilter? filter = null, TenantId? tenant = null) =>
        (await World.Get<AuditLog>().ListAsync(tenant ?? HttpWorld.Tenant, filter ?? AuditFilter.None, null, 100, CancellationToken.None)).Items;

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
