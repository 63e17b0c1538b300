using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

[assembly: ExtensionInformation("Microsoft.Azure.WebJobs.Extensions.DurableTask", "2.13.7")]
[assembly: WorkerExtensionStartup(typeof(DurableTaskExtensionStartup))]

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask;

/// <summary>Adds the durable engine to the host. It starts only where the app has a durable function.</summary>
public sealed class DurableTaskExtensionStartup : WorkerExtensionStartup
{
    /// <inheritdoc/>
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder)
    {
        var services = applicationBuilder.Services;
        services.AddSingleton<HttpActivity>();
        services.AddSingleton<DurableFunctions>();
        services.AddSingleton<DurableHost>();
        services.AddSingleton<ManagementLinks>();
        services.AddSingleton<IHostEndpoints, ManagementEndpoints>();
        services.AddSingleton<ITriggerListener, OrchestrationListener>();
        services.AddSingleton<ITriggerListener, ActivityListener>();
        services.AddSingleton<IParameterBinder, OrchestratorInputBinder>();
        services.AddSingleton<IParameterBinder, ActivityContextBinder>();
        services.AddSingleton<IParameterBinder, DurableClientBinder>();
        services.AddSingleton<IDurableTaskClientProvider>(provider => provider.GetRequiredService<DurableHost>());
        applicationBuilder.UseMiddleware<OrchestrationMiddleware>();
    }
}
