using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>What an exception outside the orchestrator's own control ends an instance with.</summary>
internal sealed class UnhandledInFunctionException(string function, string details) : Exception($"Function '{function}' failed with an unhandled exception.")
{
    public string Details { get; } = details;
}

/// <summary>What a turn leaves: the turn itself for the history, and where the instance stands after it.</summary>
internal sealed record TurnResult(Turn Turn, OrchestrationRuntimeStatus Status, string? Output, TaskFailureDetails? Failure, string? CustomStatus)
{
    /// <summary>Set where a next generation begins.</summary>
    public NextGeneration? Next { get; init; }
}

internal sealed record NextGeneration(string? Input, IReadOnlyList<EventReceived> Unread);

/// <summary>One turn: replays the history, hands over what arrived, and collects what the orchestrator did about it.</summary>
internal sealed class OrchestrationTurn(
    InstanceState state, DateTimeOffset at, IReadOnlyList<HistoryEvent> arrived, DataConverter converter, ILoggerFactory loggers)
{
    /// <summary>16 KB of UTF-16.</summary>
    private const int LongestCustomStatus = 8_192;

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly OrchestratorThread _thread = new();
    private OrchestrationContext? _context;
    private TurnResult? _result;

    /// <summary>The context that the orchestrator is given.</summary>
    public OrchestrationContext Context => _context ??= new OrchestrationContext(state, converter, loggers, _thread);

    /// <summary>Whether the orchestrator got to run.</summary>
    public bool HasRun => _result is not null;

    /// <summary>The result after <see cref="Run"/>.</summary>
    public TurnResult Result => _result ?? throw new InvalidOperationException("The orchestrator was not run.");

    /// <summary>Runs the orchestrator on the calling thread until it ends or waits. It is called here, once.</summary>
    public void Run(Func<Task<object?>> orchestrator)
    {
        var (thread, context) = (_thread, Context);
        Task<object?>? run = null;
        thread.Run(() =>
        {
            foreach (var turn in state.History.Append(new Turn(at, arrived)))
            {
                context.BeginTurn(turn.At, replaying: turn.Events != arrived);
                if (run is null)
                {
                    run = Start(orchestrator);
                    thread.Pump();
                }

                foreach (var e in turn.Events)
                {
                    if (context.Fatal is not null) return;
                    context.Apply(e);
                    thread.Pump();
                }

                context.Compare(turn);
            }
        });
        context.EndTurn();
        _result = Conclude(run!, context, thread);
    }

    /// <summary>The turn of an instance whose function cannot be run at all.</summary>
    public TurnResult Fail(Exception exception) => Failed(exception, state.Head.CustomStatus ?? "null");

    private static Task<object?> Start(Func<Task<object?>> orchestrator)
    {
        try
        {
            return orchestrator();
        }
        catch (Exception exception)
        {
            return Task.FromException<object?>(exception);
        }
    }

    private TurnResult Conclude(Task<object?> run, OrchestrationContext context, OrchestratorThread thread)
    {
        // What the genuine engine shows where nothing was set: JSON null.
        var customStatus = context.CustomStatus is (true, var text) ? text ?? "null" : state.Head.CustomStatus ?? "null";
        if (context.Fatal is { } fatal) return Failed(fatal, customStatus);
        if (thread.IsDisturbed || (!run.IsCompleted && !context.IsWaiting)) return Failed(OrchestrationContext.InvalidAwait(), customStatus);
        if (customStatus.Length > LongestCustomStatus)
        {
            var tooLarge = string.Create(
                CultureInfo.InvariantCulture,
                $"System.ArgumentException: CustomStatus is too large: limit = 16 KB (UTF-16), actual = {customStatus.Length * 2 / 1024.0:N2} KB.");
            return Failed(new UnhandledInFunctionException(state.Head.Name, tooLarge), state.Head.CustomStatus ?? "null");
        }

        if (!run.IsCompleted) return new TurnResult(Events(context), OrchestrationRuntimeStatus.Running, null, null, customStatus);
        if (!run.IsCompletedSuccessfully) return Failed(run.Exception?.InnerException ?? new TaskCanceledException(run), customStatus, context);
        if (context.Next is var (input, preserve))
        {
            return new TurnResult(Events(context), OrchestrationRuntimeStatus.Running, null, null, customStatus)
            {
                Next = new NextGeneration(input, preserve ? context.Unread : []),
            };
        }

        try
        {
            return new TurnResult(Events(context), OrchestrationRuntimeStatus.Completed, converter.Serialize(run.Result), null, customStatus);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or InvalidOperationException)
        {
            return Failed(exception, customStatus, context);
        }
    }

    private Turn Events(OrchestrationContext? context) => new(at, [.. arrived, .. context?.Begun ?? []]);

    /// <summary>As the genuine engine shows it: what failed outside of the orchestrator is JSON without further details, the rest a plain text.</summary>
    private TurnResult Failed(Exception exception, string customStatus, OrchestrationContext? context = null)
    {
        if (exception is UnhandledInFunctionException unhandled) return Ended(Json(exception.Message, unhandled.Details), null);
        if (exception is UnknownOrchestratorException) return Ended(Json(exception.Message, null), null);
        var failure = Failure.Of(exception);
        return Ended(failure.ToString(), failure);

        TurnResult Ended(string output, TaskFailureDetails? details) => new(Events(context), OrchestrationRuntimeStatus.Failed, output, details, customStatus);
    }

    private static string Json(string message, string? details) => JsonSerializer.Serialize(new { message, details }, Unescaped);
}
