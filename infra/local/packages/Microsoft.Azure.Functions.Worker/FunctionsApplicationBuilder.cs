using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
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
    private readonly WebApplicationBuilder _web;
    private readonly MiddlewareList _middleware = new();
    private readonly LocalSettings _localSettings;

    internal FunctionsApplicationBuilder(string[] args, EmbeddedHostOptions options)
    {
        _web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = options.FunctionAssembly.GetName().Name,
            ContentRootPath = options.BaseDirectory,
            EnvironmentName = System.Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development,
        });
        _localSettings = LocalSettings.Load(options.BaseDirectory);
        _web.Configuration.AddInMemoryCollection(_localSettings.Values);
        _web.Configuration.AddEnvironmentVariables();
        _web.Configuration.AddCommandLine(args);
        var hostJson = new HostJson(options.BaseDirectory, _web.Configuration);

        // The server logs whole addresses, and a query may hold a key; host.json can still ask for it by this name.
        _web.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        _web.Logging.AddConfiguration(hostJson.Logging);
        _web.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        _web.WebHost.UseKestrel();
        _web.Host.UseDefaultServiceProvider((context, provider) =>
            provider.ValidateScopes = provider.ValidateOnBuild = context.HostingEnvironment.IsDevelopment());

        Services.AddRouting();
        Services.AddEmbeddedWorker();
        Services.AddSingleton(options);
        Services.AddSingleton(hostJson);
        Services.AddSingleton(_middleware);
        Services.AddSingleton<MasterKeyGuard>();
        Services.AddSingleton<FunctionView>();
        Services.AddSingleton<IHostEndpoints, AdminEndpoints>();
        Services.AddSingleton<IHostEndpoints, KeyEndpoints>();
        Services.AddHostedService<FunctionsHost>();
        // The drain has its own limits; the framework's comes after them.
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainLimit + options.AbandonAfter + TimeSpan.FromSeconds(5));

        foreach (var startup in ExtensionDiscovery.ReachableFrom(options.FunctionAssembly)) startup.Configure(this);
    }

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    public ConfigurationManager Configuration => _web.Configuration;

    public IHostEnvironment Environment => _web.Environment;

    public ILoggingBuilder Logging => _web.Logging;

    public IMetricsBuilder Metrics => _web.Metrics;

    public IServiceCollection Services => _web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => _web.Configuration;

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull
        => ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    public IHost Build()
    {
        _web.WebHost.UseUrls(Address());
        var app = _web.Build();
        app.Use(RequestGuard.RunAsync);
        foreach (var endpoints in app.Services.GetServices<IHostEndpoints>()) endpoints.Map(app);
        return app;
    }

    private string Address()
        => Configuration["Urls"] ?? Configuration["ASPNETCORE_URLS"] ?? $"http://localhost:{_localSettings.Port ?? 7071}";
}
