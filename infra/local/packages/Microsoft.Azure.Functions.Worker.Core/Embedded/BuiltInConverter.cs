using System.Text;
using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What every worker can convert: text and bytes into each other, into identifiers and times, and as JSON into anything else.</summary>
internal sealed class BuiltInConverter(IOptions<WorkerOptions> options) : IInputConverter
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ObjectSerializer Serializer => options.Value.Serializer
        ?? throw new InvalidOperationException("A serializer is not configured for the worker.");

    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => ValueTask.FromResult(Convert(context));

    private ConversionResult Convert(ConverterContext context)
    {
        if (context.TargetType == typeof(FunctionContext)) return ConversionResult.Success(context.FunctionContext);
        if (context.TargetType == typeof(CancellationToken)) return ConversionResult.Success(context.FunctionContext.CancellationToken);
        var target = Nullable.GetUnderlyingType(context.TargetType) ?? context.TargetType;
        if (target.IsInstanceOfType(context.Source)) return ConversionResult.Success(context.Source);
        try
        {
            return context.Source switch
            {
                string text => ConversionResult.Success(FromText(text, target)),
                byte[] bytes => ConversionResult.Success(FromBytes(bytes, target)),
                BinaryData data => ConversionResult.Success(FromBytes(data.ToArray(), target)),
                _ => ConversionResult.Unhandled(),
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or OverflowException or InvalidCastException
                                              or NotSupportedException or DecoderFallbackException)
        {
            return ConversionResult.Failed(exception);
        }
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
}
