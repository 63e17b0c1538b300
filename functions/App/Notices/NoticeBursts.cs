using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>
/// Gathers what comes many at a time for a minute, so that a burst is one notice that counts. In memory: noticing costs nothing beside the
/// work, and what a kill takes along is in its list all the same, and in the digest.
/// </summary>
public sealed partial class NoticeBursts(NoticeOutbox outbox, IdSource ids, TimeProvider time, ILogger<NoticeBursts> log) : BackgroundService
{
    internal static readonly TimeSpan Gathered = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Dictionary<(FlowKey Flow, NoticeEvent What), SortedDictionary<string, int>> _gathering = [];

    /// <summary>Never waits and never fails: it is called in the middle of syncs.</summary>
    public void Observe(FlowKey flow, NoticeEvent what, string kind, int count)
    {
        if (count == 0) return;
        lock (_gate)
        {
            if (!_gathering.TryGetValue((flow, what), out var kinds)) _gathering[(flow, what)] = kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
            kinds[kind] = kinds.GetValueOrDefault(kind) + count;
        }
    }

    /// <summary>Raises what was gathered.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        Dictionary<(FlowKey Flow, NoticeEvent What), SortedDictionary<string, int>> gathered;
        lock (_gate) (gathered, _gathering) = (_gathering, []);
        foreach (var ((flow, what), kinds) in gathered)
        {
            try
            {
                await outbox.RaiseAsync(flow.Tenant, flow.Flow, what, ids.NewId(), NoticeText.Counted(kinds), cancellation);
            }
            catch (RequestFailedException exception)
            {
                Log.NotRaised(log, exception, flow);
                foreach (var (kind, count) in kinds) Observe(flow, what, kind, count);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestFlush);
        await FlushAsync(limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Gathered, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAsync(stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A notice of {Flow} could not be stored; it is tried again.")]
        public static partial void NotRaised(ILogger log, Exception exception, FlowKey flow);
    }
}
