using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Embedded;

internal static class EmbeddedWorker
{
    /// <summary>The services that every embedded host has, whatever its triggers.</summary>
    public static IServiceCollection AddEmbeddedWorker(this IServiceCollection services)
    {
        services.AddOptions<JsonSerializerOptions>().Configure(static json => json.PropertyNameCaseInsensitive = true);
        services.AddOptions<WorkerOptions>()
            .Configure(static worker => worker.InputConverters.Register<BuiltInConverter>())
            .PostConfigure<IOptions<JsonSerializerOptions>>(static (worker, json) => worker.Serializer ??= new JsonObjectSerializer(json.Value));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IFunctionActivator, ServiceActivator>();
        services.AddSingleton<FunctionCatalog>();
        services.AddSingleton<ArgumentBinder>();
        services.TryAddSingleton<IFunctionExecutor, MethodExecutor>();
        services.AddSingleton<IFunctionInvoker, FunctionInvoker>();
        services.AddSingleton<HostShutdown>();
        services.AddSingleton<HostId>();
        services.AddSingleton<HostKeys>();
        services.AddSingleton<StorageConnections>();
        return services;
    }

    private sealed class ServiceActivator : IFunctionActivator
    {
        public object? CreateInstance(Type instanceType, FunctionContext context)
            => ActivatorUtilities.CreateInstance(context.InstanceServices, instanceType);
    }
}
