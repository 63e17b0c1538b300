using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What the definition of a function tells about its parameter beside name and type.</summary>
internal static class ParameterProperties
{
    public const string BindingAttribute = "bindingAttribute";

    public static IReadOnlyDictionary<string, object> Of(ParameterInfo parameter)
        => parameter.GetCustomAttribute<BindingAttribute>() is { } attribute
            ? ImmutableDictionary<string, object>.Empty.Add(BindingAttribute, attribute)
            : ImmutableDictionary<string, object>.Empty;
}
