using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace SyncFunctions.Simulation.Service;

/// <summary>A function of the app by its trigger.</summary>
internal sealed class AppFunction(string name, MethodInfo method, ParameterInfo trigger)
{
    private readonly ParameterInfo[] _parameters = method.GetParameters();
    private readonly PropertyInfo? _result = method.ReturnType == typeof(Task) ? null : method.ReturnType.GetProperty("Result");
    private readonly ObjectFactory? _create = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, []);

    public string Name => name;

    public Type InputType => trigger.ParameterType;

    /// <summary>Of a function that a queue triggers.</summary>
    public string? Queue { get; } = trigger.GetCustomAttribute<QueueTriggerAttribute>()?.QueueName;

    public T? TriggerAs<T>()
        where T : Attribute => trigger.GetCustomAttribute<T>();

    public async Task<object?> RunAsync(IServiceProvider? services, DurableTaskClient? client, object? input)
    {
        var arguments = _parameters.Select(parameter =>
            parameter == trigger ? input
            : parameter.ParameterType == typeof(DurableTaskClient) ? client
            : parameter.ParameterType == typeof(CancellationToken) ? CancellationToken.None
            : throw new NotSupportedException($"The simulation knows no value for {name}({parameter.Name}).")).ToArray();
        var task = (Task)method.Invoke(_create?.Invoke(services!, null), BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
        await task;
        return _result?.GetValue(task);
    }
}

/// <summary>The functions that an assembly has, as the host finds them: by their attributes.</summary>
internal sealed class AppFunctions
{
    private static readonly Dictionary<Assembly, AppFunctions> Known = [];

    private AppFunctions(Assembly assembly)
    {
        foreach (var method in assembly.GetTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(type => type.GetMethods()))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } function) continue;
            foreach (var parameter in method.GetParameters())
            {
                var found = new Lazy<AppFunction>(() => new AppFunction(function.Name, method, parameter));
                if (parameter.IsDefined(typeof(OrchestrationTriggerAttribute))) Orchestrators.Add(function.Name, found.Value);
                else if (parameter.IsDefined(typeof(ActivityTriggerAttribute))) Activities.Add(function.Name, found.Value);
                else if (parameter.IsDefined(typeof(QueueTriggerAttribute))) Queues.Add(found.Value);
                else if (parameter.IsDefined(typeof(TimerTriggerAttribute))) Timers.Add(found.Value);
            }
        }
    }

    public Dictionary<string, AppFunction> Orchestrators { get; } = [];

    public Dictionary<string, AppFunction> Activities { get; } = [];

    public List<AppFunction> Queues { get; } = [];

    public List<AppFunction> Timers { get; } = [];

    public static AppFunctions Of(Assembly assembly)
    {
        lock (Known)
        {
            if (!Known.TryGetValue(assembly, out var functions)) Known.Add(assembly, functions = new AppFunctions(assembly));
            return functions;
        }
    }
}
