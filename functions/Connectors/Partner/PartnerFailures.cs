namespace SyncFunctions.Connectors.Partner;

/// <summary>The contract's problems: statuses are HTTP's, and a few have a type that says more.</summary>
internal static class PartnerFailures
{
    private const string Problem = "urn:problem-type:partner:";

    /// <summary>What a person needs, in the contract's order.</summary>
    public static readonly string[] Rights = ["read", "write"];

    public static VendorFailure? Judge(SystemCatalog catalog, VendorCall call, VendorAnswer answer)
    {
        var name = catalog.DisplayName;
        return answer.Code switch
        {
            400 or 401 when !call.Authorized && answer.Body.Contains("_client\"", StringComparison.Ordinal) =>
                new VendorFailure(FailureKind.Misconfigured, $"{name} does not know the application: its client id or secret is wrong.", answer.Code),
            400 or 401 or 403 when !call.Authorized =>
                new VendorFailure(FailureKind.AuthExpired, $"{name} does not accept the code or the refresh token: connect again.", answer.Code),
            409 when Is(answer, "idempotency-key-in-progress") =>
                new VendorFailure(FailureKind.Transient, $"{name} is still at work on the same creation.", answer.Code, answer.RetryAt),
            412 => new VendorFailure(FailureKind.Conflict, $"The record in {name} was changed in the meantime.", answer.Code),
            422 when Is(answer, "idempotency-key-reused") =>
                new VendorFailure(FailureKind.Conflict, $"{name} has made another record for this creation before.", answer.Code),
            _ => StatusFailures.Judge(catalog, call, answer),
        };
    }

    private static bool Is(VendorAnswer answer, string problem) => answer.Body.Contains(Problem + problem, StringComparison.Ordinal);
}
