using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>
/// The durable engine: runs orchestrations so that they survive the end of the process at any moment.
/// <para>
/// <b>Storage.</b> An instance is one partition of a table: a head row, one row per turn of its history, unread messages. A second table
/// is the work index: one row per instance that wants attention now or at a time. <see cref="Keys"/> lists every row.
/// </para>
/// <para>
/// <b>A turn.</b> What has arrived (results, events, due timers) is handed to the orchestrator, which is replayed from its history on one
/// thread (<see cref="OrchestrationTurn"/>); what it starts and what arrived become one history row. Tasks that wait for a result are
/// those that the history has started and not ended, so there is no other list of them.
/// </para>
/// <para><b>Invariants.</b></para>
/// <list type="number">
/// <item>An instance changes only by one transaction that replaces its head if the head is unchanged (<see cref="HubStore.CommitAsync"/>).
/// Whoever loses has changed nothing, throws away what it computed, reads again and decides anew. There are no locks in storage.</item>
/// <item>A task begins after the commit that starts it, and the commit with its result comes later: activities run at least once,
/// results count once. Everything that is repeated after a crash is told by its key: a child by its caller, a message by its key.</item>
/// <item>The index row of an instance is never later than the instance wants attention: it is raised before the commit that needs it
/// and lowered after the commit that no longer does, and only if nobody has written it meanwhile. A stale row costs one look.</item>
/// <item>Owner in a head says who works on an instance, as long as that process says that it is alive. This spares double work; what
/// keeps the data right is 1: a process that was paused and taken over loses its commit.</item>
/// <item>In a process, everything about one instance goes through one gate (<see cref="Instance"/>), and the state it keeps is true
/// exactly as long as the head's version is. So work of this process goes on at once, without reading; the poll finds the rest:
/// timers after a restart, messages of other processes, what dead processes left.</item>
/// </list>
/// <para>
/// <b>Limits.</b> One turn stores up to 2.8 MB after compression, a single result or event about as much; an instance id has up to 500
/// characters; the processes of a hub agree on the time within a few seconds (only what runs twice depends on it, no data).
/// </para>
/// </summary>
internal sealed partial class TaskHub : IAsyncDisposable
{
    private const int CrowdedFrom = 2_000;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForgetOwnersAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly IDurableFunctions _functions;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, Instance> _instances = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _changes = new();
    private readonly ConcurrentDictionary<Task, bool> _background = new();
    private readonly PriorityQueue<string, DateTimeOffset> _timers = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _activitySlots;
    private readonly SemaphoreSlim _turnSlots;
    private readonly SemaphoreSlim _tablesGate = new(1, 1);
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _stopped = new();
    private IReadOnlyDictionary<string, DateTimeOffset> _owners = new Dictionary<string, DateTimeOffset>();
    private bool _hasTables;
    private Task _loop = Task.CompletedTask;

    public TaskHub(
        HubOptions options, HubStore store, IDurableFunctions functions, DataConverter converter, ILoggerFactory loggers, TimeProvider time)
    {
        Options = options;
        Store = store;
        Converter = converter;
        Loggers = loggers;
        _functions = functions;
        _time = time;
        _log = loggers.CreateLogger<TaskHub>();
        _activitySlots = new SemaphoreSlim(options.MaxConcurrentActivities);
        _turnSlots = new SemaphoreSlim(options.MaxConcurrentTurns);
    }

    public HubOptions Options { get; }

    public HubStore Store { get; }

