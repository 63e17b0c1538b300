using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Embedded;

internal static class AspNetCoreRegistration
{
    /// <summary>Lets functions take ASP.NET Core's requests and return its results.</summary>
    public static void UseAspNetCore(this IFunctionsWorkerApplicationBuilder worker)
    {
        worker.Services.AddMvcCore();
        // Takes the place of the worker's own.
        worker.Services.AddSingleton<IHttpIntegration, AspNetCoreIntegration>();
        worker.Services.Configure<WorkerOptions>(static options => options.InputConverters.RegisterAt<HttpContextConverter>(0));
        worker.UseMiddleware<HttpResultMiddleware>();
    }
}
