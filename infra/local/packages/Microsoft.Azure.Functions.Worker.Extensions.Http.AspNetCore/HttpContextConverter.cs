using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Binds parameters of the types <see cref="HttpRequest"/> and <see cref="HttpContext"/>.</summary>
internal sealed class HttpContextConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => ValueTask.FromResult(Convert(context));

    private static ConversionResult Convert(ConverterContext context)
    {
        if (context.FunctionContext.GetHttpContext() is not { } http) return ConversionResult.Unhandled();
        if (context.TargetType == typeof(HttpRequest)) return ConversionResult.Success(http.Request);
        return context.TargetType == typeof(HttpContext) ? ConversionResult.Success(http) : ConversionResult.Unhandled();
    }
}
