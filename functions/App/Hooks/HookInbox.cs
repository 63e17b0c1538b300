using System.Runtime.ExceptionServices;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <summary>
/// Stores what webhooks touched. Those of a flow that arrive within a moment of each other are stored together: one transaction a
/// partition, one message. While storage is slow more of them wait for each other, so that it is not asked more often when it has the most
/// to do. Nobody is answered before what it brought is stored.
/// </summary>
public sealed class HookInbox(LinkStore links, AppQueues queues, TimeProvider time)
{
    /// <summary>How long the first of a batch waits for others.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(20);

    /// <summary>Of one flow. Two, so that one that hangs does not hold up all that come after it.</summary>
    private const int StoredAtOnce = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<FlowKey, Inbox> _inboxes = [];

    /// <summary>Done when all of it is on the work lists, and the flows have been told.</summary>
    public async Task AddAsync(IReadOnlyList<(FlowKey Flow, WorkItem Item)> touched)
    {
        // A flow whose storage fails holds up, and fails, only those who brought something for it.
        var batches = touched.GroupBy(item => item.Flow, item => item.Item).Select(flow => Add(flow.Key, flow)).ToList();
        foreach (var batch in batches)
        {
            if (await batch.Stored.Task is { } failure) failure.Throw();
        }
    }

    private Batch Add(FlowKey flow, IEnumerable<WorkItem> items)
    {
        lock (_gate)
        {
            if (!_inboxes.TryGetValue(flow, out var inbox)) _inboxes[flow] = inbox = new Inbox();
            if (inbox.Open is null)
            {
                inbox.Open = new Batch();
                _ = RipenAsync(flow, inbox, inbox.Open);
            }

            inbox.Open.Items.AddRange(items);
            return inbox.Open;
        }
    }

    /// <summary>Stores the batch after its moment, or leaves it to whoever is storing for the flow.</summary>
    private async Task RipenAsync(FlowKey flow, Inbox inbox, Batch batch)
    {
        await Task.Delay(Window, time);
        lock (_gate)
        {
            batch.IsRipe = true;
            if (inbox.Storing == StoredAtOnce) return;
            inbox.Storing++;
            inbox.Open = null;
        }

        for (var (storing, next) = (batch, (Batch?)null); storing is not null; storing = next)
        {
            var failure = await StoreAsync(flow, storing.Items);
            next = Next(flow, inbox);
            storing.Stored.SetResult(failure);
        }
    }

    /// <summary>What has come meanwhile.</summary>
    private Batch? Next(FlowKey flow, Inbox inbox)
    {
        lock (_gate)
        {
            if (inbox.Open is { IsRipe: true } ripe)
            {
                inbox.Open = null;
                return ripe;
            }

            if (--inbox.Storing == 0 && inbox.Open is null) _inboxes.Remove(flow);
            return null;
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

    /// <summary>What has come for one flow.</summary>
    private sealed class Inbox
    {
        public Batch? Open { get; set; }

        public int Storing { get; set; }
    }

    private sealed class Batch
    {
        public List<WorkItem> Items { get; } = [];

        public bool IsRipe { get; set; }

        public TaskCompletionSource<ExceptionDispatchInfo?> Stored { get; } = new();
    }
}
