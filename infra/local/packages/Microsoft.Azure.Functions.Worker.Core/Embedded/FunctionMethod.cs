using System.Reflection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Calls the method of a function and awaits whatever it returns.</summary>
internal static class FunctionMethod
{
    private static readonly MethodInfo AwaitTaskMethod = Generic(nameof(AwaitTask));
    private static readonly MethodInfo AwaitValueTaskMethod = Generic(nameof(AwaitValueTask));

    /// <summary>The method as a call that can be awaited; exceptions come out unwrapped.</summary>
    public static Func<object?, object?[], Task<object?>> Compile(MethodInfo method)
    {
        var awaiter = Awaiter(method.ReturnType);
        return (instance, arguments) => awaiter(method.Invoke(instance, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null));
    }

    private static Func<object?, Task<object?>> Awaiter(Type type)
    {
        if (type == typeof(void)) return static _ => Task.FromResult<object?>(null);
        if (type == typeof(Task)) return static async returned => { await ((Task?)returned ?? Task.CompletedTask); return null; };
        if (type == typeof(ValueTask)) return static async returned => { await (ValueTask)returned!; return null; };
        if (!type.IsGenericType) return Task.FromResult;
        if (type.GetGenericTypeDefinition() == typeof(Task<>)) return Closed(AwaitTaskMethod, type);
        return type.GetGenericTypeDefinition() == typeof(ValueTask<>) ? Closed(AwaitValueTaskMethod, type) : Task.FromResult;
    }

    private static Func<object?, Task<object?>> Closed(MethodInfo awaiter, Type type)
        => awaiter.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object?, Task<object?>>>();

    private static MethodInfo Generic(string name) => typeof(FunctionMethod).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static async Task<object?> AwaitTask<T>(object? returned) => returned is null ? null : await (Task<T>)returned;

    private static async Task<object?> AwaitValueTask<T>(object? returned) => await (ValueTask<T>)returned!;
}
