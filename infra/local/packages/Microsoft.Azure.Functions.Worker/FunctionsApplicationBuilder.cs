using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplicationBuilder : IFunctionsWorkerApplicationBuilder, IHostApplicationBuilder
{
    private readonly WebApplicationBuilder web;
    private readonly MiddlewareList middleware = new();
    private readonly LocalSettings localSettings;

    internal FunctionsApplicationBuilder(string[] args, EmbeddedHostOptions options)
    {
        web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = options.FunctionAssembly.GetName().Name,
            ContentRootPath = options.BaseDirectory,
            EnvironmentName = System.Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development,
        });
        localSettings = LocalSettings.Load(options.BaseDirectory);
        web.Configuration.AddInMemoryCollection(localSettings.Values);
        web.Configuration.AddEnvironmentVariables();
        web.Configuration.AddCommandLine(args);
        var hostJson = new HostJson(options.BaseDirectory, web.Configuration);

        web.Logging.AddConfiguration(hostJson.Logging);
        web.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        web.WebHost.UseKestrel();
        web.Host.UseDefaultServiceProvider((context, provider) =>
            provider.ValidateScopes = provider.ValidateOnBuild = context.HostingEnvironment.IsDevelopment());

        Services.AddRouting();
        Services.AddEmbeddedWorker();
        Services.AddSingleton(options);
        Services.AddSingleton(hostJson);
        Services.AddSingleton(middleware);
        Services.AddSingleton<IHostEndpoints, AdminEndpoints>();
        Services.AddHostedService<FunctionsHost>();
        // The drain has its own limit; the framework's comes after the time in which told functions may still end.
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainLimit + options.AbandonAfter);

        foreach (var startup in ExtensionDiscovery.ReachableFrom(options.FunctionAssembly)) startup.Configure(this);
    }

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)web).Properties;

    public ConfigurationManager Configuration => web.Configuration;

    public IHostEnvironment Environment => web.Environment;

    public ILoggingBuilder Logging => web.Logging;

    public IMetricsBuilder Metrics => web.Metrics;

    public IServiceCollection Services => web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => web.Configuration;

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull
        => ((IHostApplicationBuilder)web).ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        this.middleware.Add(middleware);
        return this;
    }

    public IHost Build()
    {
        web.WebHost.UseUrls(Address());
        var app = web.Build();
        app.Use(RequestGuard.RunAsync);
        foreach (var endpoints in app.Services.GetServices<IHostEndpoints>()) endpoints.Map(app);
        return app;
    }

    private string Address()
        => Configuration["Urls"] ?? Configuration["ASPNETCORE_URLS"] ?? $"http://localhost:{localSettings.Port ?? 7071}";
}
