using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.Local;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests;

/// <summary>The embedded host's queue listeners with the app's own host.json: they bring messages to the functions of some classes.</summary>
internal sealed class QueueHost : IFunctionInvoker, IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _runs = new();
    private readonly IServiceProvider _services;
    private readonly List<QueuePump> _pumps;

    private QueueHost(IServiceProvider services, CountingTransport storage, Type[] functions)
    {
        _services = services;

        // A failed message comes again at once instead of half a minute later.
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("AzureFunctionsJobHost:extensions:queues:visibilityTimeout", "00:00:00")]).Build();
        var hostJson = new HostJson(RepositoryRoot.Find(), settings);
        var catalog = new FunctionCatalog(new EmbeddedHostOptions { FunctionAssembly = functions[0].Assembly, IncludeType = functions.Contains }, hostJson, settings, NullLoggerFactory.Instance);

        // The host decodes what it receives by itself.
        var queues = new QueueServiceClient(MemoryStorage.ConnectionString, new QueueClientOptions { Transport = storage });
        var (limits, wakeUps) = (new QueueSettings(hostJson, settings, new HostingEnvironment { EnvironmentName = "Production" }), new QueueWakeUps());
        _pumps = [.. catalog.Functions.Select(function => new QueuePump(function, Queue(function), queues, limits, wakeUps, this, NullLogger.Instance))];
        _pumps.ForEach(pump => pump.Start());

        QueueClient Queue(FunctionDescriptor function) => queues.GetQueueClient(((QueueTriggerAttribute)function.Trigger).QueueName);
    }

    /// <summary>The functions that were run, in order.</summary>
    public IReadOnlyCollection<string> Runs => _runs;

    public static QueueHost Start(LiveWorld world, params Type[] functions) => new(world.Services, world.Storage, functions);

    public async Task<object?> InvokeAsync(FunctionDescriptor function, TriggerInvocation trigger, CancellationToken cancellation)
    {
        _runs.Enqueue(function.Name);
        var message = JsonSerializer.Deserialize((string)trigger.TriggerValue!, function.TriggerParameter.ParameterType, StateJson.Options);
        await (Task)function.Method.Invoke(ActivatorUtilities.CreateInstance(_services, function.DeclaringType), [message, cancellation])!;
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pump in _pumps)
        {
            await pump.StopAsync();
            pump.Dispose();
        }
    }
}
