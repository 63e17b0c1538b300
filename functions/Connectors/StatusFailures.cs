using System.Text.RegularExpressions;

namespace SyncFunctions.Connectors;

/// <summary>What HTTP says that a status means; each system's own file says where it differs.</summary>
internal static class StatusFailures
{
    /// <summary>Null for success.</summary>
    public static VendorFailure? Judge(SystemCatalog catalog, VendorCall call, VendorAnswer answer)
    {
        var name = catalog.DisplayName;
        VendorFailure Is(FailureKind kind, string message) => new(kind, message, answer.Code, answer.RetryAt);
        return answer.Code switch
        {
            >= 200 and < 300 => null,
            >= 300 and < 400 => Is(FailureKind.Misconfigured, $"{name} answers with a redirect: the address in the settings is not the one of its API."),
            401 => Is(FailureKind.AuthExpired, $"{name} no longer accepts the credentials."),
            403 => Forbidden(name, answer),
            404 or 410 when call.IsRecord => Is(FailureKind.NotFound, $"{name} has no such record."),
            404 or 405 or 410 or 501 => Is(FailureKind.Misconfigured, $"{name} does not know this address: a setting of an address, a path or an organisation is wrong."),
            409 or 412 => Is(FailureKind.Conflict, $"{name} refuses this because of the state of the record."),
            // The vendor gave up waiting for the request, or is not ready for it: not applied in either case.
            408 or 425 => Is(FailureKind.Transient, $"{name} could not take the call."),
            429 => Is(FailureKind.RateLimited, $"{name} has had too many calls."),
            503 => Is(FailureKind.Unavailable, $"{name} is not available."),
            // The vendor, or a proxy before it, failed on the way: a write may have been applied by then.
            >= 500 => Is(FailureKind.Transient, $"{name} failed ({answer.Code}).") with { Ambiguous = true },
            _ => Is(FailureKind.Permanent, $"{name} does not accept this ({answer.Code}){Mentioned(call, answer)}."),
        };
    }

    /// <summary>A quoted name in the refusal is the right, or the scope, that is missing.</summary>
    private static VendorFailure Forbidden(string name, VendorAnswer answer)
    {
        var match = Regex.Match(answer.Body, "'(?<right>[A-Za-z][A-Za-z _]{1,40})'", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        var right = match.Success ? match.Groups["right"].Value : null;
        return new VendorFailure(
            FailureKind.Forbidden,
            right is null ? $"{name} refuses this for lack of a right." : $"{name} refuses this for lack of a right: its answer names '{right}'.",
            answer.Code,
            Right: right);
    }

    /// <summary>Which of the fields we sent the refusal speaks of: what helps a person, without repeating a body.</summary>
    private static string Mentioned(VendorCall call, VendorAnswer answer)
    {
        var fields = call.SentFields.Where(field => Regex.IsMatch(
            answer.Body, $@"(?<![A-Za-z0-9_]){Regex.Escape(field)}(?![A-Za-z0-9_])", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)));
        return string.Join(", ", fields) is { Length: > 0 } names ? $"; its answer speaks of: {names}" : "";
    }
}
