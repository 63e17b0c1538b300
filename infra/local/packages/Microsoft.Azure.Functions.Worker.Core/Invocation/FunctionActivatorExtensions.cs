namespace Microsoft.Azure.Functions.Worker.Core.Invocation;

public static class FunctionActivatorExtensions
{
    public static T? CreateInstance<T>(this IFunctionActivator activator, FunctionContext context)
        where T : class
        => activator.CreateInstance(typeof(T), context) as T;
}
