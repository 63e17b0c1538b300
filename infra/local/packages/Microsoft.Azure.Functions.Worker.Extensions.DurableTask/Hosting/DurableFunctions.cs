using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;

/// <summary>The durable functions of the app, run by the worker host.</summary>
internal sealed class DurableFunctions(IFunctionInvoker invoker, IOptions<WorkerOptions> options, HttpActivity http) : IDurableFunctions
{
    private static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();
    private readonly Dictionary<string, FunctionDescriptor> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, FunctionDescriptor> _activities = new(StringComparer.OrdinalIgnoreCase);

    public DataConverter Converter { get; } = new WorkerConverter(options);

    public IReadOnlySet<string> Orchestrators { get; private set; } = new HashSet<string>();

    public IReadOnlySet<string> Activities { get; private set; } = new HashSet<string>();

    /// <summary>Whether the app has any.</summary>
    public bool AreThere => _orchestrators.Count + _activities.Count > 0;

    public void AddOrchestrators(IEnumerable<FunctionDescriptor> functions)
    {
        foreach (var function in functions)
            Add(_orchestrators, ((OrchestrationTriggerAttribute)function.Trigger).Orchestration, function);
        Orchestrators = new HashSet<string>(_orchestrators.Keys, StringComparer.OrdinalIgnoreCase);
    }

    public void AddActivities(IEnumerable<FunctionDescriptor> functions)
    {
        foreach (var function in functions)
            Add(_activities, ((ActivityTriggerAttribute)function.Trigger).Activity, function);
        Activities = new HashSet<string>([.. _activities.Keys, HttpActivity.Name], StringComparer.OrdinalIgnoreCase);
    }

    public Task RunTurnAsync(string orchestrator, OrchestrationTurn turn, CancellationToken cancellation) => invoker.InvokeAsync(
        _orchestrators[orchestrator],
        new TriggerInvocation(turn.Context, NoData, context => context.Features.Set(turn)),
        cancellation);

    public async Task<object?> RunActivityAsync(TaskActivityContext context, string? input, CancellationToken cancellation)
    {
        if (context.Name == HttpActivity.Name) return await http.RunAsync(Converter.Deserialize<DurableHttpRequest>(input)!, cancellation);
        var function = _activities[context.Name];
        var type = function.TriggerParameter.ParameterType;
        var value = type == typeof(TaskActivityContext) ? context : Converter.Deserialize(input, type);
        var data = new Dictionary<string, object?> { ["instanceId"] = context.InstanceId };
        return await invoker.InvokeAsync(
            function, new TriggerInvocation(value, data, functionContext => functionContext.Features.Set(context)), cancellation);
    }

    private static void Add(Dictionary<string, FunctionDescriptor> functions, string? given, FunctionDescriptor function)
    {
        var name = string.IsNullOrEmpty(given) ? function.Name : given;
        if (!functions.TryAdd(name, function))
            throw new InvalidOperationException($"The functions '{functions[name].Name}' and '{function.Name}' are both called '{name}'.");
    }
}

/// <summary>
/// Runs an orchestrator function, with everything between the host and it, as one turn on one thread. An orchestrator that waits is
/// left where it is: the next turn replays it.
/// </summary>
internal sealed class OrchestrationMiddleware : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.Features.Get<OrchestrationTurn>() is not { } turn) return next(context);

        turn.Run(async () =>
        {
            await next(context);
            return context.Features.Get<ResultFeature>()!.Value;
        });
        return Task.CompletedTask;
    }
}

/// <summary>The worker's own serializer, as the genuine extension uses it.</summary>
internal sealed class WorkerConverter(IOptions<WorkerOptions> options) : DataConverter
{
    public override string? Serialize(object? value)
    {
        if (value is null) return null;
        using var stream = new MemoryStream();
        options.Value.Serializer!.Serialize(stream, value, value.GetType(), CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public override object? Deserialize(string? data, Type targetType)
    {
        if (data is null) return null;
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(data), writable: false);
        return options.Value.Serializer!.Deserialize(stream, targetType, CancellationToken.None);
    }
}
