using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Invocation;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Makes the class of a function, binds the parameters and calls the method.</summary>
internal sealed class MethodExecutor(IFunctionActivator activator) : IFunctionExecutor
{
    private readonly ConcurrentDictionary<MethodInfo, Func<object?, object?[], Task<object?>>> _methods = new();

    public async ValueTask ExecuteAsync(FunctionContext context)
    {
        var function = ((InvocationContext)context).Function;
        var inputs = context.Features.Get<IFunctionInputBindingFeature>() ?? throw new InvalidOperationException("The context has no inputs to bind.");
        var instance = function.Method.IsStatic ? null : activator.CreateInstance(function.DeclaringType, context);
        var arguments = await inputs.BindFunctionInputAsync(context);
        var call = _methods.GetOrAdd(function.Method, FunctionMethod.Compile);
        context.GetInvocationResult().Value = await call(instance, arguments.Values);
    }
}
