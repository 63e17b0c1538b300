using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>OAuth codes without PKCE, for tokens that have no end and are not renewed; and keys that are typed in.</summary>
internal static class MailchimpAuth
{
    public static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings) =>
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credentials.AccessToken}");

    public static Uri ConsentPage(OAuthRequest request)
    {
        string Setting(string name) => MailchimpCatalog.Catalog.Setting(request.Settings, name);
        return new Uri(Setting("loginBase") + "authorize" + VendorCall.QueryText([
            ("response_type", "code"),
            ("client_id", Setting("clientId")),
            ("redirect_uri", request.RedirectAddress.AbsoluteUri),
            ("state", request.State)]));
    }

    /// <summary>The exchange of a code, or why it cannot be made.</summary>
    public static VendorResult<VendorCall> Exchange(OAuthRequest request, OAuthAnswer answer)
    {
        string Setting(string name) => MailchimpCatalog.Catalog.Setting(request.Settings, name);
        if (answer.Values.GetValueOrDefault("state") is not { } state || !Same(state, request.State))
            return new VendorFailure(FailureKind.Permanent, "The answer of Mailchimp belongs to another request.");
        if (answer.Values.GetValueOrDefault("code") is not { Length: > 0 } code)
            return new VendorFailure(FailureKind.AuthExpired, "Mailchimp gave no code: the consent was refused.");
        if (Setting("clientId").Length == 0 || Setting("clientSecret").Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, "The client id and secret of Mailchimp are not set.");
        return new VendorCall(HttpMethod.Post, Setting("loginBase"), "token")
        {
            Authorized = false,
            Repeat = Repeat.Once,
            Form =
            [
                ("grant_type", "authorization_code"),
                ("client_id", Setting("clientId")),
                ("client_secret", Setting("clientSecret")),
                ("redirect_uri", request.RedirectAddress.AbsoluteUri),
                ("code", code),
            ],
        };
    }

    public static Credentials Read(VendorAnswer answer) => answer.Json.At("access_token").AsText("the access token") is { Length: > 0 } token
        ? new Credentials("oauth", token)
        : throw new UnexpectedAnswerException("it holds no access token.");

    public static VendorFailure Refresh(Credentials old) => new(FailureKind.AuthExpired, old.Kind == "token"
        ? "Mailchimp no longer accepts the key: type in a new one."
        : "Mailchimp no longer accepts the token: connect again.");

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
