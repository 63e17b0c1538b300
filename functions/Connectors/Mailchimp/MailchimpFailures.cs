using System.Text.Json;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>HTTP's statuses, with what Mailchimp's problems say beyond them.</summary>
internal static class MailchimpFailures
{
    /// <summary>Of an archived member that is to be archived.</summary>
    public const int IsArchivedAlready = 405;

    private const int LongestMessage = 200;

    public static VendorFailure? Judge(VendorCall call, VendorAnswer answer)
    {
        VendorFailure Is(FailureKind kind, string message) => new(kind, message, answer.Code);
        if (answer.Code < 400)
            return StatusFailures.Judge(MailchimpCatalog.Catalog, call, answer);
        var problem = ProblemOf(answer);
        return (answer.Code, Text(problem, "title")) switch
        {
            (400 or 401, _) when !call.Authorized && Text(problem, "error") == "invalid_client" => Is(FailureKind.Misconfigured, "Mailchimp does not know the app: its client id or secret is wrong."),
            (400 or 401 or 403, _) when !call.Authorized => Is(FailureKind.AuthExpired, "Mailchimp does not accept the code: connect again."),
            // What stands before the API speaks no JSON, names no time, and refuses in the same way who calls too often.
            (403 or 429, _) when problem.ValueKind != JsonValueKind.Object => Is(FailureKind.RateLimited, "Mailchimp takes no calls from this address for a while."),
            (400, "Member In Compliance State") => Is(FailureKind.Permanent, "The member has unsubscribed, or mail to this address came back: only the person can subscribe again, by a form of the audience."),
            (400, "Forgotten Email Not Subscribed") => Is(FailureKind.Permanent, "The member was deleted for good: only the person can sign up again, by a form of the audience."),
            (400, "Member Exists") => Is(FailureKind.Conflict, "The audience has a member with this address already."),
            (IsArchivedAlready, _) when call.IsRecord => Is(FailureKind.Conflict, "The member is archived already."),
            (400 or 422, _) when Wrong(problem) is { Length: > 0 } wrong => Is(FailureKind.Permanent, $"Mailchimp does not accept this: {wrong}."),
            _ => StatusFailures.Judge(MailchimpCatalog.Catalog, call, answer),
        };
    }

    /// <summary>What Mailchimp says, after a colon; nothing where that may name a person.</summary>
    public static string Safe(string? message) => message is { Length: > 0 and <= LongestMessage } text && !text.Contains('@') ? $": {text.TrimEnd('.')}" : "";

    private static JsonElement ProblemOf(VendorAnswer answer)
    {
        try
        {
            return answer.Body.StartsWith('{') ? JsonSerializer.Deserialize<JsonElement>(answer.Body) : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>Which fields are wrong and why, as far as that repeats no address.</summary>
    private static string Wrong(JsonElement problem) => problem.At("errors") is { ValueKind: JsonValueKind.Array } errors
        ? string.Join("; ", errors.EnumerateArray().Select(error => (Field: Text(error, "field"), Message: Text(error, "message"))).Where(error => error.Field.Length + error.Message.Length > 0)
            .Select(error => error.Field + Safe(error.Message)))
        : "";

    private static string Text(JsonElement json, string name) => json.At(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
}
