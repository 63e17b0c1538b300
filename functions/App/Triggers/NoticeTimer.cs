using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Notices;

namespace SyncFunctions.App.Triggers;

/// <summary>Every quarter of an hour: digests whose time has come, and notices that nobody is at.</summary>
public sealed class NoticeTimer(NoticeCare care)
{
    [Function(nameof(NoticeTimer))]
    public Task RunAsync([TimerTrigger("%NoticeSchedule%")] TimerInfo timer, CancellationToken cancellation) => care.TendAllAsync(cancellation);
}
