using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.App.Sync;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Service;

/// <summary>
/// The task hub that all instances share: event-sourced orchestrations that are replayed on every turn, by the embedded engine's own
/// replay, kept in memory. Activities run at least once: one whose instance of the app dies is given to another.
/// </summary>
internal sealed class SimulatedHub(AppFunctions functions, SimulatedClock clock, Random random, Trace trace)
{
    private static readonly TimeSpan LostActivity = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, HubInstance> _instances = [];

    /// <summary>Those that have not ended, the oldest first.</summary>
    private readonly List<HubInstance> _order = [];
    private readonly List<HubTask> _tasks = [];
    private int _started;

    /// <summary>One activity in so many is run twice; 0: none.</summary>
    public int TwiceOneIn { get; set; }

    public int Doubled { get; private set; }

    public bool AnyRunning => _order.Exists(instance => !instance.IsEnded);

    public HubInstance? Find(string id) => _instances.GetValueOrDefault(id);

    /// <exception cref="InvalidOperationException">An instance of this id is running.</exception>
    public string Start(string name, string? input, string? id, Caller? caller = null)
    {
        id ??= $"instance-{_started++}";
        if (_instances.TryGetValue(id, out var existing) && !existing.IsEnded) throw new InvalidOperationException($"An orchestration {id} is running.");
        if (existing is not null) _order.Remove(existing);
        var instance = _instances[id] = new HubInstance(id, name, input, caller, clock.Now);
        _order.Add(instance);
        return id;
    }

    /// <summary>A turn that can be taken now, or an activity that can be run.</summary>
    public Action? Work(Func<AppInstance?> pick)
    {
        foreach (var instance in _order)
        {
            if (instance.HasNews(clock.Now) && pick() is { } taker) return () => TakeTurn(instance, taker);
        }

        return _tasks.Exists(task => task.IsFree(clock.Now)) && pick() is { } runner ? () => RunActivity(runner) : null;
    }

    /// <summary>When a timer fires or a lost activity is given to another.</summary>
    public DateTimeOffset? NextDue =>
        _order.Select(instance => instance.NextTimer).Concat(_tasks.Select(task => task.FreeAt)).Where(due => due > clock.Now).Min();

    /// <summary>What it was working on is free again after a while.</summary>
    public void Lost(AppInstance app)
    {
        foreach (var task in _tasks.Where(task => task.Runner == app)) task.Lose(clock.Now + LostActivity);
    }

    private void TakeTurn(HubInstance instance, AppInstance taker)
    {
        trace.Add($"{clock.Now:dd HH:mm:ss.fff} {taker.Name} turn of {instance.Name} {instance.Id}");
        var orchestrator = functions.Orchestrators[instance.Name];
        var begun = instance.TakeTurn(clock.Now, context => orchestrator.RunAsync(null, null, context));
        foreach (var task in begun)
        {
            switch (task)
            {
                case ActivityStarted activity:
                    _tasks.Add(new HubTask(instance, instance.Generation, activity));
                    break;
                case ChildStarted child:
                    Start(child.Name, child.Input, child.InstanceId, instance.CallerOf(child));
                    break;
                case EventSent sent:
                    Find(sent.InstanceId)?.Raise(sent.Name, sent.Payload);
                    break;
            }
        }

        if (instance.IsEnded && instance.Caller is { } caller) Find(caller.InstanceId)?.ChildEnded(caller, instance);
        _tasks.RemoveAll(task => !task.IsWanted);
        _order.RemoveAll(other => other.IsEnded);
    }

    private void RunActivity(AppInstance runner)
    {
        var free = _tasks.FindAll(task => task.IsFree(clock.Now));
        var task = free[random.Next(free.Count)];
        task.Take(runner);
        if (TwiceOneIn > 0 && random.Next(TwiceOneIn) == 0)
        {
            Doubled++;
            task.GiveAgain();
        }

        var function = functions.Activities[task.Activity.Name];
        runner.Run($"activity {task.Activity.Name} of {task.Instance.Id}", async () =>
        {
            HistoryEvent ended;
            try
            {
                var input = HubJson.Instance.Deserialize(task.Activity.Input, function.InputType);
                object? result = null;
                await ByHand.RunAsync(IsDryRun(input) ? ByHand.DryRun : null, async () => result = await function.RunAsync(runner.Services, null, input));
                ended = new TaskSucceeded(task.Activity.Id, HubJson.Instance.Serialize(result));
            }
            catch (Exception exception)
            {
                runner.Failed(exception);
                ended = new TaskFailed(task.Activity.Id, TaskFailureDetails.FromException(exception));
            }

            var step = await runner.Steps.TakeAsync(runner, $"end of activity {task.Activity.Name}{(ended is TaskFailed ? ", failed" : "")}");
            if (task.IsWanted) task.Instance.Arrived(ended);
            _tasks.Remove(task);
            await step.DoneAsync();
        });
    }

    private static bool IsDryRun(object? input) => input is SyncRunInput { Mode: RunMode.DryRun } or ProjectRunInput { Mode: RunMode.DryRun };

    /// <summary>An activity that was called and has no result yet.</summary>
    private sealed class HubTask(HubInstance instance, int generation, ActivityStarted activity)
    {
        private bool _again;

        public HubInstance Instance => instance;

        public ActivityStarted Activity => activity;

        public AppInstance? Runner { get; private set; }

        public DateTimeOffset? FreeAt { get; private set; }

        public bool IsWanted => !instance.IsEnded && instance.Generation == generation && instance.IsPending(activity.Id);

        public bool IsFree(DateTimeOffset now) => IsWanted && (_again || Runner is null || FreeAt <= now);

        public void Take(AppInstance runner) => (Runner, FreeAt, _again) = (runner, null, false);

        public void GiveAgain() => _again = true;

        public void Lose(DateTimeOffset freeAt) => FreeAt = freeAt;
    }
}
