using System.Diagnostics;
using SyncFunctions.Local;

namespace SyncFunctions.Benchmarks;

/// <summary>What a change took beside what the app does at rest.</summary>
/// <param name="Tables">Operations on the app's tables, which is what the budgets count.</param>
/// <param name="Queues">Operations on its queues.</param>
/// <param name="Calls">Calls to both vendors.</param>
internal sealed record ChangeCost(double Tables, double Queues, double Calls)
{
    public static ChangeCost operator -(ChangeCost all, ChangeCost part) => new(all.Tables - part.Tables, all.Queues - part.Queues, all.Calls - part.Calls);
}

/// <summary>Counts what storage and vendors were asked for.</summary>
internal sealed class CostMeter
{
    /// <summary>What follows from a change has been done, and written down, by then.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private readonly Azurite _storage;
    private readonly ToldTickets _tickets;
    private double _tablesAtRest;
    private double _queuesAtRest;

    private CostMeter(Azurite storage, ToldTickets tickets) => (_storage, _tickets) = (storage, tickets);

    /// <summary>Measures the app at rest first.</summary>
    public static async Task<CostMeter> BeginAsync(Azurite storage, ToldTickets tickets, TimeSpan rest, CancellationToken cancellation)
    {
        var meter = new CostMeter(storage, tickets);
        var clock = Stopwatch.StartNew();
        var before = await storage.CountRequestsAsync(cancellation);
        await Task.Delay(rest, cancellation);
        var used = await storage.CountRequestsAsync(cancellation) - before;
        (meter._tablesAtRest, meter._queuesAtRest) = (Of(used, "table") / clock.Elapsed.TotalSeconds, Of(used, "queue") / clock.Elapsed.TotalSeconds);
        return meter;
    }

    /// <summary>What each of so many changes takes.</summary>
    public async Task<ChangeCost> MeasureAsync(int count, bool isEchoTold, Func<Task> change, CancellationToken cancellation)
    {
        await _tickets.Right.LoseWebhooksAsync(isEchoTold ? 0 : 1, cancellation);
        await _tickets.Left.ClearStatsAsync(cancellation);
        await _tickets.Right.ClearStatsAsync(cancellation);
        var clock = Stopwatch.StartNew();
        var before = await _storage.CountRequestsAsync(cancellation);
        await change();
        await Task.Delay(Settling, cancellation);
        var used = await _storage.CountRequestsAsync(cancellation) - before;
        var seconds = clock.Elapsed.TotalSeconds;
        var calls = (await _tickets.Left.CallsAsync(cancellation)).Concat(await _tickets.Right.CallsAsync(cancellation)).Sum(call => call.Count);
        await _tickets.Right.LoseWebhooksAsync(0, cancellation);
        return new ChangeCost((Of(used, "table") - (_tablesAtRest * seconds)) / count, (Of(used, "queue") - (_queuesAtRest * seconds)) / count, (double)calls / count);
    }

    private static long Of(AzuriteRequests used, string service) => used.All.Where(request => request.Service == service && request.Account == Azurite.StateAccount).Sum(request => request.Count);
}
