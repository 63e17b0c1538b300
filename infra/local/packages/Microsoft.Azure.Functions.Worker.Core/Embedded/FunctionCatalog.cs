using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The functions of the function assembly. One in error is logged and left out; it never takes the others down.</summary>
internal sealed partial class FunctionCatalog
{
    public FunctionCatalog(EmbeddedHostOptions options, IConfiguration configuration, ILoggerFactory loggers)
    {
        var log = loggers.CreateLogger("Host.Startup");
        var functions = new SortedDictionary<string, FunctionDescriptor>(StringComparer.OrdinalIgnoreCase);
        foreach (var method in Methods(options))
        {
            var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
            if (Describe(name, method, out var error) is not { } function) Log.InError(log, name, error);
            else if (IsDisabled(configuration, name)) Log.Disabled(log, name);
            else if (!functions.TryAdd(name, function)) Log.InError(log, name, $"More than one function has the name '{name}'.");
        }

        Functions = [.. functions.Values];
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<FunctionDescriptor> Functions { get; }

    public FunctionDescriptor? Find(string name)
        => Functions.FirstOrDefault(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<MethodInfo> Methods(EmbeddedHostOptions options)
        => from type in options.FunctionAssembly.GetTypes()
           where type.IsVisible && type is { IsClass: true, ContainsGenericParameters: false } && options.IncludeType(type)
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           where method.IsDefined(typeof(FunctionAttribute))
           select method;

    private static FunctionDescriptor? Describe(string name, MethodInfo method, out string error)
    {
        error = "";
        if (!ValidName().IsMatch(name) || string.Equals(name, "host", StringComparison.OrdinalIgnoreCase))
        {
            error = $"'{name}' is not a valid function name.";
            return null;
        }

        var triggers = (from parameter in method.GetParameters()
                        let attribute = parameter.GetCustomAttribute<TriggerBindingAttribute>()
                        where attribute is not null
                        select (Parameter: parameter, Attribute: attribute)).ToList();
        if (triggers is not [var trigger])
        {
            error = triggers.Count == 0 ? "No trigger binding specified." : "Multiple trigger bindings defined.";
            return null;
        }

        return new FunctionDescriptor(
            name, method.DeclaringType!, method, trigger.Parameter, trigger.Attribute, new MethodDefinition(name, method, trigger.Attribute));
    }

    private static bool IsDisabled(IConfiguration configuration, string name)
        => (configuration[$"AzureWebJobs.{name}.Disabled"] ?? configuration[$"AzureWebJobs:{name}:Disabled"]) is { } value
           && (value == "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_-]{0,127}$", RegexOptions.None, 1000)]
    private static partial Regex ValidName();

    private sealed class MethodDefinition(string name, MethodInfo method, TriggerBindingAttribute trigger) : FunctionDefinition
    {
        public override string Name { get; } = name;

        /// <summary>Stable over restarts, as anything that is kept under it needs.</summary>
        public override string Id { get; } = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(name))).ToString();

        public override string EntryPoint { get; } = $"{method.DeclaringType!.FullName}.{method.Name}";

        public override string PathToAssembly { get; } = method.Module.FullyQualifiedName;

        public override ImmutableArray<FunctionParameter> Parameters { get; } =
        [
            .. method.GetParameters().Select(parameter => new FunctionParameter(
                parameter.Name!, parameter.ParameterType, parameter.HasDefaultValue, parameter.HasDefaultValue ? parameter.DefaultValue : null,
                ParameterProperties.Of(parameter))),
        ];

        public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } =
            (from parameter in method.GetParameters()
             let attribute = parameter.GetCustomAttribute<BindingAttribute>()
             where attribute is not null
             select (BindingMetadata)new Binding(parameter.Name!, BindingType.Of(attribute), BindingDirection.In)).ToImmutableDictionary(binding => binding.Name);

        public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } =
            FunctionOutputs.Of(method, trigger).ToImmutableDictionary(
                output => output.Name, BindingMetadata (output) => new Binding(output.Name, output.Type, BindingDirection.Out));
    }

    private sealed class Binding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => direction;
    }

    private static partial class Log
    {
        [LoggerMessage(402, LogLevel.Error, "The '{Function}' function is in error: {Reason}")]
        public static partial void InError(ILogger logger, string function, string reason);

        [LoggerMessage(302, LogLevel.Warning, "Function 'Functions.{Function}' is disabled")]
        public static partial void Disabled(ILogger logger, string function);
    }
}
