using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A function that was found in the function assembly: its method, its one trigger and what the official API tells about it.</summary>
internal sealed record FunctionDescriptor(
    string Name,
    Type DeclaringType,
    MethodInfo Method,
    ParameterInfo TriggerParameter,
    TriggerBindingAttribute Trigger,
    FunctionDefinition Definition)
{
    public IReadOnlyList<FunctionOutput> Outputs { get; } = FunctionOutputs.Of(Method, Trigger);

    /// <summary>Its trigger is off by a setting; the master key still sets it off.</summary>
    public bool IsDisabled { get; init; }

    public override string ToString() => Name;
}
