using System.Diagnostics;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>What came of many edits a second.</summary>
/// <param name="Seconds">In which they were made.</param>
/// <param name="DrainSeconds">From the last of them until both sides were equal.</param>
/// <param name="Different">Tasks that never became equal to their tickets: a webhook was lost.</param>
/// <param name="Told">What ConnectWise sent, of the edits.</param>
/// <param name="Echoed">What Moovila sent meanwhile, of what the app wrote.</param>
internal sealed record WebhookLoad(int Edits, double Seconds, double DrainSeconds, int Different, SimWebhookCounts Told, SimWebhookCounts Echoed, StackUsed Use)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Edits at a steady rate, however long any of them takes.</summary>
    public static async Task<WebhookLoad> RunAsync(ToldTickets tickets, int rate, TimeSpan time, TimeSpan longestDrain, Launcher stack, CancellationToken cancellation)
    {
        await tickets.Left.ClearWebhooksAsync(cancellation);
        await tickets.Right.ClearWebhooksAsync(cancellation);
        using var use = StackUse.Begin(stack.State);
        var edits = new List<Task>();
        var clock = Stopwatch.StartNew();
        for (var due = 0; clock.Elapsed < time; await Task.Delay(1, cancellation))
        {
            for (; due < clock.Elapsed.TotalSeconds * rate; due++) edits.Add(tickets.EditAsync(due, cancellation));
        }

        await Task.WhenAll(edits);
        var seconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        int different;
        while ((different = await tickets.DifferentAsync(cancellation)) > 0 && clock.Elapsed < longestDrain) await Task.Delay(Look, cancellation);
        var drained = clock.Elapsed.TotalSeconds;
        return new WebhookLoad(edits.Count, seconds, drained, different, await tickets.Left.WebhooksAsync(cancellation), await tickets.Right.WebhooksAsync(cancellation), use.End(stack.State));
    }
}
