namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <content>The row of the work index: raised before it is needed, lowered when it surely is not.</content>
internal sealed partial class Instance
{
    /// <summary>Nothing to do now: the index is told when there will be, and what is no longer needed is let go.</summary>
    private async Task SettleAsync(InstanceState state, CancellationToken cancellation)
    {
        if (IsCallerWaiting(state) || state.Pending.Any() || (!state.Head.IsEnded && state.Inbox.Count > 0 && state.History.Count > 0)) return;
        DateTimeOffset? next = state.Head.IsEnded ? null
            : state.History.Count == 0 ? state.Head.StartAt
            : state.Timers.Min(timer => (DateTimeOffset?)timer.FireAt);
        if (next is { } due && due != _scheduled)
        {
            _scheduled = due;
            hub.Schedule(Id, due);
        }

        await LowerAsync(next, cancellation);
        if (state.Head.IsEnded || hub.IsCrowded) Retire();
    }

    /// <summary>Whether the index row surely says so: this process wrote it in its own name, so that no other lowers it.</summary>
    private bool IsRaised(DateTimeOffset due) => _row is { } row && row.Owner == hub.Owner && row.Due <= (due > hub.Now ? due : hub.Now);

    private async Task RaiseAsync(DateTimeOffset due, string owner, CancellationToken cancellation) =>
        Volatile.Write(ref _row, await hub.Store.RaiseAsync(new WorkRow(Id, due, owner, hub.OwnerIfWorking, hub.Now, default), cancellation));

    private async Task LowerAsync(DateTimeOffset? due, CancellationToken cancellation)
    {
        if ((_row ?? _polled) is not { } row) return;
        if (await MayStillCommitAsync(row, cancellation)) return;
        if (due is { } next && (next <= row.Due || next - hub.Now < NotWorthLowering)) return;
        _polled = null;
        Volatile.Write(ref _row, await hub.Store.LowerAsync(row, due, cancellation));
    }

    /// <summary>What another process announced may not have been committed yet, unless it is dead. The poll shows the row again.</summary>
    private async Task<bool> MayStillCommitAsync(WorkRow row, CancellationToken cancellation) =>
        row.Writer != hub.Owner
        && hub.Now - row.WrittenAt < hub.Options.AnnouncementGrace
        && (row.Writer.Length == 0 || await hub.IsOtherAliveAsync(row.Writer, cancellation));
}
