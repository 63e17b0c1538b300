namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>HTTP's statuses, but for what its cloud does with an address or keys that it does not know.</summary>
internal static class ConnectWiseFailures
{
    public static VendorFailure? Judge(VendorCall call, VendorAnswer answer) => answer.Code switch
    {
        403 when Speaks(answer, "clientId") => new(FailureKind.Misconfigured, "ConnectWise PSA does not accept the client id, or there is none in the settings.", answer.Code),
        _ when Speaks(answer, "SSL is required") =>
            new(FailureKind.Misconfigured, "This is a host for people, not for the API: the setting of the site or of the API's prefix is wrong.", answer.Code),
        _ => StatusFailures.Judge(ConnectWiseCatalog.Catalog, call, answer),
    };

    /// <summary>For a call that is always there: who is answered otherwise is not known, and nobody is asked for newer keys.</summary>
    public static VendorFailure? JudgeProbe(VendorCall call, VendorAnswer answer) => answer.Code is 401 or 404
        ? new VendorFailure(FailureKind.NotFound, $"ConnectWise PSA does not know the company or does not accept its keys: it answers {Explained(answer.Code)}.", answer.Code)
        : Judge(call, answer);

    /// <summary>The same once nothing else is left: the keys are refused.</summary>
    public static VendorFailure? JudgeKeys(VendorCall call, VendorAnswer answer) => JudgeProbe(call, answer) is { Kind: FailureKind.NotFound } failure
        ? failure with { Kind = FailureKind.AuthExpired }
        : Judge(call, answer);

    private static string Explained(int status) => status == 404 ? "404, as its cloud does for wrong keys" : "401";

    private static bool Speaks(VendorAnswer answer, string words) => answer.Code >= 400 && answer.Body.Contains(words, StringComparison.OrdinalIgnoreCase);
}
