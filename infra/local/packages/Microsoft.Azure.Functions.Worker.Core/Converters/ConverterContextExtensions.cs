using Microsoft.Azure.Functions.Worker.Embedded;

namespace Microsoft.Azure.Functions.Worker.Converters;

public static class ConverterContextExtensions
{
    public static bool TryGetBindingAttribute<T>(this ConverterContext context, out object? bindingAttribute)
        where T : Attribute
        => context.TryGetBindingAttribute(typeof(T), out bindingAttribute);

    public static bool TryGetBindingAttribute(this ConverterContext context, Type type, out object? bindingAttribute)
    {
        ArgumentNullException.ThrowIfNull(context);
        bindingAttribute = context.Properties.TryGetValue(ParameterProperties.BindingAttribute, out var found) && type.IsInstanceOfType(found) ? found : null;
        return bindingAttribute is not null;
    }
}
