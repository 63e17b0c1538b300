using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Runs a timer for as long as this process holds its lease, and waits for the lease while another one does.</summary>
internal sealed partial class LeasedTimer(TimerLoop loop, TimerLease lease, TimeProvider time, ILogger log)
{
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await lease.TryAcquireAsync(stop)) await RunWhileHeldAsync(stop);
                else await Task.Delay(TimerLease.Rhythm, time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The host stops.
            }
            catch (Exception exception)
            {
                Log.NoLease(log, exception);
                await Task.Delay(TimerLease.Rhythm, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public Task<TriggerInvocation> ForManualRunAsync(CancellationToken cancellation) => loop.ForManualRunAsync(cancellation);

    private async Task RunWhileHeldAsync(CancellationToken stop)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = loop.RunAsync(held.Token);
        try
        {
            while (!running.IsCompleted && await StillHeldAsync())
                await Task.WhenAny(running, Task.Delay(TimerLease.Rhythm, time, stop));
        }
        finally
        {
            await held.CancelAsync();
            // A run that has begun comes to its end under the lease.
            while (await Task.WhenAny(running, Task.Delay(TimerLease.Rhythm, time, CancellationToken.None)) != running) await StillHeldAsync();
            await lease.ReleaseAsync();
        }
    }

    private async Task<bool> StillHeldAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimerLease.Rhythm, time);
            return await lease.RenewAsync(patience.Token);
        }
        catch (Exception exception)
        {
            // The service may be back before the lease runs out.
            Log.NoLease(log, exception);
            return lease.IsHeld;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4, LogLevel.Warning, "The lease of a timer could not be taken or renewed; it is tried again.")]
        public static partial void NoLease(ILogger logger, Exception exception);
    }
}
