using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public enum ActivityStep
{
    Hour,
    Day,
}

/// <summary>What went over in a flow, by hours or days, and how long it took.</summary>
public sealed class GetActivity(Finder finder, ActivityStore activity, TimeProvider time)
{
    private static readonly TimeSpan MostByHour = TimeSpan.FromDays(31);
    private static readonly TimeSpan MostByDay = TimeSpan.FromDays(366);

    [Function(nameof(GetActivity))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ActivityView))]
    [Asks("by", "from", "to")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/activity")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var by = request.Choice<ActivityStep>("by") ?? ActivityStep.Hour;
        var (most, usual) = by == ActivityStep.Hour ? (MostByHour, TimeSpan.FromDays(1)) : (MostByDay, TimeSpan.FromDays(30));
        var to = ActivityView.End(by, request.Time("to") ?? time.GetUtcNow());
        var from = ActivityView.Begin(by, request.Time("from") ?? to - usual);
        if (from >= to || to - from > most) throw Query.Invalid("from", $"a time before 'to', by at most {most.TotalDays} days");
        return Json.Ok(ActivityView.Of(from, to, by, await activity.ListAsync(found.Key, from, to, cancellation)));
    }
}
