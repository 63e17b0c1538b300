namespace SyncFunctions.Connectors.Synergy;

/// <summary>Total Synergy documents no error bodies; statuses are HTTP's, but for what is known of tokens and limits.</summary>
internal static class SynergyFailures
{
    /// <summary>The right that both ends of its own integration need, in the vendor's word.</summary>
    public const string AdministratorRight = "Administrator";

    public static VendorFailure? Judge(VendorCall call, VendorAnswer answer) => answer.Code switch
    {
        401 when !call.Authorized && answer.Body.Contains("invalid_client", StringComparison.Ordinal) =>
            new VendorFailure(FailureKind.Misconfigured, "Total Synergy does not know the application: its key or secret is wrong.", answer.Code),
        // The token calls: a refused code or refresh token is no fault in a record.
        400 or 401 or 403 when !call.Authorized =>
            new VendorFailure(FailureKind.AuthExpired, "Total Synergy does not accept the code or the refresh token: connect again.", answer.Code),
        // How the daily limit shows is not documented; some APIs of its kind refuse instead of saying 429.
        403 when answer.Body.Contains("limit", StringComparison.OrdinalIgnoreCase) || answer.Body.Contains("quota", StringComparison.OrdinalIgnoreCase) =>
            new VendorFailure(FailureKind.RateLimited, "Total Synergy's daily limit is used up.", answer.Code, answer.RetryAt),
        _ => StatusFailures.Judge(SynergyCatalog.Catalog, call, answer),
    };
}
