namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What set a function off.</summary>
/// <param name="TriggerValue">The raw source; it is converted to the type of the trigger parameter, and passed as it is when it already is one.</param>
/// <param name="BindingData">Values that other parameters are bound to by name, without regard to case.</param>
/// <param name="Prepare">Runs on the new context before any middleware, for instance to set features.</param>
internal sealed record TriggerInvocation(
    object? TriggerValue,
    IReadOnlyDictionary<string, object?> BindingData,
    Action<FunctionContext>? Prepare = null);

/// <summary>Runs one function once: a service scope, the middleware, the binding of parameters, the method, its outputs.</summary>
internal interface IFunctionInvoker
{
    /// <summary>Returns what the function (or a middleware) left as the result; the function's own exception comes out unwrapped.</summary>
    Task<object?> InvokeAsync(FunctionDescriptor function, TriggerInvocation trigger, CancellationToken cancellation);
}
