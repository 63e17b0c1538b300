using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The arguments of one run. Middleware may bind them before the function does, look at them and replace them.</summary>
internal sealed class InputBinding(ArgumentBinder binder) : IFunctionInputBindingFeature
{
    private readonly Dictionary<string, object?> _known = [];
    private FunctionInputBindingResult? _all;

    public async ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context)
        => _all ??= new FunctionInputBindingResult(await binder.BindAsync((InvocationContext)context, _known));

    /// <summary>One argument as the given type; null where it cannot be had.</summary>
    public async ValueTask<object?> BindAsync(FunctionContext context, string name, Type type)
    {
        if (_known.TryGetValue(name, out var known)) return known;
        var run = (InvocationContext)context;
        if (Array.Find(run.Function.Method.GetParameters(), parameter => parameter.Name == name) is not { } parameter) return null;
        var result = await binder.ConvertAsync(parameter, type.IsAssignableFrom(parameter.ParameterType) ? parameter.ParameterType : type, run);
        if (result.Status is not ConversionStatus.Succeeded) return null;
        if (parameter.ParameterType.IsInstanceOfType(result.Value)) _known[name] = result.Value;
        return result.Value;
    }

    public void Replace(string name, object? value) => _known[name] = value;
}
