using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Binds a parameter of type <see cref="HttpRequestData"/>.</summary>
internal sealed class HttpRequestDataConverter : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
        => context.TargetType == typeof(HttpRequestData) && await context.FunctionContext.GetHttpRequestDataAsync() is { } request
            ? ConversionResult.Success(request)
            : ConversionResult.Unhandled();
}
