using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;

namespace Microsoft.Extensions.Hosting;

public static class FunctionsHostBuilderExtensions
{
    public static IHostBuilder ConfigureFunctionsWebApplication(this IHostBuilder builder)
        => builder.ConfigureFunctionsWebApplication(static (_, _) => { });

    public static IHostBuilder ConfigureFunctionsWebApplication(this IHostBuilder builder, Action<IFunctionsWorkerApplicationBuilder> configureWorker)
        => builder.ConfigureFunctionsWebApplication((_, worker) => configureWorker(worker));

    public static IHostBuilder ConfigureFunctionsWebApplication(
        this IHostBuilder builder, Action<HostBuilderContext, IFunctionsWorkerApplicationBuilder> configureWorker)
        => builder.ConfigureFunctionsWorkerDefaults((context, worker) =>
        {
            worker.UseAspNetCore();
            configureWorker(context, worker);
        });
}
