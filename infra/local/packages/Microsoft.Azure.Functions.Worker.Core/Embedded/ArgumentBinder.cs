using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Finds the argument for each parameter of a function.</summary>
internal sealed class ArgumentBinder(IEnumerable<IParameterBinder> binders, IServiceProvider services, IOptions<WorkerOptions> options)
{
    // Whatever the extension, these are those of the run itself.
    private static readonly Type[] OfTheRun = [typeof(FunctionContext), typeof(CancellationToken)];
    private readonly IParameterBinder[] _binders = [.. binders];
    private readonly ConcurrentDictionary<Type, IInputConverter> _converters = new();

    /// <param name="known">Arguments that were found before, by the name of the parameter.</param>
    /// <exception cref="FunctionInputConverterException">A value cannot be made into its parameter's type.</exception>
    public async Task<object?[]> BindAsync(InvocationContext context, IReadOnlyDictionary<string, object?> known)
    {
        var parameters = context.Function.Method.GetParameters();
        var arguments = new object?[parameters.Length];
        List<(string Message, Exception? Error)>? failures = null;
        for (var i = 0; i < parameters.Length; i++)
        {
            if (known.TryGetValue(parameters[i].Name!, out arguments[i])) continue;
            var result = await ConvertAsync(parameters[i], parameters[i].ParameterType, context);
            if (result.Status is ConversionStatus.Succeeded) arguments[i] = result.Value;
            else if (result.Status is ConversionStatus.Failed || !TryDefault(parameters[i], out arguments[i]))
                (failures ??= []).Add((Describe(parameters[i], Source(parameters[i], context), result.Error), result.Error));
        }

        if (failures is null) return arguments;
        throw new FunctionInputConverterException(
            $"Error converting {failures.Count} input parameters for Function '{context.Function.Name}': {string.Join(Environment.NewLine, failures.Select(failure => failure.Message))}",
            failures[0].Error);
    }

    /// <summary>The source of a parameter as a value of the given type, by the first that can make it.</summary>
    public async ValueTask<ConversionResult> ConvertAsync(ParameterInfo parameter, Type target, InvocationContext context)
    {
        Type[] own = [.. Converters(parameter), .. Converters(target)];
        if (own.Length == 0 && BinderOf(parameter, context) is { } binder)
            return ConversionResult.Success(await binder.BindAsync(parameter, context, context.CancellationToken));

        var conversion = new ParameterConversion(target, Source(parameter, context), context, ParameterProperties.Of(parameter));
        foreach (var type in own.Concat(options.Value.InputConverters))
        {
            var converter = _converters.GetOrAdd(type, static (type, services) => (IInputConverter)ActivatorUtilities.GetServiceOrCreateInstance(services, type), services);
            var result = await converter.ConvertAsync(conversion);
            if (result.Status is not ConversionStatus.Unhandled) return result;
        }

        return ConversionResult.Unhandled();
    }

    private IParameterBinder? BinderOf(ParameterInfo parameter, InvocationContext context)
    {
        if (parameter == context.Function.TriggerParameter || OfTheRun.Contains(parameter.ParameterType)) return null;
        return Array.Find(_binders, binder => binder.CanBind(parameter));
    }

    private static IEnumerable<Type> Converters(ICustomAttributeProvider declaration)
        => declaration.GetCustomAttributes(typeof(InputConverterAttribute), inherit: true).Cast<InputConverterAttribute>().Select(attribute => attribute.ConverterType);

    private static object? Source(ParameterInfo parameter, InvocationContext context)
        => parameter == context.Function.TriggerParameter ? context.Trigger.TriggerValue : context.BindingContext.BindingData.GetValueOrDefault(parameter.Name!);

    private static bool TryDefault(ParameterInfo parameter, out object? value)
    {
        value = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        return parameter.HasDefaultValue || !parameter.ParameterType.IsValueType || Nullable.GetUnderlyingType(parameter.ParameterType) is not null;
    }

    private static string Describe(ParameterInfo parameter, object? source, Exception? error)
        => $"Cannot convert input parameter '{parameter.Name}' to type '{parameter.ParameterType.FullName}' from type '{source?.GetType().FullName ?? "null"}'. Error:{error}";

    private sealed class ParameterConversion(Type target, object? source, FunctionContext context, IReadOnlyDictionary<string, object> properties) : ConverterContext
    {
        public override Type TargetType => target;

        public override object? Source => source;

        public override FunctionContext FunctionContext => context;

        public override IReadOnlyDictionary<string, object> Properties => properties;
    }
}
