using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Manage;

internal static class BusyProblem
{
    /// <summary>The run that was started, or the problem that says since when and why none can be.</summary>
    public static RunStarted Require(this RunRequestResult result, RunMode mode) => result switch
    {
        RunRequestResult.Started started => new RunStarted(started.Run.Value, mode),
        RunRequestResult.Busy busy => throw new ProblemException(ProblemType.FlowBusy, $"{busy.Why} Since {busy.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.")
        {
            Extensions = VendorProblem.NoExtensions.Add("flow_status", busy.Status).Add("since", busy.Since).Add("why", busy.Why),
        },
        _ => throw new ArgumentException("Unknown outcome.", nameof(result)),
    };
}
