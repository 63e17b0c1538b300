using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;

[assembly: WorkerExtensionStartup(typeof(QueuesStartup))]

namespace Microsoft.Azure.Functions.Worker.Embedded;

internal sealed class QueuesStartup : WorkerExtensionStartup
{
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder)
    {
        var services = applicationBuilder.Services;
        services.AddSingleton<QueueSettings>();
        services.AddSingleton<QueueClients>();
        services.AddSingleton<QueueWakeUps>();
        services.AddSingleton<ITriggerListener, QueueTriggerListener>();
        services.AddSingleton<IOutputWriter, QueueOutputWriter>();
    }
}
