using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App;

/// <summary>What the HTTP functions need.</summary>
internal static class HttpSide
{
    public static void UseHttpSide(this FunctionsApplicationBuilder builder) =>
        builder.UseWhen<ProblemMiddleware>(ProblemMiddleware.IsFor);

    public static IServiceCollection AddHttpSide(this IServiceCollection services, IConfiguration configuration)
    {
        return services
            .AddSingleton(new SystemSettings(configuration))
            .AddSingleton<SealedCredentials>()
            .AddSingleton<CallBudgets>()
            .AddSingleton<FailedCalls>()
            .AddHostedService(provider => provider.GetRequiredService<FailedCalls>())
            .AddSingleton<ConnectionScopes>()
            .AddSingleton<SignIns>();
    }
}
