using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A pump for each function with a queue trigger.</summary>
internal sealed partial class QueueTriggerListener(
    QueueClients clients,
    QueueSettings settings,
    QueueWakeUps wakeUps,
    HostJson hostJson,
    FunctionCatalog catalog,
    IFunctionInvoker invoker,
    ILoggerFactory loggers) : ITriggerListener, IManualTrigger, IDisposable
{
    private readonly List<QueuePump> _pumps = [];

    public Type TriggerAttribute => typeof(QueueTriggerAttribute);

    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation)
    {
        var log = loggers.CreateLogger("Host.Triggers.Queues");
        if (settings.WantsPlainText) Log.NoPlainText(log);
        foreach (var function in functions)
        {
            var trigger = (QueueTriggerAttribute)function.Trigger;
            try
            {
                var service = clients.Service(trigger.Connection);
                var queue = service.GetQueueClient(QueueNames.Checked(hostJson.Expand(trigger.QueueName)));
                _pumps.Add(new QueuePump(function, queue, service, settings, wakeUps, invoker, log));
            }
            catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException)
            {
                catalog.CannotIndex(function, exception.Message);
            }
        }

        foreach (var pump in _pumps) pump.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellation) => Task.WhenAll(_pumps.Select(pump => pump.StopAsync()));

    public void Dispose() => _pumps.ForEach(pump => pump.Dispose());

    public Task<TriggerInvocation> ForManualRunAsync(FunctionDescriptor function, string input, CancellationToken cancellation)
        => Task.FromResult(QueueTrigger.For(function, QueueTrigger.Invented(input)));

    private static partial class Log
    {
        [LoggerMessage(5, LogLevel.Warning, "host.json: 'extensions.queues.messageEncoding' has no effect: messages are base64.")]
        public static partial void NoPlainText(ILogger logger);
    }
}
