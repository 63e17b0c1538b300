using Azure.Core.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Embedded;

internal static class WorkerSerializer
{
    /// <summary>The serializer that the app configured for its worker.</summary>
    public static ObjectSerializer Serializer(this FunctionContext context)
        => context.InstanceServices.GetService<IOptions<WorkerOptions>>()?.Value.Serializer
            ?? throw new InvalidOperationException("A serializer is not configured for the worker.");
}
