using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

public static class WorkerHostBuilderExtensions
{
    public static IHostBuilder ConfigureFunctionsWorkerDefaults(this IHostBuilder builder)
        => builder.ConfigureFunctionsWorkerDefaults(static (_, _) => { }, configureOptions: null);

    public static IHostBuilder ConfigureFunctionsWorkerDefaults(this IHostBuilder builder, Action<WorkerOptions> configureOptions)
        => builder.ConfigureFunctionsWorkerDefaults(static (_, _) => { }, configureOptions);

    public static IHostBuilder ConfigureFunctionsWorkerDefaults(this IHostBuilder builder, Action<IFunctionsWorkerApplicationBuilder> configure)
        => builder.ConfigureFunctionsWorkerDefaults(configure, configureOptions: null);

    public static IHostBuilder ConfigureFunctionsWorkerDefaults(
        this IHostBuilder builder, Action<IFunctionsWorkerApplicationBuilder> configure, Action<WorkerOptions>? configureOptions)
        => builder.ConfigureFunctionsWorkerDefaults((_, worker) => configure(worker), configureOptions);

    public static IHostBuilder ConfigureFunctionsWorkerDefaults(
        this IHostBuilder builder, Action<HostBuilderContext, IFunctionsWorkerApplicationBuilder> configure)
        => builder.ConfigureFunctionsWorkerDefaults(configure, configureOptions: null);

    public static IHostBuilder ConfigureFunctionsWorkerDefaults(
        this IHostBuilder builder, Action<HostBuilderContext, IFunctionsWorkerApplicationBuilder> configure, Action<WorkerOptions>? configureOptions)
    {
        if (builder.Properties.TryAdd(typeof(MiddlewareList), new MiddlewareList())) AddHost(builder);
        var middleware = (MiddlewareList)builder.Properties[typeof(MiddlewareList)];
        return builder.ConfigureServices((context, services) =>
        {
            configure(context, new WorkerApplicationBuilder(services, middleware));
            if (configureOptions is not null) services.Configure(configureOptions);
        });
    }

    /// <summary>Once, however often the worker is configured.</summary>
    private static void AddHost(IHostBuilder builder)
    {
        var options = builder.Properties.TryGetValue(typeof(EmbeddedHostOptions), out var given) ? (EmbeddedHostOptions)given : new EmbeddedHostOptions();
        var local = LocalSettings.Load(options.BaseDirectory);
        builder.UseEnvironment(EmbeddedHosting.EnvironmentName);
        builder.ConfigureAppConfiguration(configuration =>
        {
            // Anything that names an address comes before the default one.
            configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [KeyValuePair.Create(WebHostDefaults.ServerUrlsKey, (string?)local.Address)] });
            configuration.AddHostSettings(local, Environment.GetCommandLineArgs()[1..]);
        });
        builder.ConfigureServices((context, services) =>
        {
            var hostJson = new HostJson(options.BaseDirectory, context.Configuration);
            var middleware = (MiddlewareList)builder.Properties[typeof(MiddlewareList)];
            services.AddLogging(logging => logging.AddHostLogging(hostJson));
            new WorkerApplicationBuilder(services, middleware).AddHost(middleware, hostJson, options);
        });

        // After the host, which thereby is ready before the first request and the last to stop.
        builder.ConfigureWebHost(web => web
            .UseKestrel()
            .Configure(static app => app.UseHost())
            .UseSetting(WebHostDefaults.ApplicationKey, options.FunctionAssembly.GetName().Name));
    }
}
