namespace Microsoft.Azure.Functions.Worker.Context.Features;

public interface IFunctionInputBindingFeature
{
    ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context);
}

public class FunctionInputBindingResult(object?[] values)
{
    public object?[] Values { get; } = values;
}
