using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;

[assembly: WorkerExtensionStartup(typeof(HttpStartup))]

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Serves HTTP triggers with the worker's own request and response types; an app asks for those of ASP.NET Core besides.</summary>
internal sealed class HttpStartup : WorkerExtensionStartup
{
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder)
    {
        var services = applicationBuilder.Services;
        services.AddSingleton<MatcherPolicy, HttpMethodPolicy>();
        services.AddSingleton<HttpThrottle>();
        services.AddSingleton<IHttpIntegration, BufferedIntegration>();
        services.AddSingleton<HttpTriggerListener>();
        services.AddSingleton<ITriggerListener>(static provider => provider.GetRequiredService<HttpTriggerListener>());
        services.AddSingleton<IHostEndpoints>(static provider => provider.GetRequiredService<HttpTriggerListener>());
        services.Configure<WorkerOptions>(static worker => worker.InputConverters.RegisterAt<HttpRequestDataConverter>(0));
    }
}