    public DataConverter Converter { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>This process in the hub, and no other one before or after it.</summary>
    public string Owner { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";

    /// <summary>Whether this process works; otherwise it is only a client.</summary>
    public bool IsWorking { get; private set; }

    /// <summary>Whether this process begins nothing new; what it has begun still ends.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    public string OwnerIfWorking => IsWorking && !IsDraining ? Owner : "";

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether so many instances are kept in memory that waiting ones had better go.</summary>
    public bool IsCrowded => _instances.Count > CrowdedFrom;

    public async Task StartAsync(CancellationToken cancellation)
    {
        await EnsureTablesAsync(cancellation);
        await Store.BeatAsync(Owner, Now + Options.OwnerTimeout, cancellation);
        IsWorking = true;
        _loop = Task.Run(LoopAsync, CancellationToken.None);
    }

    /// <summary>Takes no more work, waits for what runs until the token fires, and leaves the rest to the next process at once.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (!IsWorking || IsDraining) return;
        await _draining.CancelAsync();
        await _loop;
        // What ends may leave something more to do; both are in the list by then.
        while (!_background.IsEmpty && !cancellation.IsCancellationRequested)
            await Task.WhenAny(Task.WhenAll(_background.Keys), Task.Delay(Timeout.Infinite, cancellation));
        IsWorking = false;
        await _stopped.CancelAsync();
        try
        {
            await Store.LeaveAsync(Owner, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The others see it from the missing heartbeat, a little later.
            Log.NotLeft(_log, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsWorking) await StopAsync(new CancellationToken(canceled: true));
        _draining.Dispose();
        _stopped.Dispose();
        _wake.Dispose();
        _activitySlots.Dispose();
        _turnSlots.Dispose();
        _tablesGate.Dispose();
    }

    /// <summary>Does something to an instance behind its gate.</summary>
    public async Task<T> WithAsync<T>(string instanceId, Func<Instance, Task<T>> action, CancellationToken cancellation)
    {
        await EnsureTablesAsync(cancellation);
        while (true)
        {
            var instance = Get(instanceId);
            if (!await instance.TryEnterAsync(cancellation)) continue;
            try
            {
                return await action(instance);
            }
            catch
            {
                // It may have been done all the same, and only the answer is lost.
                instance.Doubt();
                throw;
            }
            finally
            {
                instance.Exit();
            }
        }
    }

    public void Remove(Instance instance) => _instances.TryRemove(KeyValuePair.Create(instance.Id, instance));

    /// <summary>Looks at the instance again at this time.</summary>
    public void Schedule(string instanceId, DateTimeOffset due)
    {
        lock (_timers) _timers.Enqueue(instanceId, due);
        _wake.Release();
    }

    /// <summary>Runs until it succeeds or the process stops; failures are logged and tried again after a pause.</summary>
    public void InBackground(Func<CancellationToken, Task> work)
    {
        var done = new TaskCompletionSource();
        _background.TryAdd(done.Task, true);
        _ = Task.Run(async () =>
        {
            try
            {
                await RepeatAsync(work);
            }
            finally
            {
                _background.TryRemove(done.Task, out _);
                done.SetResult();
            }
        });
    }

    /// <summary>Wakes those who wait for a change of the instance.</summary>
    public void Changed(string instanceId)
    {
        if (_changes.TryRemove(instanceId, out var change)) change.TrySetResult();
    }

    /// <summary>Ends at the next change that this process makes to the instance, or after the poll interval.</summary>
    public async Task WaitForChangeAsync(Task change, CancellationToken cancellation) =>
        await Task.WhenAny(change, Task.Delay(Options.PollInterval, _time, cancellation));

    /// <summary>Asked for before the state is read, so that no change falls in between.</summary>
    public Task NextChange(string instanceId) =>
        _changes.GetOrAdd(instanceId, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Whether another process that works on something is alive, as far as the last poll knows.</summary>
    public bool SeemsAlive(string owner) => owner.Length > 0 && owner != Owner && _owners.TryGetValue(owner, out var until) && until > Now;

    /// <summary>Whether another process that works on something is alive; one that the last poll did not see alive is asked for.</summary>
    public async Task<bool> IsOtherAliveAsync(string owner, CancellationToken cancellation)
    {
        if (owner.Length == 0 || owner == Owner) return false;
        return SeemsAlive(owner) || (await Store.GetOwnerAsync(owner, cancellation) is { } until && until > Now);
    }

    public async Task<TurnResult> RunTurnAsync(
        InstanceState state, DateTimeOffset at, IReadOnlyList<HistoryEvent> arrived, CancellationToken cancellation)
    {
        var turn = new OrchestrationTurn(state, at, arrived, Converter, Loggers);
        var name = state.Head.Name;
        if (!_functions.Orchestrators.Contains(name)) return turn.Fail(new UnknownOrchestratorException(name, _functions.Orchestrators));

        await _turnSlots.WaitAsync(cancellation);
        try
        {
            await _functions.RunTurnAsync(name, turn, cancellation);
        }
        catch (Exception exception) when (!IsDraining)
        {
            // The function never got to run: it cannot be made, or its parameters cannot be bound.
            if (!turn.HasRun) return turn.Fail(exception);
            Log.AfterTurn(_log, exception, name);
        }
        finally
        {
            _turnSlots.Release();
        }

        return turn.Result;
    }

    /// <summary>Runs an activity once. Its failure is a result like any other.</summary>
    public async Task<HistoryEvent> RunActivityAsync(string instanceId, ActivityStarted activity, CancellationToken cancellation)
    {
        if (!_functions.Activities.Contains(activity.Name)) return new TaskFailed(activity.Id, Failure: null);

        await _activitySlots.WaitAsync(_draining.Token);
        try
        {
            var result = Converter.Serialize(await _functions.RunActivityAsync(new ActivityContext(activity.Name, instanceId), activity.Input, cancellation));
            if (!Payload.Fits(result)) throw new PayloadTooLargeException($"The result of the activity '{activity.Name}' is too large to be stored.");
            return new TaskSucceeded(activity.Id, result);
        }
        catch (Exception exception) when (!WasStopped(exception))
        {
            return new TaskFailed(activity.Id, Failure.Of(exception));
        }
        finally
        {
            _activitySlots.Release();
        }
    }

    /// <summary>Deletes the instances that ended longer ago than the retention.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var purged = 0;
        await foreach (var instanceId in Store.EndedBeforeAsync(Now - Options.Retention, cancellation))
        {
            try
            {
                if (await WithAsync(instanceId, instance => instance.PurgeAsync(cancellation), cancellation)) purged++;
            }
            catch (InvalidOperationException exception)
            {
                // It was started again meanwhile.
                Log.NotPurged(_log, exception, instanceId);
            }
        }

        if (purged > 0) Log.Swept(_log, purged, Options.Retention.TotalDays);
    }

    private Instance Get(string instanceId) => _instances.GetOrAdd(instanceId, static (id, hub) => new Instance(id, hub, hub._log), this);

    public async Task EnsureTablesAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _hasTables)) return;
        await _tablesGate.WaitAsync(cancellation);
        try
        {
            if (!_hasTables) await Store.CreateTablesAsync(cancellation);
            Volatile.Write(ref _hasTables, true);
        }
        finally
        {
            _tablesGate.Release();
        }
    }

