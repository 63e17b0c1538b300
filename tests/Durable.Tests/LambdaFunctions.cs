using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace SyncFunctions.Durable.Tests;

/// <summary>Orchestrators and activities written in the test itself.</summary>
internal sealed class LambdaFunctions : IDurableFunctions
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<TaskActivityContext, string?, CancellationToken, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlySet<string> Orchestrators => _orchestrators.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);

    public IReadOnlySet<string> Activities => _activities.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);

    public LambdaFunctions Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> body)
    {
        _orchestrators[name] = async context => await body(context);
        return this;
    }

    public LambdaFunctions Orchestrator(string name, Func<TaskOrchestrationContext, Task> body)
    {
        _orchestrators[name] = async context =>
        {
            await body(context);
            return null;
        };
        return this;
    }

    public LambdaFunctions Activity<TInput, TResult>(string name, Func<TInput, Task<TResult>> body)
    {
        _activities[name] = async (_, input, _) => await body(JsonDataConverter.Default.Deserialize<TInput>(input)!);
        return this;
    }

    public LambdaFunctions Activity<TInput, TResult>(string name, Func<TInput, TResult> body) =>
        Activity<TInput, TResult>(name, input => Task.FromResult(body(input)));

    public LambdaFunctions Failing(string name, Func<Exception> exception) => Activity<object?, int>(name, int (_) => throw exception());

    public LambdaFunctions Activity(string name, Func<CancellationToken, Task> body)
    {
        _activities[name] = async (_, _, cancellation) =>
        {
            await body(cancellation);
            return null;
        };
        return this;
    }

    public Task RunTurnAsync(string orchestrator, OrchestrationTurn turn, CancellationToken cancellation)
    {
        turn.Run(() => _orchestrators[orchestrator](turn.Context));
        return Task.CompletedTask;
    }

    public Task<object?> RunActivityAsync(TaskActivityContext context, string? input, CancellationToken cancellation) =>
        _activities[context.Name](context, input, cancellation);
}
