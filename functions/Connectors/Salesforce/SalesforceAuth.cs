using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>The web server flow with PKCE. An access token ends when the org says so, which only a refusal tells; the answer that brings it names the org's own address.</summary>
internal static class SalesforceAuth
{
    public static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings) =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credentials.AccessToken);

    public static Uri ConsentPage(OAuthRequest request)
    {
        string Setting(string name) => SalesforceCatalog.Catalog.Setting(request.Settings, name);
        var host = SalesforceHosts.SignIn(request.Settings) ?? new Uri($"https://{SalesforceCatalog.Catalog.Settings["authHost"].Default}/");
        return new Uri(host, "services/oauth2/authorize" + VendorCall.QueryText([
            ("response_type", "code"),
            ("client_id", Setting("clientId")),
            ("redirect_uri", request.RedirectAddress.AbsoluteUri),
            ("scope", Setting("scope")),
            ("state", request.State),
            ("code_challenge", Challenge(request)),
            ("code_challenge_method", "S256")]));
    }

    /// <summary>The exchange of a code, or why it cannot be made.</summary>
    public static VendorResult<VendorCall> Exchange(OAuthRequest request, OAuthAnswer answer)
    {
        if (answer.Values.GetValueOrDefault("state") is not { } state || !Same(state, request.State))
            return new VendorFailure(FailureKind.Permanent, "The answer of Salesforce belongs to another request.");
        if (answer.Values.GetValueOrDefault("code") is not { Length: > 0 } code)
            return new VendorFailure(FailureKind.AuthExpired, "Salesforce gave no code: the consent was refused.");
        return TokenCall(request.Settings, Repeat.Once, [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", request.RedirectAddress.AbsoluteUri),
            ("code_verifier", request.CodeVerifier ?? "")]);
    }

    /// <summary>The refresh of a token, or why it cannot be made.</summary>
    public static VendorResult<VendorCall> Refresh(ImmutableDictionary<string, string> settings, Credentials old) => old.RefreshToken is { Length: > 0 } refresh
        ? TokenCall(settings, Repeat.Safe, [("grant_type", "refresh_token"), ("refresh_token", refresh)])
        : new VendorFailure(FailureKind.AuthExpired, "Salesforce no longer accepts the token: connect again.");

    /// <summary>The end of a grant, by its refresh token where there is one: with that its access tokens end, too.</summary>
    public static VendorResult<VendorCall> Revoke(ImmutableDictionary<string, string> settings, Credentials credentials) => SalesforceHosts.SignIn(settings) is { } host
        ? new VendorCall(HttpMethod.Post, host.AbsoluteUri, "services/oauth2/revoke") { Authorized = false, Repeat = Repeat.Safe, Form = [("token", credentials.RefreshToken ?? credentials.AccessToken)] }
        : new VendorFailure(FailureKind.Misconfigured, "The host at which people sign in to Salesforce is none of Salesforce.");

    /// <summary>The org's address is kept with the credentials, so that they never go to another.</summary>
    public static Credentials Read(VendorAnswer answer, Credentials? old, ImmutableDictionary<string, string> settings)
    {
        var access = answer.Json.At("access_token").AsText("the access token") is { Length: > 0 } token
            ? token
            : throw new UnexpectedAnswerException("it holds no access token.");
        var refresh = answer.Json.At("refresh_token").AsText("the refresh token");
        var kind = answer.Json.At("instance_url").AsText("the address of the org") switch
        {
            { Length: > 0 } told => SalesforceHosts.Root(told, settings) is { } instance
                ? $"oauth {instance.AbsoluteUri}"
                : throw new UnexpectedAnswerException("the address of the org is not one of Salesforce."),
            _ => old?.Kind ?? "oauth",
        };
        // With rotation the old refresh token ends with its use; without it none comes.
        return new Credentials(kind, access, refresh is { Length: > 0 } ? refresh : old?.RefreshToken);
    }

    private static VendorResult<VendorCall> TokenCall(ImmutableDictionary<string, string> settings, Repeat repeat, ImmutableArray<(string Name, string Value)> values)
    {
        string Setting(string name) => SalesforceCatalog.Catalog.Setting(settings, name);
        if (SalesforceHosts.SignIn(settings) is not { } host)
            return new VendorFailure(FailureKind.Misconfigured, "The host at which people sign in to Salesforce is none of Salesforce.");
        if (Setting("clientId").Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, "The consumer key of the app at Salesforce is not set.");
        return new VendorCall(HttpMethod.Post, host.AbsoluteUri, "services/oauth2/token")
        {
            Authorized = false,
            Repeat = repeat,
            Form = [.. values, ("client_id", Setting("clientId")), .. Setting("clientSecret") is { Length: > 0 } secret ? new[] { ("client_secret", secret) } : []],
        };
    }

    private static string Challenge(OAuthRequest request) => request.CodeVerifier is { } verifier
        ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))
        : throw new ArgumentException("A consent with PKCE needs a verifier.", nameof(request));

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