    private bool WasStopped(Exception exception) => IsDraining && exception is OperationCanceledException;

    private async Task RepeatAsync(Func<CancellationToken, Task> work)
    {
        for (var failures = 1; !_stopped.IsCancellationRequested; failures++)
        {
            try
            {
                await work(_stopped.Token);
                return;
            }
            catch (Exception exception) when (WasStopped(exception))
            {
                return;
            }
            catch (Exception exception)
            {
                Log.Failed(_log, exception);
            }

            if (IsDraining) return;
            var pause = TimeSpan.FromMilliseconds(Math.Min(100 * Math.Pow(2, failures), LongestPause.TotalMilliseconds));
            await Task.Delay(pause, _time, _draining.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LoopAsync()
    {
        var (nextBeat, nextPoll, nextSweep) = (Now + Options.HeartbeatInterval, Now, Now + Options.PollInterval);
        while (!IsDraining)
        {
            try
            {
                if (Now >= nextBeat)
                {
                    await Store.BeatAsync(Owner, Now + Options.OwnerTimeout, _draining.Token);
                    nextBeat = Now + Options.HeartbeatInterval;
                }

                if (Now >= nextPoll)
                {
                    await PollAsync();
                    nextPoll = Now + Options.PollInterval;
                }

                if (Now >= nextSweep)
                {
                    nextSweep = Now + SweepInterval;
                    InBackground(SweepAsync);
                }
            }
            catch (Exception exception) when (!WasStopped(exception))
            {
                Log.Failed(_log, exception);
                nextPoll = Now + Options.PollInterval;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var next = nextBeat < nextPoll ? nextBeat : nextPoll;
            if (FireTimers() is { } timer && timer < next) next = timer;
            var pause = next - Now;
            // A clock that was set is noticed at the next poll.
            if (pause > Options.PollInterval) pause = Options.PollInterval;
            if (pause > TimeSpan.Zero && !IsDraining)
                await _wake.WaitAsync(pause, _draining.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task PollAsync()
    {
        var found = await Store.PollAsync(Now, _draining.Token);
        _owners = found.Owners;
        foreach (var row in found.Work)
        {
            if (!SeemsAlive(row.Owner)) Get(row.InstanceId).Seen(row);
        }

        foreach (var (owner, until) in found.Owners)
        {
            if (until < Now - ForgetOwnersAfter) InBackground(cancellation => Store.LeaveAsync(owner, cancellation));
        }
    }

    /// <summary>Returns the time of the first timer that is still to come.</summary>
    private DateTimeOffset? FireTimers()
    {
        lock (_timers)
        {
            while (_timers.TryPeek(out var instanceId, out var due))
            {
                if (due > Now) return due;
                _timers.Dequeue();
                Get(instanceId).Signal();
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Durable work failed and is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "The orchestrator function {Function} failed after its turn was over")]
        public static partial void AfterTurn(ILogger logger, Exception exception, string function);

        [LoggerMessage(3, LogLevel.Warning, "This process could not sign off from its task hub")]
        public static partial void NotLeft(ILogger logger, Exception exception);

        [LoggerMessage(4, LogLevel.Debug, "Instance {Id} was not purged")]
        public static partial void NotPurged(ILogger logger, Exception exception, string id);

        [LoggerMessage(5, LogLevel.Information, "Purged {Count} orchestrations that ended more than {Days} days ago")]
        public static partial void Swept(ILogger logger, int count, double days);
    }
}
