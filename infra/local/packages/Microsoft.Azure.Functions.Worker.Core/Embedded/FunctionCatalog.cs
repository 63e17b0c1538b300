using System.Collections.Concurrent;
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
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, string> _errors = new(StringComparer.OrdinalIgnoreCase);

    public FunctionCatalog(EmbeddedHostOptions options, HostJson hostJson, IConfiguration configuration, ILoggerFactory loggers)
    {
        _log = loggers.CreateLogger("Host.Startup");
        var functions = new SortedDictionary<string, FunctionDescriptor>(StringComparer.OrdinalIgnoreCase);
        foreach (var method in Methods(options))
        {
            var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
            if (!hostJson.Runs(name)) continue;
            if (Describe(name, method, out var error) is not { } function) InError(name, error);
            else if (!functions.TryAdd(name, function with { IsDisabled = IsDisabled(configuration, name) })) InError(name, $"More than one function has the name '{name}'.");
        }

        All = [.. functions.Values];
        Functions = [.. All.Where(function => !function.IsDisabled)];
        foreach (var function in All.Where(function => function.IsDisabled)) Log.Disabled(_log, function.Name);
    }

    /// <summary>In the order of their names, with those that are disabled.</summary>
    public IReadOnlyList<FunctionDescriptor> All { get; }

    /// <summary>Those whose triggers are on, in the order of their names.</summary>
    public IReadOnlyList<FunctionDescriptor> Functions { get; }

    /// <summary>Also one that is disabled.</summary>
    public FunctionDescriptor? Find(string name)
        => All.FirstOrDefault(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Why the function of that name is not served; null if nothing is wrong with it.</summary>
    public string? ErrorOf(string name) => _errors.GetValueOrDefault(name);

    /// <summary>Says that a function is left out, in the words of the genuine host.</summary>
    public void InError(string name, string reason)
    {
        _errors[name] = reason;
        Log.InError(_log, name, reason);
    }

    /// <summary>Says that the trigger of a function cannot be served, in the words of the genuine host; the others run.</summary>
    public void CannotIndex(FunctionDescriptor function, string reason)
    {
        _errors[function.Name] = reason;
        Log.CannotIndex(_log, function.Name, reason);
        Log.OffAfterIndexing(_log, function.Name);
    }

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

        [LoggerMessage(323, LogLevel.Error, "Error indexing method 'Functions.{Function}'. {Reason}")]
        public static partial void CannotIndex(ILogger logger, string function, string reason);

        [LoggerMessage(324, LogLevel.Warning, "Function 'Functions.{Function}' failed indexing and will be disabled.")]
        public static partial void OffAfterIndexing(ILogger logger, string function);

        [LoggerMessage(302, LogLevel.Warning, "Function 'Functions.{Function}' is disabled")]
        public static partial void Disabled(ILogger logger, string function);
    }
}
