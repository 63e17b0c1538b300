using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>What went wrong, as Salesforce says it: a list of errors, each with a code and the fields that it is about.</summary>
internal static partial class SalesforceFailures
{
    /// <summary>Nobody says when calls of a day come back: they do so one by one, 24 hours after they were made.</summary>
    private static readonly TimeSpan DailyLimitPause = TimeSpan.FromMinutes(15);

    public static VendorFailure? Judge(VendorCall call, VendorAnswer answer, DateTimeOffset now)
    {
        if (!call.Authorized)
            return JudgeToken(call, answer);
        if (answer.Code == 300)
            return Several(answer);
        // What tells who signed in has words of its own for a session that is over.
        if (answer.Code == 403 && answer.Body.StartsWith("Bad_OAuth_Token", StringComparison.Ordinal))
            return new VendorFailure(FailureKind.AuthExpired, "Salesforce no longer accepts the session.", answer.Code);
        if (answer.Code is < 400 or >= 500 || SalesforceError.ReadAll(answer.Body) is not [var error, ..])
            return StatusFailures.Judge(SalesforceCatalog.Catalog, call, answer);
        return Of(error, call, answer, now);
    }

    /// <summary>The failure of one record among those of a call that went through.</summary>
    public static VendorFailure Of(SalesforceError error, VendorCall call, VendorAnswer answer, DateTimeOffset now)
    {
        VendorFailure Is(FailureKind kind, string message) => new(kind, message, answer.Code, answer.RetryAt);
        return error.Code switch
        {
            "INVALID_SESSION_ID" or "INVALID_AUTH_HEADER" => Is(FailureKind.AuthExpired, "Salesforce no longer accepts the session."),
            // The limit of a day and that of calls at the same time come under one code.
            "REQUEST_LIMIT_EXCEEDED" when error.Message.Contains("concurrent", StringComparison.OrdinalIgnoreCase) => Is(FailureKind.RateLimited, "Salesforce has too many long calls of this org at the same time."),
            "REQUEST_LIMIT_EXCEEDED" => Is(FailureKind.RateLimited, "The calls that this Salesforce org has in a day are used up.") with { Until = answer.RetryAt ?? now + DailyLimitPause },
            "UNABLE_TO_LOCK_ROW" => Is(FailureKind.Transient, "Somebody else writes the record in Salesforce, or one that goes with it."),
            "SERVER_UNAVAILABLE" or "SERVER_TOO_BUSY" or "QUERY_TIMEOUT" => Is(FailureKind.Unavailable, "Salesforce is too busy."),
            "ENTITY_IS_DELETED" => Is(FailureKind.NotFound, "The record is deleted in Salesforce."),
            "NOT_FOUND" when call.IsRecord => Is(FailureKind.NotFound, "Salesforce has no such record."),
            // With no field named it is the record itself that is not there.
            "INVALID_CROSS_REFERENCE_KEY" when error.Fields.IsEmpty => Is(FailureKind.NotFound, "Salesforce has no such record."),
            "DUPLICATES_DETECTED" => Is(FailureKind.Conflict, "A duplicate rule of this Salesforce org takes the record for one that is there already."),
            "DUPLICATE_VALUE" or "DUPLICATE_EXTERNAL_ID" => Is(FailureKind.Conflict, $"Another record in Salesforce has this value{Named(error.Fields)}."),
            "API_DISABLED_FOR_ORG" or "API_CURRENTLY_DISABLED" => Is(FailureKind.Forbidden, "Salesforce refuses this for lack of a right: the user needs 'API Enabled'.") with { Right = "API Enabled" },
            "INVALID_FIELD" or "INVALID_TYPE" => Is(FailureKind.Misconfigured, $"Salesforce has no such field or object, or the user may not see it{Named([.. Column().Match(error.Message) is { Success: true } column ? [column.Groups["name"].Value] : error.Fields])}."),
            _ when error.Code.StartsWith("INSUFFICIENT_ACCESS", StringComparison.Ordinal) => StatusFailures.Judge(SalesforceCatalog.Catalog, call, answer with { Status = HttpStatusCode.Forbidden })!,
            _ when answer.Code is >= 400 and not 400 => StatusFailures.Judge(SalesforceCatalog.Catalog, call, answer)!,
            _ => Is(FailureKind.Permanent, $"Salesforce does not accept this ({error.Code}){Named(error.Fields)}."),
        };
    }

    /// <summary>An external id that should be one record's is on several: nothing was written.</summary>
    private static VendorFailure Several(VendorAnswer answer)
    {
        var ids = RecordAddress().Matches(answer.Body).Select(match => SalesforceId.Normal(match.Groups["id"].Value)).OfType<string>().Distinct().Take(10);
        return new VendorFailure(FailureKind.Conflict, $"Several records in Salesforce have this external id: {string.Join(", ", ids)}. Take it off all but one.", answer.Code);
    }

    private static VendorFailure? JudgeToken(VendorCall call, VendorAnswer answer) => answer.Code is not (400 or 401 or 403)
        ? StatusFailures.Judge(SalesforceCatalog.Catalog, call, answer)
        : TokenError().Match(answer.Body).Groups["error"].Value switch
        {
            "invalid_client" or "invalid_client_id" or "unauthorized_client" or "redirect_uri_mismatch" or "unsupported_grant_type" or "invalid_scope" =>
                new VendorFailure(FailureKind.Misconfigured, "Salesforce does not know the app as it is set up: its consumer key, secret, address or scope is wrong.", answer.Code),
            _ => new VendorFailure(FailureKind.AuthExpired, "Salesforce does not accept the code or the refresh token: connect again.", answer.Code),
        };

    private static string Named(ImmutableArray<string> fields) => fields.IsEmpty ? "" : $": {string.Join(", ", fields)}";

    [GeneratedRegex(@"(column|type) '(?<name>\w{1,100})'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Column();

    [GeneratedRegex(@"sobjects/\w{1,80}/(?<id>[A-Za-z0-9]{15,18})\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RecordAddress();

    [GeneratedRegex("\"error\"\\s*:\\s*\"(?<error>[a-z_]{1,60})\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenError();
}

/// <param name="Code">In capitals, as in <c>REQUIRED_FIELD_MISSING</c>.</param>
/// <param name="Message">The vendor's words, which may quote what was sent: for looking at, never for showing.</param>
internal sealed partial record SalesforceError(string Code, string Message, ImmutableArray<string> Fields)
{
    /// <summary>Empty where the body is no list of errors.</summary>
    public static ImmutableArray<SalesforceError> ReadAll(string body)
    {
        try
        {
            return ReadAll(JsonSerializer.Deserialize<JsonElement>(body));
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public static ImmutableArray<SalesforceError> ReadAll(JsonElement errors) => errors.ValueKind == JsonValueKind.Array
        ? [.. errors.EnumerateArray().Where(error => error.ValueKind == JsonValueKind.Object).Select(Read).Where(error => Known().IsMatch(error.Code))]
        : [];

    private static SalesforceError Read(JsonElement error) => new(
        TextOf(error.AtAny("errorCode", "statusCode")),
        TextOf(error.At("message")),
        error.At("fields") is { ValueKind: JsonValueKind.Array } fields ? [.. fields.EnumerateArray().Select(TextOf).Where(field => Word().IsMatch(field))] : []);

    private static string TextOf(JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString()! : "";

    [GeneratedRegex("^[A-Z][A-Z_]{2,79}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Known();

    [GeneratedRegex(@"^\w{1,100}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
