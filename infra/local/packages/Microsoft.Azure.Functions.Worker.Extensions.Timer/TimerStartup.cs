using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;

[assembly: WorkerExtensionStartup(typeof(TimerStartup))]

namespace Microsoft.Azure.Functions.Worker.Embedded;

internal sealed class TimerStartup : WorkerExtensionStartup
{
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder)
    {
        applicationBuilder.Services.AddSingleton<HostBlobs>();
        applicationBuilder.Services.AddSingleton<ScheduleStore>();
        applicationBuilder.Services.AddSingleton<ITriggerListener, TimerTriggerListener>();
    }
}
