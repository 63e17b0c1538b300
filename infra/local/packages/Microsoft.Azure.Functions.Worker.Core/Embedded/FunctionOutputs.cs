using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>One output binding: of the return value itself, or of a property of it.</summary>
internal sealed record FunctionOutput(string Name, OutputBindingAttribute Attribute, PropertyInfo? Property)
{
    public object? ValueIn(object? result) => Property is null || result is null ? result : Property.GetValue(result);
}

internal static class FunctionOutputs
{
    public static IReadOnlyList<FunctionOutput> Of(MethodInfo method)
    {
        if (method.GetCustomAttribute<OutputBindingAttribute>() is { } whole) return [new FunctionOutput("$return", whole, Property: null)];
        return
        [
            .. from property in ResultType(method).GetProperties(BindingFlags.Public | BindingFlags.Instance)
               let attribute = property.GetCustomAttribute<OutputBindingAttribute>()
               where attribute is not null
               select new FunctionOutput(property.Name, attribute, property),
        ];
    }

    private static Type ResultType(MethodInfo method)
        => method.ReturnType is { IsGenericType: true } type
           && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? type.GetGenericArguments()[0]
            : method.ReturnType;
}
