namespace SyncFunctions.Vendors.Salesforce;

/// <summary>One thing that is wrong, in the vendor's form.</summary>
internal sealed record Error(string Code, string Message, params IReadOnlyList<string> Fields);

/// <summary>Errors come as a list, even one alone.</summary>
internal static class Errors
{
    public static SimJson Of(int status, params IReadOnlyList<Error> errors) => SimJson.Of(status, errors.Select(error => new { error.Message, ErrorCode = error.Code, error.Fields }));

    /// <summary>What stands for a status that no call of its own brought about.</summary>
    public static IResult OfStatus(int status, string message) => Of(status, new Error(CodeOf(status), message));

    public static SimJson Oauth(string error, string description) =>
        SimJson.Of(400, new Dictionary<string, string> { ["error"] = error, ["error_description"] = description });

    private static string CodeOf(int status) => status switch
    {
        401 => "INVALID_SESSION_ID",
        403 => "INSUFFICIENT_ACCESS",
        404 => "NOT_FOUND",
        503 => "SERVER_UNAVAILABLE",
        >= 500 => "UNKNOWN_EXCEPTION",
        _ => "INVALID_REQUEST",
    };
}
