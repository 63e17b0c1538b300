using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Finds the argument for each parameter of a function.</summary>
internal sealed class ArgumentBinder(IEnumerable<IParameterBinder> binders, IOptions<WorkerOptions> options)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly IParameterBinder[] _binders = [.. binders];
    private readonly ConcurrentDictionary<Type, IInputConverter> _converters = new();

    private ObjectSerializer Serializer => options.Value.Serializer
        ?? throw new InvalidOperationException("The worker has no serializer.");

    /// <exception cref="FunctionInputConverterException">A value cannot be made into its parameter's type.</exception>
    public async Task<object?[]> BindAsync(InvocationContext context)
    {
        var parameters = context.Function.Method.GetParameters();
        var arguments = new object?[parameters.Length];
        List<(string Message, Exception? Error)>? failures = null;
        for (var i = 0; i < parameters.Length; i++)
        {
            try
            {
                arguments[i] = await BindAsync(parameters[i], context);
            }
            catch (ConversionException exception)
            {
                (failures ??= []).Add((exception.Message, exception.InnerException));
            }
        }

        if (failures is null) return arguments;
        throw new FunctionInputConverterException(
            $"Error converting {failures.Count} input parameters for Function '{context.Function.Name}': {string.Join(Environment.NewLine, failures.Select(failure => failure.Message))}",
            failures[0].Error);
    }

    private async Task<object?> BindAsync(ParameterInfo parameter, InvocationContext context)
    {
        if (parameter.ParameterType == typeof(FunctionContext)) return context;
        if (parameter.ParameterType == typeof(CancellationToken)) return context.CancellationToken;
        if (parameter.GetCustomAttribute<InputConverterAttribute>() is { } custom) return await ConvertAsync(custom, parameter, context);
        if (parameter == context.Function.TriggerParameter) return Convert(context.Trigger.TriggerValue, parameter);
        if (Array.Find(_binders, binder => binder.CanBind(parameter)) is { } binder)
            return await binder.BindAsync(parameter, context, context.CancellationToken);
        return Convert(context.BindingContext.BindingData.GetValueOrDefault(parameter.Name!), parameter);
    }

    private async Task<object?> ConvertAsync(InputConverterAttribute attribute, ParameterInfo parameter, InvocationContext context)
    {
        var converter = _converters.GetOrAdd(
            attribute.ConverterType,
            static (type, services) => (IInputConverter)ActivatorUtilities.CreateInstance(services, type),
            context.InstanceServices);
        var source = parameter == context.Function.TriggerParameter
            ? context.Trigger.TriggerValue
            : context.BindingContext.BindingData.GetValueOrDefault(parameter.Name!);
        var result = await converter.ConvertAsync(new ParameterConversion(parameter.ParameterType, source, context));
        return result.Status switch
        {
            ConversionStatus.Succeeded => result.Value,
            ConversionStatus.Failed => throw new ConversionException(parameter, source, result.Error),
            _ => Convert(source, parameter),
        };
    }

    private object? Convert(object? source, ParameterInfo parameter)
    {
        var target = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (source is null) return Missing(parameter);
        if (target.IsInstanceOfType(source)) return source;
        try
        {
            return source switch
            {
                string text => FromText(text, target),
                byte[] bytes => FromBytes(bytes, target),
                BinaryData data => FromBytes(data.ToArray(), target),
                _ => throw new InvalidCastException($"There is no conversion from {source.GetType()} to {target}."),
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or OverflowException or InvalidCastException
                                              or NotSupportedException or DecoderFallbackException)
        {
            throw new ConversionException(parameter, source, exception);
        }
    }

    private static object? Missing(ParameterInfo parameter)
    {
        if (parameter.HasDefaultValue) return parameter.DefaultValue;
        if (!parameter.ParameterType.IsValueType || Nullable.GetUnderlyingType(parameter.ParameterType) is not null) return null;
        throw new ConversionException(parameter, source: null, error: null);
    }

    private object? FromText(string text, Type target)
    {
        // Times among the binding data are quoted, as JSON has them.
        if (!text.StartsWith('"'))
        {
            if (target == typeof(Guid)) return Guid.Parse(text);
            if (target == typeof(DateTimeOffset)) return DateTimeOffset.Parse(text);
            if (target == typeof(DateTime)) return DateTimeOffset.Parse(text).UtcDateTime;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return target == typeof(byte[]) || target == typeof(ReadOnlyMemory<byte>) || target == typeof(BinaryData)
            ? FromBytes(bytes, target)
            : Deserialize(bytes, target);
    }

    private object? FromBytes(byte[] bytes, Type target)
    {
        if (target == typeof(string)) return StrictUtf8.GetString(bytes);
        if (target == typeof(byte[])) return bytes;
        if (target == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>(bytes);
        return target == typeof(BinaryData) ? BinaryData.FromBytes(bytes) : Deserialize(bytes, target);
    }

    private object? Deserialize(byte[] json, Type target)
    {
        using var stream = new MemoryStream(json, writable: false);
        return Serializer.Deserialize(stream, target, CancellationToken.None);
    }

    private sealed class ParameterConversion(Type target, object? source, FunctionContext context) : ConverterContext
    {
        public override Type TargetType { get; } = target;

        public override object? Source { get; } = source;

        public override FunctionContext FunctionContext { get; } = context;

        public override IReadOnlyDictionary<string, object> Properties { get; } = new Dictionary<string, object>();
    }

    private sealed class ConversionException(ParameterInfo parameter, object? source, Exception? error) : Exception(
        $"Cannot convert input parameter '{parameter.Name}' to type '{parameter.ParameterType}' from type '{source?.GetType().ToString() ?? "null"}'. Error:{error}",
        error);
}
