using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Connectors;

/// <summary>What may be done when a call's outcome is not known.</summary>
internal enum Repeat
{
    /// <summary>Reads, deletions and writes of absolute values: applying them twice changes nothing more.</summary>
    Safe,

    /// <summary>Creates and single-use codes: never sent again once they may have arrived.</summary>
    Once,
}

/// <summary>One call, before anything is known of credentials.</summary>
/// <param name="Base">The setting with the base address, ending in a slash.</param>
/// <param name="Path">Relative, each segment escaped.</param>
internal sealed record VendorCall(HttpMethod Method, string Base, string Path)
{
    public ImmutableArray<(string Name, string Value)> Query { get; init; } = [];

    public JsonNode? Json { get; init; }

    /// <summary>Of the body, where it is another than plain JSON (<c>application/merge-patch+json</c>).</summary>
    public string JsonType { get; init; } = "application/json";

    /// <summary>Besides those of the credentials; one of the same name takes the place of the pipeline's own.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Sent as a form instead of JSON.</summary>
    public ImmutableArray<(string Name, string Value)>? Form { get; init; }

    public Repeat Repeat { get; init; } = Repeat.Safe;

    /// <summary>False for the calls that fetch credentials.</summary>
    public bool Authorized { get; init; } = true;

    /// <summary>The address names one record, which may be gone; any other address that is not found is a wrong setting.</summary>
    public bool IsRecord { get; init; }

    /// <summary>What the call is about, in the vendor's own words: for who reads about calls that failed. A record that is being made has no id.</summary>
    public (string Kind, string? Id)? About { get; init; }

    /// <summary>Names whose mention in a refusal helps a person: the fields that were sent.</summary>
    public IEnumerable<string> SentFields { get => field ?? (Json as JsonObject)?.Select(property => property.Key) ?? []; init; }

    public bool IsWrite => Method != HttpMethod.Get;

    /// <summary>The whole address, or null if the base is no https address (http is for this machine only: tokens travel in it).</summary>
    public Uri? Address()
    {
        if (!Uri.TryCreate(Base.EndsWith('/') ? Base : Base + "/", UriKind.Absolute, out var root)
            || !IsPrivate(root)
            || !Uri.TryCreate(root, Path + QueryText(Query), out var address))
            return null;
        return root.IsBaseOf(address) ? address : null;
    }

    /// <summary>Nobody on the way can read or change what is sent to this address, or comes from it.</summary>
    public static bool IsPrivate(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    public static string QueryText(IEnumerable<(string Name, string Value)> query) =>
        string.Join('&', query.Select(item => $"{Uri.EscapeDataString(item.Name)}={Uri.EscapeDataString(item.Value)}")) is { Length: > 0 } text
            ? "?" + text
            : "";

    /// <summary>Texts that may stand in a path: no vendor here has others, and "", "." or ".." would be another address.</summary>
    public static bool IsSegment(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

/// <summary>What a vendor answered: complete, not yet judged.</summary>
internal sealed record VendorAnswer(HttpStatusCode Status, string Body, DateTimeOffset VendorTime, DateTimeOffset? RetryAt)
{
    /// <summary>Undefined where the body is empty.</summary>
    public JsonElement Json { get; init; }

    /// <summary>The whole number of rows, where a list says so in the customary header.</summary>
    public int? Total { get; init; }

    /// <summary>By names of any letter case; several values are joined by commas.</summary>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    public int Code => (int)Status;
}

/// <summary>An answer that is JSON but not what the vendor's documents, or our settings, say.</summary>
internal sealed class UnexpectedAnswerException(string message) : Exception(message);

/// <summary>What the pipeline has to know of a system.</summary>
/// <param name="Authorize">Puts credentials on a request.</param>
/// <param name="Judge">The failure that an answer stands for; null for success.</param>
internal sealed record VendorDialect(
    SystemCatalog Catalog,
    Action<HttpRequestMessage, Credentials, ImmutableDictionary<string, string>> Authorize,
    Func<VendorCall, VendorAnswer, VendorFailure?> Judge);
