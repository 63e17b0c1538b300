using System.Collections.Immutable;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Problems;

/// <summary>A vendor's failure in the middle of a request of ours.</summary>
public static class VendorProblem
{
    public static readonly ImmutableSortedDictionary<string, object?> NoExtensions = ImmutableSortedDictionary<string, object?>.Empty;

    public static ProblemException Of(SystemCatalog system, VendorFailure failure) => new(TypeOf(failure.Kind), failure.Message)
    {
        RetryAt = failure.IsPassing ? failure.Until : null,
        Extensions = NoExtensions
            .Add("connector", system.System)
            .Add("remote_status", failure.Status),
    };

    public static T Require<T>(this VendorResult<T> result, SystemCatalog system) =>
        result.TryGet(out var value, out var failure) ? value : throw Of(system, failure);

    private static ProblemType TypeOf(FailureKind kind) => kind switch
    {
        FailureKind.RateLimited or FailureKind.Transient or FailureKind.Unavailable => ProblemType.VendorUnavailable,
        FailureKind.AuthExpired => ProblemType.NotConnected,
        FailureKind.Forbidden => ProblemType.RightMissing,
        _ => ProblemType.VendorRefused,
    };
}
