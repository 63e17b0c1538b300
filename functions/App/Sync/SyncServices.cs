using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Reactions;
using SyncFunctions.App.Telemetry;

namespace SyncFunctions.App.Sync;

internal static class SyncServices
{
    public static IServiceCollection AddSync(this IServiceCollection services, SyncMetrics metrics) => services
        .AddSingleton(metrics)
        .AddSingleton<Tracing>()
        .AddSingleton<FlowContexts>()
        .AddSingleton<NoticeOutbox>()
        .AddSingleton<NoticeBursts>()
        .AddSingleton<NoticeBook>()
        .AddSingleton<NoticeAudience>()
        .AddSingleton<NoticeSpread>()
        .AddSingleton<NoticeSending>()
        .AddSingleton<NoticeCare>()
        .AddSingleton<Digests>()
        .AddSingleton<FlowRuns>()
        .AddSingleton<RunSteps>()
        .AddSingleton<FlowPoll>()
        .AddSingleton<ActivityCounter>()
        .AddSingleton<BatchSync>()
        .AddSingleton<PageSync>()
        .AddSingleton<WorkList>()
        .AddSingleton<Parking>()
        .AddSingleton<SharedLocks>()
        .AddSingleton<LockRelease>()
        .AddSingleton<WebhookSender>()
        .AddSingleton<ReactionWork>()
        .AddSingleton<WorkSync>()
        .AddSingleton<GoneCheck>()
        .AddSingleton<FlowChanges>()
        .AddSingleton<GivenUpMessages>()
        .AddSingleton<GoneSync>()
        .AddSingleton<Brakes>()
        .AddSingleton<LinkControl>()
        .AddSingleton<ReferenceLists>()
        .AddSingleton<Retention>()
        .AddSingleton<SweepSchedule>()
        .AddSingleton<SweepFigures>()
        .AddSingleton<ProjectSync>()
        .AddSingleton<PartSync>()
        .AddSingleton<PartsGone>()
        .AddSingleton<PartNews>()
        .AddSingleton<ProjectRequests>()
        .AddSingleton<ProjectBook>()
        .AddSingleton<RunControl>()
        .AddSingleton<RunJournal>()
        .AddSingleton<RunEnd>()
        .AddSingleton<BudgetPlan>()
        .AddSingleton<LinkTools>()
        .AddSingleton<UnmatchedRecords>()
        .AddSingleton<RecordNames>()
        .AddSingleton<RecordSearch>()
        .AddSingleton<RecordSync>()
        .AddSingleton<WorkReplay>()
        .AddSingleton<ManualTools>();
}
