using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors.Partner;

/// <summary>OAuth 2.1 as the contract has it: codes with PKCE, refresh tokens that are good for one refresh; and tokens that are typed in.</summary>
internal sealed class PartnerAuth(SystemCatalog catalog)
{
    private string Name => catalog.DisplayName;

    public static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings) =>
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credentials.AccessToken}");

    public Uri ConsentPage(OAuthRequest request)
    {
        var address = catalog.Setting(request.Settings, "apiBase");
        return new Uri(new Uri(address.EndsWith('/') ? address : address + "/"), "oauth/authorize" + VendorCall.QueryText([
            ("response_type", "code"),
            ("client_id", catalog.Setting(request.Settings, "clientId")),
            ("redirect_uri", request.RedirectAddress.AbsoluteUri),
            ("scope", catalog.Setting(request.Settings, "scope")),
            ("state", request.State),
            ("code_challenge", Challenge(request)),
            ("code_challenge_method", "S256")]));
    }

    /// <summary>The exchange of a code, or why it cannot be made.</summary>
    public VendorResult<VendorCall> Exchange(OAuthRequest request, OAuthAnswer answer)
    {
        if (answer.Values.GetValueOrDefault("state") is not { } state || !Same(state, request.State))
            return new VendorFailure(FailureKind.Permanent, $"The answer of {Name} belongs to another request.");
        if (answer.Values.GetValueOrDefault("code") is not { Length: > 0 } code)
            return new VendorFailure(FailureKind.AuthExpired, $"{Name} gave no code: the consent was refused.");
        return TokenCall(request.Settings, Repeat.Once, [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", request.RedirectAddress.AbsoluteUri),
            ("code_verifier", request.CodeVerifier ?? "")]);
    }

    /// <summary>The refresh of a token, or why it cannot be made. The contract forgives a repeated one: its answer may have been lost.</summary>
    public VendorResult<VendorCall> Refresh(ImmutableDictionary<string, string> settings, Credentials old) => old.RefreshToken is { Length: > 0 } refresh
        ? TokenCall(settings, Repeat.Safe, [("grant_type", "refresh_token"), ("refresh_token", refresh)])
        : new VendorFailure(FailureKind.AuthExpired, $"{Name} no longer accepts the token: type in a new one, or connect again.");

    public static Credentials Read(VendorAnswer answer, Credentials? old, TimeProvider time)
    {
        var access = answer.Json.At("access_token").AsText("the access token") is { Length: > 0 } token
            ? token
            : throw new UnexpectedAnswerException("it holds no access token.");
        var refresh = answer.Json.At("refresh_token").AsText("the refresh token");
        var seconds = answer.Json.At("expires_in").AsNumber("the lifetime of the token");
        return new Credentials(
            "oauth",
            access,
            refresh is { Length: > 0 } ? refresh : old?.RefreshToken,
            seconds is { } life and >= 0 and <= int.MaxValue ? time.GetUtcNow().AddSeconds((double)life) : null);
    }

    private VendorResult<VendorCall> TokenCall(ImmutableDictionary<string, string> settings, Repeat repeat, ImmutableArray<(string Name, string Value)> values)
    {
        var (id, secret) = (catalog.Setting(settings, "clientId"), catalog.Setting(settings, "clientSecret"));
        if (id.Length == 0 || secret.Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, $"The client id and secret of {Name} are not set.");
        return new VendorCall(HttpMethod.Post, catalog.Setting(settings, "apiBase"), "oauth/token")
        {
            Authorized = false,
            Repeat = repeat,
            Form = [.. values, ("client_id", id), ("client_secret", secret)],
        };
    }

    private static string Challenge(OAuthRequest request) => request.CodeVerifier is { } verifier
        ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))
        : throw new ArgumentException("A consent with PKCE needs a verifier.", nameof(request));

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
