using SyncFunctions.App.Connections;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Names what is wrong with credentials that were typed in.</summary>
internal static class SignInProblem
{
    public static StoredConnection Require(this SignInOutcome result, SystemCatalog catalog) => result switch
    {
        SignInOutcome.Connected connected => connected.Connection,
        SignInOutcome.RightMissing missing => throw new ProblemException(ProblemType.RightMissing, SignIns.MissingRightDetail(catalog, missing.Right))
        {
            Extensions = VendorProblem.NoExtensions.Add("connector", catalog.System).Add("missing_right", missing.Right),
        },
        SignInOutcome.OtherAccount other => throw new ProblemException(
            ProblemType.OtherAccount, $"The connection is for '{other.Expected}', these credentials are of '{other.Found}'. Make another connection for it."),
        SignInOutcome.Refused { Failure: { IsPassing: true } failure } => throw VendorProblem.Of(catalog, failure),
        SignInOutcome.Refused { Failure: var failure } => throw new ProblemException(ProblemType.CredentialsRefused, failure.Message)
        {
            Extensions = VendorProblem.NoExtensions.Add("connector", catalog.System).Add("remote_status", failure.Status),
        },
        _ => throw new ArgumentException("Unknown outcome.", nameof(result)),
    };
}
