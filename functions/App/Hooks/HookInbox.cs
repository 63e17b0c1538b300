using System.Runtime.ExceptionServices;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <summary>
/// Stores what webhooks touched. Those that arrive within a moment of each other are stored together: one transaction a partition,
/// one message a flow. Nobody is answered before what it brought is stored.
/// </summary>
public sealed class HookInbox(LinkStore links, AppQueues queues, TimeProvider time)
{
    /// <summary>How long the first of a batch waits for others.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(20);

    private const int FlowsAtOnce = 16;

    private readonly Lock _gate = new();
    private Batch? _open;

    /// <summary>Done when all of it is on the work lists, and the flows have been told.</summary>
    public async Task AddAsync(IReadOnlyList<(FlowKey Flow, WorkItem Item)> touched)
    {
        if (touched.Count == 0) return;
        Batch batch;
        lock (_gate)
        {
            batch = _open ??= Begin();
            batch.Items.AddRange(touched);
        }

        // A flow whose storage fails holds up, and fails, only those who brought something for it.
        var failures = await batch.Stored.Task;
        foreach (var flow in touched.Select(item => item.Flow).Distinct())
        {
            if (failures.TryGetValue(flow, out var failure)) failure.Throw();
        }
    }

    private Batch Begin()
    {
        var batch = new Batch();
        _ = StoreLaterAsync(batch);
        return batch;
    }

    private async Task StoreLaterAsync(Batch batch)
    {
        try
        {
            await Task.Delay(Window, time);
            lock (_gate)
            {
                if (_open == batch) _open = null;
            }

            var failures = new Dictionary<FlowKey, ExceptionDispatchInfo>();
            await Concurrent.ForEachAsync(batch.Items.GroupBy(item => item.Flow, item => item.Item), FlowsAtOnce, async (flow, _) =>
            {
                if (await StoreAsync(flow.Key, [.. flow]) is not { } failure) return;
                lock (failures) failures[flow.Key] = failure;
            }, CancellationToken.None);
            batch.Stored.SetResult(failures);
        }
        catch (Exception exception)
        {
            batch.Stored.TrySetException(exception);
        }
    }

    /// <summary>Not ended by a sender that leaves: others wait for the same batch.</summary>
    private async Task<ExceptionDispatchInfo?> StoreAsync(FlowKey flow, List<WorkItem> items)
    {
        try
        {
            foreach (var kind in items.GroupBy(item => item.Kind)) await links.NoteWorkAsync(new LinkScope(flow, kind.Key), [.. kind], CancellationToken.None);
            foreach (var message in ChangeMessage.Of(flow, items)) await queues.SendAsync(message, null, CancellationToken.None);
            return null;
        }
        catch (Exception exception)
        {
            return ExceptionDispatchInfo.Capture(exception);
        }
    }

    private sealed class Batch
    {
        public List<(FlowKey Flow, WorkItem Item)> Items { get; } = [];

        // Its completion is the last act of storing, so that those who wait may go on right there.
        public TaskCompletionSource<IReadOnlyDictionary<FlowKey, ExceptionDispatchInfo>> Stored { get; } = new();
    }
}
