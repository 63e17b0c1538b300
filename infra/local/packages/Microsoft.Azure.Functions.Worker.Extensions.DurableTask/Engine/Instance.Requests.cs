using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <content>What is asked of an instance from outside: start, message, termination, purge. The caller holds the gate.</content>
internal sealed partial class Instance
{
    /// <summary>Starts the instance; the caller holds the gate. Repeating it with the same execution or caller does no harm.</summary>
    /// <returns>Null, or why not.</returns>
    public async Task<string?> StartAsync(NewInstance start, CancellationToken cancellation)
    {
        var due = start.StartAt is { } at && at > hub.Now ? at : hub.Now;
        var fresh = false;
        var head = start.ToHead(hub.Now, due > hub.Now ? "" : hub.OwnerIfWorking);
        await RaiseAsync(due, head.Owner, cancellation);
        while (true)
        {
            var generation = _state is null ? 1 : _state.Head.Generation + 1;
            if (_state is { } state)
            {
                if (state.Head.Execution == start.Execution) break;
                if (start.Caller is not null && state.Head.Caller == start.Caller) break;
                if (!state.Head.IsEnded || start.RefuseWhen.Contains(state.Head.Status))
                {
                    if (fresh)
                    {
                        Signal();
                        return $"An Orchestration instance with the ID {Id} already exists.";
                    }

                    fresh = await ReloadAsync(cancellation);
                    continue;
                }

                await TellCallerAsync(state, cancellation);
            }

            head = head with { Generation = generation };
            var rows = head.HasInputRow ? Payload.Rows(Keys.Partition(Id), Keys.Input(generation), start.Input!).ToList() : [];
            if (rows.Sum(Payload.SizeOf) > Payload.LargestCommit) throw new PayloadTooLargeException("The input of the orchestration is too large to be stored.");
            // Messages to the life before are nothing to this one.
            if (_state is { MessageRows.Count: > MaxMessages } crowded)
            {
                await hub.Store.DeleteAsync(Id, crowded.ETag, cancellation);
                fresh = await ReloadAsync(cancellation);
                continue;
            }

            var dead = _state?.MessageRows.Values.SelectMany(keys => keys).ToList() ?? [];
            var garbage = _state is null ? [] : _state.Garbage.Concat(_state.GenerationRows).ToList();
            var deleted = Take(dead, garbage, rows.Count);
            if (await hub.Store.CommitAsync(head, _state?.ETag, new Changes(rows, deleted), cancellation) is { } version)
            {
                _state = new InstanceState(head, version, start.Input, new Outcome(null, null), Carried.Nothing)
                {
                    Garbage = [.. dead.Concat(garbage).Except(deleted)],
                    GenerationRows = [.. rows.Select(row => row.RowKey)],
                };
                break;
            }

            fresh = await ReloadAsync(cancellation);
            await RaiseAsync(due, head.Owner, cancellation);
        }

        hub.Changed(Id);
        Signal();
        return null;
    }

    /// <summary>Puts a message into the inbox, unless it has been there before; the caller holds the gate.</summary>
    public async Task<Delivery> DeliverAsync(Message message, CancellationToken cancellation)
    {
        var fresh = _state is null;
        while (true)
        {
            if (_state is null) fresh = await ReloadAsync(cancellation);
            if (_state is not { } state || state.Head.IsEnded)
            {
                if (fresh) return _state is null ? Delivery.NoInstance : Delivery.Ended;
                fresh = await ReloadAsync(cancellation);
                continue;
            }

            if (message is ChildEnded ended && !IsAwaited(state, ended)) return Delivery.Done;
            if (state.HasSeen(message.Key)) return Delivery.Done;

            var owner = await hub.IsOtherAliveAsync(state.Head.Owner, cancellation) ? state.Head.Owner : hub.OwnerIfWorking;
            var began = hub.Now;
            if (!IsRaised(began)) await RaiseAsync(began, owner, cancellation);
            var rows = Payload.Rows(Keys.Partition(Id), Keys.Message(message.Key), message).ToList();
            if (rows.Sum(Payload.SizeOf) > Payload.LargestCommit) throw new PayloadTooLargeException("The event is too large to be stored.");
            if (await hub.Store.CommitAsync(state.Head, state.ETag, new Changes(rows, []), cancellation) is { } version)
            {
                state.Committed(state.Head, version);
                state.Add(message, [.. rows.Select(row => row.RowKey)]);
                // Who saw the announcement may have waited for the commit in vain, or taken this process for dead.
                if (hub.Now - began > hub.Options.OwnerTimeout / 2) await RaiseAsync(hub.Now, owner, cancellation);
                Signal();
                return Delivery.Done;
            }

            fresh = await ReloadAsync(cancellation);
        }
    }

    /// <summary>Ends the instance from outside; the caller holds the gate.</summary>
    public async Task<(Delivery Result, OrchestrationRuntimeStatus? Status)> TerminateAsync(string? output, CancellationToken cancellation)
    {
        var fresh = false;
        var tried = false;
        while (true)
        {
            if (_state is null) fresh = await ReloadAsync(cancellation);
            if (_state is not { } state) return (Delivery.NoInstance, null);
            if (state.Head.IsEnded)
            {
                // An earlier attempt went through and only its answer was lost.
                if (tried && state.Head.Status is OrchestrationRuntimeStatus.Terminated) break;
                if (fresh) return (Delivery.Ended, state.Head.Status);
                fresh = await ReloadAsync(cancellation);
                continue;
            }

            var now = hub.Now;
            if (state.Head.Caller is not null && !IsRaised(now)) await RaiseAsync(now, hub.OwnerIfWorking, cancellation);
            var outcome = new Outcome(output, null);
            var head = Ended(state.Head, OrchestrationRuntimeStatus.Terminated, outcome, now) with { Owner = "" };
            var rows = OutcomeRows(head, outcome);
            if (await hub.Store.CommitAsync(head, state.ETag, new Changes(rows, []), cancellation) is { } version)
            {
                state.Committed(head, version);
                state.Ended(outcome);
                state.GenerationRows.AddRange(rows.Select(row => row.RowKey));
                break;
            }

            tried = true;
            fresh = await ReloadAsync(cancellation);
        }

        hub.Changed(Id);
        Signal();
        return (Delivery.Done, OrchestrationRuntimeStatus.Terminated);
    }

    /// <summary>Deletes the instance if it has ended; the caller holds the gate.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> PurgeAsync(CancellationToken cancellation)
    {
        await ReloadAsync(cancellation);
        while (_state is { } state)
        {
            if (!state.Head.IsEnded)
            {
                throw new InvalidOperationException(
                    $"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID {Id} has status {state.Head.Status}");
            }

            await TellCallerAsync(state, cancellation);
            if (await hub.Store.DeleteAsync(Id, state.ETag, cancellation))
            {
                Forget();
                hub.Changed(Id);
                return true;
            }

            await ReloadAsync(cancellation);
        }

        return false;
    }
}
