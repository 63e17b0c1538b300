using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Since">Since when it holds; null while it does not.</param>
/// <param name="Reason">Why it holds.</param>
/// <param name="Waiting">Archivings and deletions that wait for a person.</param>
/// <param name="Recent">What was archived or deleted within a day.</param>
public sealed record BrakeView(string Kind, DateTimeOffset? Since, string? Reason, int Waiting, int Recent, DateTimeOffset? ConfirmedAt);

public sealed class BrakeViews(BrakeStore brakes, Brakes control)
{
    public async Task<IReadOnlyList<BrakeView>> AllAsync(FoundFlow flow, CancellationToken cancellation)
    {
        var views = new List<BrakeView>();
        foreach (var brake in (await brakes.ListAsync(flow.Key, cancellation)).Select(stored => stored.Value))
        {
            var waiting = brake.TrippedAt is null ? 0 : (await control.WaitingAsync(new LinkScope(flow.Key, brake.Kind), cancellation)).Count;
            views.Add(new BrakeView(brake.Kind, brake.TrippedAt, brake.Reason, waiting, brake.Recent.Count, brake.ConfirmedAt));
        }

        return views;
    }
}
