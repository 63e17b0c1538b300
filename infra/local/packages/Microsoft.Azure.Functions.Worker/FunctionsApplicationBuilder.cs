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
            EnvironmentName = EmbeddedHosting.EnvironmentName,
        });
        _localSettings = LocalSettings.Load(options.BaseDirectory);
        _web.Configuration.AddHostSettings(_localSettings, args);
        var hostJson = new HostJson(options.BaseDirectory, _web.Configuration);
        _web.Logging.AddHostLogging(hostJson);
        _web.WebHost.UseKestrel();
        _web.Host.UseDefaultServiceProvider((context, provider) =>
            provider.ValidateScopes = provider.ValidateOnBuild = context.HostingEnvironment.IsDevelopment());

        this.AddHost(_middleware, hostJson, options);
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
        app.UseHost();
        return app;
    }

    private string Address()
        => Configuration["Urls"] ?? Configuration["ASPNETCORE_URLS"] ?? _localSettings.Address;
}
