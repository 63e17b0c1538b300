using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// The code grant with PKCE, and a key of the application with every call. No call tells which environment a token is for; the
/// answer that brings the token does, so that is kept with it.
/// </summary>
internal static class RaisersEdgeAuth
{
    /// <summary>Between the token and what it is for; no token has it.</summary>
    private const char Separator = '|';

    public static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings)
    {
        var key = Setting(settings, "subscriptionKeyInUse") == "secondary" ? "secondarySubscriptionKey" : "subscriptionKey";
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credentials.AccessToken.Split(Separator)[0]}");
        request.Headers.TryAddWithoutValidation("Bb-Api-Subscription-Key", Setting(settings, key));
    }

    public static Uri ConsentPage(OAuthRequest request)
    {
        ImmutableArray<(string Name, string Value)> query =
        [
            ("response_type", "code"),
            ("client_id", Setting(request.Settings, "clientId")),
            ("redirect_uri", request.RedirectAddress.AbsoluteUri),
            ("state", request.State),
        ];
        if (UsesPkce(request.Settings))
            query = [.. query, ("code_challenge", Challenge(request)), ("code_challenge_method", "S256")];
        return new Uri(Setting(request.Settings, "authorizeUrl") + VendorCall.QueryText(query));
    }

    /// <summary>The exchange of a code, or why it cannot be made.</summary>
    public static VendorResult<VendorCall> Exchange(OAuthRequest request, OAuthAnswer answer)
    {
        if (answer.Values.GetValueOrDefault("state") is not { } state || !Same(state, request.State))
            return new VendorFailure(FailureKind.Permanent, "The answer of Raiser's Edge NXT belongs to another request.");
        if (answer.Values.GetValueOrDefault("code") is not { Length: > 0 } code)
            return new VendorFailure(FailureKind.AuthExpired, "Raiser's Edge NXT gave no code: the consent was refused.");
        ImmutableArray<(string Name, string Value)> values = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", request.RedirectAddress.AbsoluteUri)];
        return TokenCall(request.Settings, UsesPkce(request.Settings) ? [.. values, ("code_verifier", request.CodeVerifier ?? "")] : values);
    }

    /// <summary>The refresh of a token, or why it cannot be made. Each refresh token is good for one refresh: one whose answer is lost is not sent again.</summary>
    public static VendorResult<VendorCall> Refresh(ImmutableDictionary<string, string> settings, Credentials old) => old.RefreshToken is { Length: > 0 } refresh
        ? TokenCall(settings, [("grant_type", "refresh_token"), ("refresh_token", refresh)])
        : new VendorFailure(FailureKind.AuthExpired, "Raiser's Edge NXT no longer accepts the token: connect again.");

    public static Credentials Read(VendorAnswer answer, Credentials? old, TimeProvider time)
    {
        var access = answer.Json.At("access_token").AsText("the access token") is { Length: > 0 } token && !token.Contains(Separator)
            ? token
            : throw new UnexpectedAnswerException("it holds no access token.");
        var refresh = answer.Json.At("refresh_token").AsText("the refresh token");
        var seconds = answer.Json.At("expires_in").AsNumber("the lifetime of the token");
        var account = AccountIn(answer.Json) is { } told ? Packed(told) : old?.AccessToken.Split(Separator) is [_, var kept] ? kept : "";
        return new Credentials(
            "oauth",
            $"{access}{Separator}{account}",
            refresh is { Length: > 0 } ? refresh : old?.RefreshToken,
            seconds is { } life and >= 0 and <= int.MaxValue ? time.GetUtcNow().AddSeconds((double)life) : null);
    }

    /// <summary>The environment that a token is for; null where the vendor did not say.</summary>
    public static VendorAccount? AccountOf(Credentials credentials)
    {
        try
        {
            return credentials.AccessToken.Split(Separator) is [_, { Length: > 0 } packed] ? JsonSerializer.Deserialize<VendorAccount>(Base64Url.DecodeFromChars(packed)) : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>As it is put behind a token.</summary>
    public static string Packed(VendorAccount account) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(account));

    private static VendorAccount? AccountIn(JsonElement json)
    {
        string? Text(string name) => json.At(name).AsText(name) is { Length: > 0 } text ? text : null;
        if (Text("environment_id") is not { } id)
            return null;
        var name = Text("environment_name") ?? id;
        return new VendorAccount(id, Text("legal_entity_name") is { } legal && legal != name ? $"{name} ({legal})" : name, Text("user_id"), UserEmail: Text("email"));
    }

    private static VendorResult<VendorCall> TokenCall(ImmutableDictionary<string, string> settings, ImmutableArray<(string Name, string Value)> values)
    {
        var (id, secret) = (Setting(settings, "clientId"), Setting(settings, "clientSecret"));
        if (id.Length == 0 || secret.Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, "The id and the secret of the application for Raiser's Edge NXT are not set.");
        var address = Setting(settings, "tokenUrl");
        var end = address.LastIndexOf('/') + 1;
        return new VendorCall(HttpMethod.Post, address[..end], address[end..])
        {
            Authorized = false,
            Repeat = Repeat.Once,
            Form = values,
            Headers = [("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"))}")],
        };
    }

    private static bool UsesPkce(ImmutableDictionary<string, string> settings) => Setting(settings, "pkce") != "false";

    private static string Challenge(OAuthRequest request) => request.CodeVerifier is { } verifier
        ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))
        : throw new ArgumentException("A consent with PKCE needs a verifier.", nameof(request));

    private static string Setting(ImmutableDictionary<string, string> settings, string name) => RaisersEdgeCatalog.Catalog.Setting(settings, name);

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
