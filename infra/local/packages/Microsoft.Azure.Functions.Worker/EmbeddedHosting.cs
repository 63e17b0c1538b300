using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What a host has in common, whichever of the two builders it comes from.</summary>
internal static class EmbeddedHosting
{
    public static string EnvironmentName => Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development;

    public static void AddHostSettings(this IConfigurationBuilder configuration, LocalSettings local, string[] args)
    {
        configuration.AddInMemoryCollection(local.Values);
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);
    }

    public static void AddHostLogging(this ILoggingBuilder logging, HostJson hostJson)
    {
        // The server logs whole addresses, and a query may hold a key; host.json can still ask for it by this name.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddConfiguration(hostJson.Logging);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
    }

    /// <summary>Adds the host and the extensions that the function assembly reaches.</summary>
    public static void AddHost(this IFunctionsWorkerApplicationBuilder worker, MiddlewareList middleware, HostJson hostJson, EmbeddedHostOptions options)
    {
        var services = worker.Services;
        services.AddRouting();
        services.AddEmbeddedWorker();
        services.AddSingleton(options);
        services.AddSingleton(hostJson);
        services.AddSingleton(middleware);
        services.AddSingleton<KeyGuard>();
        services.AddSingleton<FunctionView>();
        services.AddSingleton<IHostEndpoints, AdminEndpoints>();
        services.AddSingleton<IHostEndpoints, KeyEndpoints>();
        services.AddHostedService<FunctionsHost>();
        // The drain has its own limits; the framework's comes after them.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainLimit + options.AbandonAfter + TimeSpan.FromSeconds(5));

        foreach (var startup in ExtensionDiscovery.ReachableFrom(options.FunctionAssembly)) startup.Configure(worker);
    }

    /// <summary>The way of a request.</summary>
    public static void UseHost(this IApplicationBuilder app)
    {
        app.Use(CustomHeaders.AddAsync);
        app.Use(RequestGuard.RunAsync);
        app.UseRouting();
        app.UseEndpoints(routes =>
        {
            foreach (var endpoints in app.ApplicationServices.GetServices<IHostEndpoints>()) endpoints.Map(routes);
        });
    }
}
