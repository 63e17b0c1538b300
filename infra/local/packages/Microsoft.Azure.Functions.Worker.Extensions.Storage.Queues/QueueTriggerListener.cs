using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A pump for each function with a queue trigger.</summary>
internal sealed class QueueTriggerListener(
    QueueClients clients,
    QueueSettings settings,
    QueueWakeUps wakeUps,
    HostJson hostJson,
    IFunctionInvoker invoker,
    ILoggerFactory loggers) : ITriggerListener, IManualTrigger, IDisposable
{
    private readonly List<QueuePump> _pumps = [];

    public Type TriggerAttribute => typeof(QueueTriggerAttribute);

    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation)
    {
        var log = loggers.CreateLogger("Host.Triggers.Queues");
        foreach (var function in functions)
        {
            var trigger = (QueueTriggerAttribute)function.Trigger;
            try
            {
                var service = clients.Service(trigger.Connection);
                var queue = service.GetQueueClient(hostJson.Expand(trigger.QueueName));
                _pumps.Add(new QueuePump(function, queue, service, settings, wakeUps, invoker, log));
            }
            catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException)
            {
                log.CannotIndex(function, exception.Message);
            }
        }

        foreach (var pump in _pumps) pump.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellation) => Task.WhenAll(_pumps.Select(pump => pump.StopAsync()));

    public void Dispose() => _pumps.ForEach(pump => pump.Dispose());

    public TriggerInvocation ForManualRun(FunctionDescriptor function, string input) => QueueTrigger.For(function, QueueTrigger.Invented(input));
}
