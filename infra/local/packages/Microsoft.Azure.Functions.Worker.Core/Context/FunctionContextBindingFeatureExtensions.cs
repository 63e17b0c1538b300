using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Embedded;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextBindingFeatureExtensions
{
    public static async ValueTask<InputBindingData<T>> BindInputAsync<T>(this FunctionContext context, BindingMetadata bindingMetadata)
    {
        ArgumentNullException.ThrowIfNull(bindingMetadata);
        var inputs = context.Features.Get<IFunctionInputBindingFeature>() as InputBinding
            ?? throw new InvalidOperationException("The context has no inputs to bind.");
        return new BoundInput<T>(inputs, bindingMetadata, await inputs.BindAsync(context, bindingMetadata.Name, typeof(T)) is T value ? value : default);
    }

    public static InvocationResult GetInvocationResult(this FunctionContext context) => new ContextResult(ResultOf(context));

    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context)
    {
        var result = ResultOf(context);
        if (result.Value is not (null or T))
            throw new InvalidOperationException($"Requested type({typeof(T)}) does not match the type of Invocation result({result.Value.GetType()})");
        return new ContextResult<T>(result);
    }

    public static IEnumerable<OutputBindingData<T>> GetOutputBindings<T>(this FunctionContext context)
    {
        var result = ResultOf(context);
        return from output in result.Outputs.ToList()
               where output.Value is T
               select new BoundOutput<T>(result, output.Key, context.FunctionDefinition.OutputBindings.GetValueOrDefault(output.Key)?.Type ?? "");
    }

    private static ResultFeature ResultOf(FunctionContext context)
        => context.Features.Get<ResultFeature>() ?? throw new InvalidOperationException("The context has no invocation result.");

    private sealed class BoundInput<T>(InputBinding inputs, BindingMetadata binding, T? value) : InputBindingData<T>
    {
        private T? _value = value;

        public override BindingMetadata BindingMetadata => binding;

        public override T? Value
        {
            get => _value;
            set => inputs.Replace(binding.Name, _value = value);
        }
    }

    private sealed class BoundOutput<T>(ResultFeature result, string name, string type) : OutputBindingData<T>
    {
        public override string Name => name;

        public override string BindingType => type;

        public override T? Value
        {
            get => (T?)result.Outputs[name];
            set => result.Outputs[name] = value;
        }
    }

    private sealed class ContextResult(ResultFeature result) : InvocationResult
    {
        public override object? Value
        {
            get => result.Value;
            set => result.Value = value;
        }
    }

    private sealed class ContextResult<T>(ResultFeature result) : InvocationResult<T>
    {
        public override T? Value
        {
            get => (T?)result.Value;
            set => result.Value = value;
        }
    }
}
