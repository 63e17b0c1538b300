using SyncFunctions.App.Connections;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Names what is wrong with credentials that were typed in.</summary>
internal static class SignInProblem
{
    public static StoredConnection Require(this SignInResult result, SystemCatalog catalog) => result switch
    {
        SignInResult.Connected connected => connected.Connection,
        SignInResult.RightMissing missing => throw new ProblemException(ProblemType.RightMissing, SignIns.MissingRightDetail(catalog, missing.Right))
        {
            Extensions = VendorProblem.NoExtensions.Add("connector", catalog.System).Add("missing_right", missing.Right),
        },
        SignInResult.OtherAccount other => throw new ProblemException(
            ProblemType.OtherAccount, $"The connection is for '{other.Expected}', these credentials are of '{other.Found}'. Make another connection for it."),
        SignInResult.Refused { Failure: { IsPassing: true } failure } => throw VendorProblem.Of(catalog, failure),
        SignInResult.Refused { Failure: var failure } => throw new ProblemException(ProblemType.CredentialsRefused, failure.Message)
        {
            Extensions = VendorProblem.NoExtensions.Add("connector", catalog.System).Add("remote_status", failure.Status),
        },
        _ => throw new ArgumentException("Unknown outcome.", nameof(result)),
    };
}
