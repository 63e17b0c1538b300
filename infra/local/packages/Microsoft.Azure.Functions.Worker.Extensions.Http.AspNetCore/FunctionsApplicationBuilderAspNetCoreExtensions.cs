using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddMvcCore();
        builder.Services.AddSingleton<Microsoft.AspNetCore.Routing.MatcherPolicy, HttpMethodPolicy>();
        builder.Services.AddSingleton<HttpTriggerListener>();
        builder.Services.AddSingleton<ITriggerListener>(services => services.GetRequiredService<HttpTriggerListener>());
        builder.Services.AddSingleton<IHostEndpoints>(services => services.GetRequiredService<HttpTriggerListener>());
        builder.Services.AddSingleton<IParameterBinder, HttpContextBinder>();
        builder.UseMiddleware<HttpResultMiddleware>();
        return builder;
    }
}
