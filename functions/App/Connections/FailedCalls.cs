using System.Threading.Channels;
using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Connections;

/// <summary>
/// Writes the failed vendor calls to their log, beside the work that made them and as many at a time as have gathered. Bounded: when
/// vendors fail faster than storage takes it, the rest is counted and the count logged. What waits when the app stops is written first.
/// </summary>
public sealed partial class FailedCalls(ApiCallLog calls, ILogger<FailedCalls> log) : BackgroundService
{
    internal const int Capacity = 2000;

    private const int MostAtOnce = 100;

    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(10);

    private readonly Channel<Item> _waiting = Channel.CreateBounded<Item>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private int _lost;

    /// <summary>Never waits and never fails: it is called in the middle of vendor calls.</summary>
    public void Observe(TenantId tenant, ConnectionId connection, ApiCall call)
    {
        if (call.Failure is not { } failure) return;
        var failed = new FailedCall(call.At, call.System, call.Method, call.Path, call.Status, failure.ToString(), call.Message, call.Duration) { Kind = call.Kind, RecordId = call.RecordId, Project = call.Project };
        if (!_waiting.Writer.TryWrite(new Item(tenant, connection, failed))) Interlocked.Increment(ref _lost);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // With nothing more to come, the loop ends by itself when all that waits is written.
        _waiting.Writer.TryComplete();
        if (ExecuteTask is { } loop) await Task.WhenAny(loop, Task.Delay(LongestFlush, cancellationToken));
        await base.StopAsync(cancellationToken);
        Report(_waiting.Reader.Count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            var batch = new List<Item>();
            while (batch.Count < MostAtOnce && _waiting.Reader.TryRead(out var item)) batch.Add(item);
            var lost = 0;
            foreach (var group in batch.GroupBy(item => (item.Tenant, item.Connection)))
            {
                try
                {
                    await calls.AppendAsync(group.Key.Tenant, group.Key.Connection, [.. group.Select(item => item.Call)], stoppingToken);
                }
                catch (RequestFailedException exception)
                {
                    Log.NotWritten(log, exception);
                    lost += group.Count();
                }
            }

            Report(lost);
        }
    }

    private void Report(int lost)
    {
        if ((lost += Interlocked.Exchange(ref _lost, 0)) > 0) Log.Lost(log, lost);
    }

    private readonly record struct Item(TenantId Tenant, ConnectionId Connection, FailedCall Call);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Count} failed vendor calls are missing from the log of API calls.")]
        public static partial void Lost(ILogger log, int count);

        [LoggerMessage(LogLevel.Warning, "Failed vendor calls could not be written to their log.")]
        public static partial void NotWritten(ILogger log, Exception exception);
    }
}
