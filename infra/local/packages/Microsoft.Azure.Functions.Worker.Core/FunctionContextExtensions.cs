using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextBindingFeatureExtensions
{
    public static InvocationResult GetInvocationResult(this FunctionContext context)
        => new ContextResult(context.Features.Get<ResultFeature>() ?? throw new InvalidOperationException("The context has no invocation result."));

    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context)
        => new ContextResult<T>(context.Features.Get<ResultFeature>() ?? throw new InvalidOperationException("The context has no invocation result."));

    private sealed class ContextResult(ResultFeature feature) : InvocationResult
    {
        public override object? Value
        {
            get => feature.Value;
            set => feature.Value = value;
        }
    }

    private sealed class ContextResult<T>(ResultFeature feature) : InvocationResult<T>
    {
        public override T? Value
        {
            get => (T?)feature.Value;
            set => feature.Value = value;
        }
    }
}

public static class FunctionContextLoggerExtensions
{
    public static ILogger<T> GetLogger<T>(this FunctionContext context)
        => context.InstanceServices.GetRequiredService<ILogger<T>>();

    public static ILogger GetLogger(this FunctionContext context, string categoryName)
        => context.InstanceServices.GetRequiredService<ILoggerFactory>().CreateLogger(categoryName);
}
