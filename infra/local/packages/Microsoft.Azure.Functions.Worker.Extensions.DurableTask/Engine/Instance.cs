using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>
/// One instance in this process: the state as last seen, what runs for it, and the gate through which everything that this process
/// does to the instance goes. See <see cref="TaskHub"/> for the rules.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to dispose of.")]
internal sealed partial class Instance(string id, TaskHub hub, ILogger log)
{
    /// <summary>Timers nearer than this are not worth a write to the index.</summary>
    private static readonly TimeSpan NotWorthLowering = TimeSpan.FromSeconds(30);

    /// <summary>Messages one turn reads.</summary>
    private const int MaxMessages = 60;

    /// <summary>Characters of results one turn takes, at least one result.</summary>
    private const int MaxArrivedCharacters = 1_500_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _arrivals = new();
    private readonly List<Arrival> _arrived = [];
    private readonly List<RunningTask> _running = [];
    private InstanceState? _state;
    private WorkRow? _row;
    private WorkRow? _polled;
    private DateTimeOffset? _scheduled;
    private string? _callerTold;
    private string? _callerBeingTold;
    private volatile bool _announced;
    private bool _retired;
    private int _signals;
    private int _seenSignals;

    public string Id { get; } = id;

    /// <summary>Waits for the gate; false where the instance has been let go meanwhile.</summary>
    public async Task<bool> TryEnterAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        if (!_retired) return true;
        _gate.Release();
        return false;
    }

    public void Exit() => _gate.Release();

    /// <summary>What is known may be wrong: it is read and looked at again. The caller holds the gate.</summary>
    public void Doubt()
    {
        Forget();
        Signal();
    }

    /// <summary>There may be something to do. Returns at once.</summary>
    public void Signal()
    {
        if (hub.IsWorking && Interlocked.Increment(ref _signals) == 1) hub.InBackground(DriveAsync);
    }

    /// <summary>A poll found the instance in the index.</summary>
    public void Seen(WorkRow row)
    {
        if (row.Writer == hub.Owner && Volatile.Read(ref _row) is { } own && own.ETag == row.ETag) return;
        // Another process wrote the row: to announce a message, perhaps one it has not committed yet.
        if (row.Writer != hub.Owner) _announced = true;
        Volatile.Write(ref _polled, row);
        Signal();
    }

    /// <summary>Works until there is nothing to do; a failure of storage is tried again.</summary>
    private async Task DriveAsync(CancellationToken cancellation)
    {
        do
        {
            var seen = Volatile.Read(ref _signals);
            if (!await TryEnterAsync(cancellation)) return;
            try
            {
                _seenSignals = seen;
                await WorkAsync(cancellation);
            }
            catch (Exception)
            {
                // What was believed about the rows may be wrong now.
                Forget();
                throw;
            }
            finally
            {
                Exit();
            }

            if (Interlocked.Add(ref _signals, -seen) == 0) return;
        }
        while (true);
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_announced)
            {
                _announced = false;
                _state = null;
            }

            _state ??= await hub.Store.LoadAsync(Id, cancellation);
            if (_state is not { } state)
            {
                Settled(null);
                await LowerAsync(null, cancellation);
                Retire();
                return;
            }

            if (await hub.IsOtherAliveAsync(state.Head.Owner, cancellation))
            {
                // The index must name the process that works on it: that one is to keep the row right.
                if ((_row ?? _polled) is { } row && row.Owner != state.Head.Owner) await RaiseAsync(hub.Now, state.Head.Owner, cancellation);
                _state = null;
                Settled(null);
                return;
            }

            var arrived = Collect(state);
            if (arrived is not null)
            {
                if (!await TakeTurnAsync(state, arrived, cancellation)) Forget();
                continue;
            }

            var running = _running.Where(task => task.Is(state.Head, task.TaskId)).Select(task => task.TaskId).ToHashSet();
            var waiting = state.Pending.Where(task => !running.Contains(task.Id)).ToList();
            if (waiting.Count > 0 && !hub.IsDraining)
            {
                if (state.Head.Owner != hub.Owner && !await ClaimAsync(state, cancellation))
                {
                    Forget();
                    continue;
                }

                foreach (var task in waiting) Start(state, task);
            }

            if (IsCallerWaiting(state)) TellCallerInBackground(state);
            await SettleAsync(state, cancellation);
            return;
        }
    }

    private async Task<bool> ClaimAsync(InstanceState state, CancellationToken cancellation)
    {
        var head = state.Head with { Owner = hub.Owner };
        if (!IsRaised(hub.Now)) await RaiseAsync(hub.Now, hub.Owner, cancellation);
        if (await hub.Store.CommitAsync(head, state.ETag, Changes.None, cancellation) is not { } version) return false;
        state.Committed(head, version);
        Log.Claimed(log, Id);
        return true;
    }

    private async Task<bool> ReloadAsync(CancellationToken cancellation)
    {
        Forget();
        _state = await hub.Store.LoadAsync(Id, cancellation);
        return true;
    }

    /// <summary>Somebody else has changed the instance: what was known is worth nothing, the index row included.</summary>
    private void Forget()
    {
        _state = null;
        _scheduled = null;
        Volatile.Write(ref _row, null);
    }

    /// <summary>These results are stored, or nobody wants them; null: all of them.</summary>
    private void Settled(List<Arrival>? arrivals)
    {
        lock (_arrivals)
        {
            var settled = arrivals ?? [.. _arrived];
            _arrived.RemoveAll(settled.Contains);
            _running.RemoveAll(running => settled.Exists(arrival => arrival.Task == running));
        }
    }

    private void Retire()
    {
        lock (_arrivals)
        {
            if (_running.Exists(running => !running.HasStartedChild) || _arrived.Count > 0 || Volatile.Read(ref _signals) != _seenSignals) return;
        }

        _retired = true;
        hub.Remove(this);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Instance {Id}: turn {Turn} of generation {Generation} committed, {Status}")]
        public static partial void Turn(ILogger logger, string id, int generation, int turn, OrchestrationRuntimeStatus status);

        [LoggerMessage(4, LogLevel.Error, "The orchestration '{Name}' failed (instance {Id}): {Output}")]
        public static partial void Failed(ILogger logger, string name, string id, string? output);

        [LoggerMessage(2, LogLevel.Information, "Instance {Id}: taken over")]
        public static partial void Claimed(ILogger logger, string id);

        [LoggerMessage(3, LogLevel.Warning, "Instance {Id}: the event {Event} to {Target} was dropped because that instance is not running")]
        public static partial void EventLost(ILogger logger, string id, string @event, string target);
    }
}
