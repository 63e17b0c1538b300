using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>One output binding: of the return value itself, or of a property of it.</summary>
internal sealed record FunctionOutput(string Name, string Type, OutputBindingAttribute? Attribute, PropertyInfo? Property);

internal static class FunctionOutputs
{
    private const string Whole = "$return";
    private const string Http = "http";

    public static IReadOnlyList<FunctionOutput> Of(MethodInfo method, TriggerBindingAttribute trigger)
    {
        if (method.GetCustomAttribute<OutputBindingAttribute>() is { } whole) return [new FunctionOutput(Whole, BindingType.Of(whole), whole, Property: null)];
        var result = ResultType(method);
        FunctionOutput[] members = [.. result.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(OfProperty).OfType<FunctionOutput>()];
        if (members.Length > 0) return members;
        return BindingType.Of(trigger) == "httpTrigger" && result != typeof(void) ? [new FunctionOutput(Whole, Http, Attribute: null, Property: null)] : [];
    }

    private static FunctionOutput? OfProperty(PropertyInfo property)
    {
        if (property.GetCustomAttribute<OutputBindingAttribute>() is { } attribute)
            return new FunctionOutput(property.Name, BindingType.Of(attribute), attribute, property);

        // A response among the members needs no attribute.
        return property.PropertyType == typeof(HttpResponseData) ? new FunctionOutput(property.Name, Http, Attribute: null, property) : null;
    }

    private static Type ResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask)) return typeof(void);
        return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? type.GetGenericArguments()[0]
            : type;
    }
}

/// <summary>The name of a binding as host.json and function.json know it: HttpTriggerAttribute is "httpTrigger", QueueOutputAttribute is "queue".</summary>
internal static class BindingType
{
    public static string Of(BindingAttribute attribute)
    {
        var name = attribute.GetType().Name;
        foreach (var suffix in (string[])["Attribute", "Input", "Output", "Result"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal)) name = name[..^suffix.Length];
        }

        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
