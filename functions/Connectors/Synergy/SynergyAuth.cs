using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SyncFunctions.Connectors.Synergy;

/// <summary>An OAuth of its own kind: own parameter names, an own header, no scopes; and static keys that go into the same header.</summary>
internal static class SynergyAuth
{
    public static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings) =>
        request.Headers.TryAddWithoutValidation("access-token", credentials.AccessToken);

    public static Uri ConsentPage(OAuthRequest request)
    {
        string Setting(string name) => SynergyCatalog.Catalog.Setting(request.Settings, name);
        var redirect = request.RedirectAddress.AbsoluteUri;
        if (Setting("stateInRedirect") == "true")
            redirect += (request.RedirectAddress.Query.Length == 0 ? "?" : "&") + $"state={Uri.EscapeDataString(request.State)}";
        var query = VendorCall.QueryText([("ApplicationKey", Setting("applicationKey")), ("RedirectUri", redirect), ("tenant", "")]);
        return new Uri(Setting("authorizeUrl") + query);
    }

    /// <summary>The exchange of a code, or why it cannot be made.</summary>
    public static VendorResult<VendorCall> Exchange(OAuthRequest request, OAuthAnswer answer)
    {
        if (answer.Values.GetValueOrDefault("state") is { } state && !Same(state, request.State))
            return new VendorFailure(FailureKind.Permanent, "The answer of Total Synergy belongs to another request.");
        if (answer.Values.GetValueOrDefault("code") is not { Length: > 0 } code)
            return new VendorFailure(FailureKind.AuthExpired, "Total Synergy gave no code: the consent was refused.");
        return TokenCall(request.Settings, "tokenPath", Repeat.Once, [("code", code), ("grant_type", "authorization_code")]);
    }

    /// <summary>The refresh of a token, or why it cannot be made.</summary>
    public static VendorResult<VendorCall> Refresh(ImmutableDictionary<string, string> settings, Credentials old)
    {
        if (old.RefreshToken is not { Length: > 0 } refresh)
            return new VendorFailure(FailureKind.AuthExpired, "Total Synergy no longer accepts the key: type in a new one, or connect again.");
        return TokenCall(settings, "refreshPath", Repeat.Safe, [("refreshToken", refresh), ("grant_type", "refresh_token")]);
    }

    public static Credentials Read(VendorAnswer answer, Credentials? old, TimeProvider time)
    {
        var json = answer.Json;
        var access = json.AtAny("access_token", "accessToken").AsText("the access token") is { Length: > 0 } token
            ? token
            : throw new UnexpectedAnswerException("it holds no access token.");
        var refresh = json.AtAny("refresh_token", "refreshToken").AsText("the refresh token");
        var seconds = json.AtAny("expires_in", "expiresIn").AsNumber("the lifetime of the token");
        return new Credentials(
            "oauth",
            access,
            refresh is { Length: > 0 } ? refresh : old?.RefreshToken,
            seconds is { } life and >= 0 and <= int.MaxValue ? time.GetUtcNow().AddSeconds((double)life) : null);
    }

    private static VendorResult<VendorCall> TokenCall(
        ImmutableDictionary<string, string> settings, string path, Repeat repeat, ImmutableArray<(string Name, string Value)> values)
    {
        string Setting(string name) => SynergyCatalog.Catalog.Setting(settings, name);
        if (Setting("applicationKey").Length == 0 || Setting("applicationSecret").Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, "The application key and secret of Total Synergy are not set.");
        // The vendor spells one key in lower and the other in upper case.
        values = [("applicationKey", Setting("applicationKey")), ("ApplicationSecret", Setting("applicationSecret")), .. values];
        var call = new VendorCall(HttpMethod.Post, Setting("apiBase"), Setting(path)) { Authorized = false, Repeat = repeat };
        return Setting("tokenFormat") == "form"
            ? call with { Form = values }
            : call with { Json = new JsonObject(values.Select(value => KeyValuePair.Create(value.Name, (JsonNode?)value.Value))) };
    }

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
