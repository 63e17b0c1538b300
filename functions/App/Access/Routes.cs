using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Contract;

namespace SyncFunctions.App.Access;

/// <summary>An HTTP function, its address and who may call it.</summary>
/// <param name="Path">Below <c>/api/</c>.</param>
/// <param name="Needs">Null where it is <paramref name="Open"/>.</param>
public sealed record Route(string Function, string Path, ImmutableArray<string> Methods, MethodInfo Method, NeedsAttribute? Needs, OpenAttribute? Open)
{
    /// <summary>All of them: it may be this or that.</summary>
    public ImmutableArray<AnswersAttribute> Answers { get; } = [.. Method.GetCustomAttributes<AnswersAttribute>()];

    /// <summary>The names of its query parameters.</summary>
    public IReadOnlyList<string> Query { get; } = Method.GetCustomAttribute<AsksAttribute>()?.Names ?? [];

    public TakesAttribute? Takes { get; } = Method.GetCustomAttribute<TakesAttribute>();

    public RefusesAttribute? Refuses { get; } = Method.GetCustomAttribute<RefusesAttribute>();
}

/// <summary>All HTTP functions of the app, as their attributes say.</summary>
public static class Routes
{
    public static readonly ImmutableSortedDictionary<string, Route> All = typeof(Routes).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Select(Read)
        .OfType<Route>()
        .ToImmutableSortedDictionary(route => route.Function, route => route, StringComparer.Ordinal);

    private static Route? Read(MethodInfo method) =>
        method.GetCustomAttribute<FunctionAttribute>() is { } function
        && method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(trigger => trigger is not null) is { Route: { } path, Methods: { } methods }
            ? new Route(function.Name, path, [.. methods], method, method.GetCustomAttribute<NeedsAttribute>(), method.GetCustomAttribute<OpenAttribute>())
            : null;
}
