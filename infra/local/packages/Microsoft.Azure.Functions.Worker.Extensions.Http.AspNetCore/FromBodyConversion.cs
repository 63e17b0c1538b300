using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Reads the body for a <c>[FromBody]</c> parameter.</summary>
internal sealed class FromBodyConversion : IFromBodyConversionFeature
{
    public async ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType)
    {
        var request = context.GetHttpContext()?.Request
            ?? throw new InvalidOperationException("A body can be bound in functions with an HTTP trigger only.");
        if (targetType == typeof(string))
        {
            using var reader = new StreamReader(request.Body, leaveOpen: true);
            return await reader.ReadToEndAsync(context.CancellationToken);
        }

        if (targetType == typeof(byte[]))
        {
            using var buffer = new MemoryStream();
            await request.Body.CopyToAsync(buffer, context.CancellationToken);
            return buffer.ToArray();
        }

        // Throws where the content type is not JSON.
        return await request.ReadFromJsonAsync(targetType, context.CancellationToken);
    }
}
