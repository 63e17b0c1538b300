using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;

/// <summary>The history of an instance's newest generation, in the events and names of the genuine extension.</summary>
internal sealed class HistoryAnswer(InstanceState state, bool showInput, bool showOutput)
{
    private static readonly JsonSerializerOptions AsDeclared = new();
    private readonly Dictionary<int, (TaskStarted Task, DateTimeOffset At, JsonObject Event)> _started = [];
    private readonly Dictionary<int, DateTimeOffset> _timers = [];
    private readonly List<JsonObject> _events = [];

    public JsonArray Events()
    {
        var head = state.Head;
        Add(state.History.Count > 0 ? state.History[0].At : head.CreatedAt, new JsonObject
        {
            ["EventType"] = "ExecutionStarted",
            ["Correlation"] = null,
            ["ScheduledStartTime"] = head.StartAt?.UtcDateTime,
            ["Generation"] = head.Generation - 1,
            ["FunctionName"] = head.Name,
        }, state.Input);
        foreach (var turn in state.History)
        {
            foreach (var e in turn.Events) Add(turn.At, e);
        }

        if (head is { IsEnded: true, EndedAt: { } end }) AddEnd(end);
        return [.. _events];
    }

    private void Add(DateTimeOffset at, HistoryEvent e)
    {
        switch (e)
        {
            case ActivityStarted task:
                AddStart(at, task, Named("TaskScheduled", task.Name), task.Input);
                break;
            case ChildStarted child:
                AddStart(at, child, Named("SubOrchestrationInstanceCreated", child.Name, ("InstanceId", child.InstanceId)), child.Input);
                break;
            case EventSent sent:
                Add(at, Named("EventSent", sent.Name, ("InstanceId", sent.InstanceId)), sent.Payload);
                break;
            case TaskSucceeded(var id, var result):
                AddResult(at, id, "Completed", showOutput ? new JsonObject { ["Result"] = Node(result) } : []);
                break;
            case TaskFailed(var id, var failure):
                AddResult(at, id, "Failed", new JsonObject { ["Reason"] = failure?.ErrorMessage, ["FailureDetails"] = Node(failure) });
                break;
            case EventReceived received:
                Add(at, Named("EventRaised", received.Name), received.Payload);
                break;
            case TimerStarted timer:
                _timers[timer.Id] = timer.FireAt;
                Add(at, new JsonObject { ["EventType"] = "TimerCreated", ["FireAt"] = timer.FireAt.UtcDateTime });
                break;
            case TimerFired(var id) when _timers.TryGetValue(id, out var fireAt):
                Add(at, new JsonObject { ["EventType"] = "TimerFired", ["FireAt"] = fireAt.UtcDateTime });
                break;
        }
    }

    private void AddStart(DateTimeOffset at, TaskStarted task, JsonObject start, string? input)
    {
        Add(at, start, input);
        _started[task.Id] = (task, at, start);
    }

    /// <summary>A result takes the place of its start and says what that said.</summary>
    private void AddResult(DateTimeOffset at, int id, string outcome, JsonObject result)
    {
        if (!_started.Remove(id, out var start)) return;
        _events.Remove(start.Event);
        result["EventType"] = (start.Task is ChildStarted ? "SubOrchestrationInstance" : "Task") + outcome;
        result["ScheduledTime"] = start.At.UtcDateTime;
        result["FunctionName"] = start.Task.Name;
        Add(at, result, start.Task switch
        {
            ActivityStarted activity => activity.Input,
            ChildStarted child => child.Input,
            _ => null,
        });
    }

    private void AddEnd(DateTimeOffset at)
    {
        if (state.Head.Status is OrchestrationRuntimeStatus.Terminated) Add(at, new JsonObject { ["EventType"] = "ExecutionTerminated" }, state.Outcome.Output);
        var end = new JsonObject
        {
            ["EventType"] = "ExecutionCompleted",
            ["OrchestrationStatus"] = state.Head.Status.ToString(),
            ["FailureDetails"] = Node(state.Outcome.Failure),
        };
        if (showOutput) end["Result"] = Node(state.Outcome.Output);
        Add(at, end);
    }

    /// <summary>Inputs stay the stored texts that they are.</summary>
    private void Add(DateTimeOffset at, JsonObject e, string? input = null)
    {
        if (showInput && input is not null) e["Input"] = input;
        e["Timestamp"] = at.UtcDateTime;
        _events.Add(e);
    }

    private static JsonObject Named(string type, string name, params (string Name, string Value)[] more)
    {
        var e = new JsonObject { ["EventType"] = type, ["Name"] = name };
        foreach (var (key, value) in more) e[key] = value;
        return e;
    }

    private static JsonNode? Node(string? stored) => Answers.Token(stored) is { } token ? JsonSerializer.SerializeToNode(token) : null;

    private static JsonNode? Node(TaskFailureDetails? failure) => JsonSerializer.SerializeToNode(failure, AsDeclared);
}
