using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Manage;

internal static class RunProblem
{
    /// <exception cref="ProblemException">There is no such run, or it is not as it has to be.</exception>
    public static void Require(this RunControlResult result, string notNow)
    {
        if (result == RunControlResult.Unknown) throw ProblemException.NotFound("run");
        if (result == RunControlResult.NotNow) throw new ProblemException(ProblemType.RunNotLikeThat, notNow);
    }
}
