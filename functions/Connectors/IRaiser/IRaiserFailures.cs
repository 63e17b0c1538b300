namespace SyncFunctions.Connectors.IRaiser;

/// <summary>HTTP's statuses; the headers of a refusal say whether the minute or the hour is used up.</summary>
internal static class IRaiserFailures
{
    public static VendorFailure? Judge(VendorCall call, VendorAnswer answer, DateTimeOffset now) =>
        StatusFailures.Judge(IRaiserCatalog.Catalog, call, answer) is { } failure
            ? failure.Kind switch
            {
                FailureKind.RateLimited => failure with { Until = failure.Until ?? IRaiserLimits.Until(answer, now) },
                FailureKind.AuthExpired => failure with { Message = "iRaiser does not accept the API key: type in a new one." },
                _ => failure,
            }
            : null;

    public static VendorFailure ReadOnly() => new(FailureKind.Permanent, "iRaiser is a source only: its API takes no changes from other systems.");
}
