using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>How the administrative addresses show a function: the members and the order of the genuine host.</summary>
internal sealed class FunctionView(HostJson hostJson)
{
    public JsonObject Of(FunctionDescriptor function, HttpRequest request)
    {
        var address = $"{request.Scheme}://{request.Host}";
        var file = Path.GetFileName(function.Definition.PathToAssembly);
        var bindings = new JsonArray([.. Bindings(function)]);
        return new JsonObject
        {
            ["name"] = function.Name,
            ["script_root_path_href"] = null,
            ["script_href"] = $"{address}/admin/vfs/{file}",
            ["config_href"] = null,
            ["test_data_href"] = null,
            ["href"] = $"{address}/admin/functions/{function.Name}",
            ["invoke_url_template"] = InvokeAddress(function, address, bindings[0]!.AsObject()),
            ["language"] = "dotnet-isolated",
            ["config"] = new JsonObject
            {
                ["name"] = function.Name,
                ["entryPoint"] = function.Definition.EntryPoint,
                ["scriptFile"] = file,
                ["language"] = "dotnet-isolated",
                ["bindings"] = bindings,
            },
            ["files"] = null,
            ["test_data"] = "",
            ["isDisabled"] = function.IsDisabled,
            ["isDirect"] = false,
            ["isProxy"] = false,
        };
    }

    private string? InvokeAddress(FunctionDescriptor function, string address, JsonObject trigger)
    {
        if ((string?)trigger["type"] != "httpTrigger") return null;
        var route = (string?)trigger["route"] is { Length: > 0 } given ? given : function.Name;
        return string.Join('/', ((string[])[address, hostJson.RoutePrefix, route]).Where(part => part.Length > 0)).ToLowerInvariant();
    }

    /// <summary>The trigger is the first.</summary>
    private static IEnumerable<JsonNode> Bindings(FunctionDescriptor function)
    {
        var definition = function.Definition;
        yield return Binding(definition.InputBindings[function.TriggerParameter.Name!], function.Trigger);
        foreach (var parameter in function.Method.GetParameters())
        {
            if (parameter != function.TriggerParameter && parameter.GetCustomAttribute<BindingAttribute>() is { } input)
                yield return Binding(definition.InputBindings[parameter.Name!], input);
        }

        foreach (var output in function.Outputs) yield return Binding(definition.OutputBindings[output.Name], output.Attribute);
    }

    private static JsonObject Binding(BindingMetadata metadata, BindingAttribute? attribute)
    {
        var binding = new JsonObject { ["name"] = metadata.Name, ["direction"] = metadata.Direction.ToString(), ["type"] = metadata.Type };
        if (attribute is null) return binding;
        foreach (var property in attribute.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            if (property.GetValue(attribute) is { } value) binding[JsonNamingPolicy.CamelCase.ConvertName(property.Name)] = Node(value);
        }

        return binding;
    }

    private static JsonNode? Node(object value) => value switch
    {
        bool flag => flag,
        string text => text,
        IEnumerable many => new JsonArray([.. many.Cast<object>().Select(Node)]),
        _ => value.ToString(),
    };
}
