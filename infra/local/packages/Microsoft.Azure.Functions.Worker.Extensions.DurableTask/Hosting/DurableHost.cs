using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;

/// <summary>The task hub of the app, from the settings of host.json's <c>extensions.durableTask</c>.</summary>
internal sealed class DurableHost : IDurableTaskClientProvider, IAsyncDisposable
{
    private const string ConnectionSetting = "storageProvider:connectionName";

    private readonly HostJson _hostJson;
    private readonly StorageConnections _connections;
    private readonly DurableFunctions _functions;
    private readonly ManagementLinks _links;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly Lazy<TaskHub> _hub;
    private readonly Lock _gate = new();
    private Task? _stopping;
    private int _listenersToCome = 2;

    public DurableHost(HostJson hostJson, StorageConnections connections, DurableFunctions functions, ManagementLinks links, ILoggerFactory loggers, TimeProvider time)
    {
        _hostJson = hostJson;
        _connections = connections;
        _functions = functions;
        _links = links;
        _loggers = loggers;
        _time = time;
        // Made at first use: an app without durable functions needs no storage for them.
        _hub = new Lazy<TaskHub>(Create);
    }

    public TaskHub Hub => _hub.Value;

    public DurableTaskClient ManagementClient => new FunctionsDurableTaskClient(Hub) { TakesLongAnswers = true };

    /// <summary>The name of the hub's storage connection, as management addresses give it.</summary>
    public string ConnectionName => _hostJson.DurableTask[ConnectionSetting] ?? "Storage";

    public DurableTaskClient GetClient(string? name = null)
    {
        var client = new FunctionsDurableTaskClient(_hub.Value) { Links = _links };
        return name is null || string.Equals(name, client.Name, StringComparison.OrdinalIgnoreCase)
            ? client
            : throw new NotSupportedException($"The embedded durable engine serves the task hub '{client.Name}' only, not '{name}'.");
    }

    public DurableTaskClient GetClient(DurableClientAttribute binding) =>
        GetClient(binding.TaskHub is { Length: > 0 } hub ? _hostJson.Expand(hub) : null);

    /// <summary>Orchestrators and activities come one after the other; with both known the hub starts.</summary>
    public Task ListenerStartedAsync(CancellationToken cancellation)
    {
        if (Interlocked.Decrement(ref _listenersToCome) > 0 || !_functions.AreThere)
            return Task.CompletedTask;
        return _hub.Value.StartAsync(cancellation);
    }

    public Task StopAsync(CancellationToken cancellation)
    {
        lock (_gate) return _stopping ??= _hub.IsValueCreated ? _hub.Value.StopAsync(cancellation) : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_hub.IsValueCreated) await _hub.Value.DisposeAsync();
    }

    private TaskHub Create()
    {
        var options = HubSettings.Read(_hostJson);
        var connection = _connections.Get(_hostJson.DurableTask[ConnectionSetting]);
        var service = connection.ConnectionString is { } text
            ? new TableServiceClient(text)
            : new TableServiceClient(connection.Required(connection.TableServiceUri, "table"), connection.Credential);
        return new TaskHub(options, new HubStore(service, options.HubName), _functions, _functions.Converter, _loggers, _time);
    }
}
