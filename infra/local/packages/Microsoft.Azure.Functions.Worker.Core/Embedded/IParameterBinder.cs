using System.Reflection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Supplies parameters that are neither the trigger nor binding data, such as a client. Registered as a singleton.</summary>
internal interface IParameterBinder
{
    bool CanBind(ParameterInfo parameter);

    ValueTask<object?> BindAsync(ParameterInfo parameter, FunctionContext context, CancellationToken cancellation);
}
