using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;

public interface IFromBodyConversionFeature
{
    ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType);
}

internal sealed class FromBodyConverter : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.FunctionContext.Features.Get<IFromBodyConversionFeature>() is not { } feature)
            return ConversionResult.Failed(new InvalidOperationException("A body can be bound in functions with an HTTP trigger only."));
        try
        {
            return ConversionResult.Success(await feature.ConvertAsync(context.FunctionContext, context.TargetType));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ConversionResult.Failed(exception);
        }
    }
}
