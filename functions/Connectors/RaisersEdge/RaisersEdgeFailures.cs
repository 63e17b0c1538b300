using System.Text.Json;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>HTTP's statuses, but for a quota that shows as a 403, and keys. Errors come as an array, or as problem details (RFC 9457).</summary>
internal static class RaisersEdgeFailures
{
    private const int MaxName = 60;

    public static VendorFailure? Judge(VendorCall call, VendorAnswer answer) => answer.Code switch
    {
        400 or 401 when !call.Authorized && Speaks(answer, "_client") =>
            new(FailureKind.Misconfigured, "Raiser's Edge NXT does not know the application: its id or its secret is wrong.", answer.Code),
        400 or 401 or 403 when !call.Authorized =>
            new(FailureKind.AuthExpired, "Raiser's Edge NXT does not accept the code or the refresh token: connect again.", answer.Code),
        401 when Speaks(answer, "subscription key") =>
            new(FailureKind.Misconfigured, "Raiser's Edge NXT does not accept the subscription key, or there is none in the settings.", answer.Code),
        // The daily quota of the subscription; what is a lack of a right has no such words.
        403 when Speaks(answer, "call volume quota") =>
            new(FailureKind.RateLimited, "The call volume quota of Raiser's Edge NXT is used up.", answer.Code, answer.RetryAt),
        _ => Named(StatusFailures.Judge(RaisersEdgeCatalog.Catalog, call, answer), answer),
    };

    /// <summary>With the vendor's own name for what it refuses: a word of its documents, and nothing of ours.</summary>
    private static VendorFailure? Named(VendorFailure? failure, VendorAnswer answer) =>
        failure is { Kind: FailureKind.Permanent or FailureKind.Conflict } && NameIn(answer) is { } name ? failure with { Message = $"{failure.Message} It calls this {name}." } : failure;

    private static string? NameIn(VendorAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var error = document.RootElement is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() > 0 ? all[0] : document.RootElement;
            var name = error.At("error_name") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
            return name is { Length: > 0 and <= MaxName } && name.All(char.IsAsciiLetter) ? name : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Speaks(VendorAnswer answer, string words) => answer.Body.Contains(words, StringComparison.OrdinalIgnoreCase);
}
