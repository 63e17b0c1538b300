using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// Starts a listener a trigger kind, before the web server opens. On the way down the listeners stop taking work first, while the web
/// server still answers what it has begun; both have the same time limit.
/// </summary>
internal sealed partial class FunctionsHost(
    FunctionCatalog catalog,
    IEnumerable<ITriggerListener> listeners,
    HostShutdown shutdown,
    HostJson hostJson,
    HostKeys keys,
    ILoggerFactory loggers) : IHostedLifecycleService
{
    private readonly ILogger _log = loggers.CreateLogger("Host.Startup");
    private readonly ITriggerListener[] _listeners = [.. listeners];
    private readonly List<Task> _stopping = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var key in HostJsonKeys.UnknownIn(hostJson.Root)) Log.UnknownKey(_log, key);

        // Whoever is to call the app needs the keys before the first call.
        _ = keys.Current;
        Log.Keys(_log, keys.FilePath);
        foreach (var listener in _listeners)
        {
            var functions = catalog.Functions.Where(function => function.Trigger.GetType() == listener.TriggerAttribute).ToList();
            await listener.StartAsync(functions, cancellationToken);
        }

        foreach (var orphan in catalog.Functions.Where(function => _listeners.All(listener => listener.TriggerAttribute != function.Trigger.GetType())))
            Log.NoListener(_log, orphan.Name, orphan.Trigger.GetType().Name);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        shutdown.BeginDrain();
        _stopping.AddRange(_listeners.Select(StopAsync));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_stopping).WaitAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StopAsync(ITriggerListener listener)
    {
        try
        {
            await listener.StopAsync(shutdown.DrainExpired).WaitAsync(shutdown.GivenUp);
        }
        catch (OperationCanceledException) when (shutdown.DrainExpired.IsCancellationRequested)
        {
            // The time was over; what still ran was told so.
        }
        catch (Exception exception)
        {
            Log.StopFailed(_log, exception, listener.TriggerAttribute.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(404, LogLevel.Warning, "host.json: '{Key}' is not known here and has no effect.")]
        public static partial void UnknownKey(ILogger logger, string key);

        [LoggerMessage(405, LogLevel.Information, "The keys are in {Path}")]
        public static partial void Keys(ILogger logger, string path);

        [LoggerMessage(402, LogLevel.Error, "The '{Function}' function is in error: nothing listens for {Trigger}; is the extension configured in Program.cs?")]
        public static partial void NoListener(ILogger logger, string function, string trigger);

        [LoggerMessage(403, LogLevel.Error, "The listener for {Trigger} did not stop in order.")]
        public static partial void StopFailed(ILogger logger, Exception exception, string trigger);
    }
}
