using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Manage;

/// <param name="Id">The link.</param>
public sealed record ManualDone(string? Id, string Detail);

internal static class ManualProblem
{
    /// <summary>What was done by hand, or the problem that says why it was not.</summary>
    public static ManualDone Require(this ManualResult result) =>
        result.Done
            ? new ManualDone(result.Link?.Value, result.Detail)
            : throw new ProblemException(TypeOf(result.Problem), result.Detail) { Extensions = VendorProblem.NoExtensions.Add("code", result.Problem) };

    private static ProblemType TypeOf(string? problem) => problem switch
    {
        "unknown-kind" => ProblemType.InvalidRequest,
        "not-found" => ProblemType.NotFound,
        "vendor-failure" => ProblemType.VendorRefused,
        "already-restored" => ProblemType.AlreadyDone,
        "busy" => ProblemType.ChangedMeanwhile,
        _ => ProblemType.CannotLink,
    };
}
