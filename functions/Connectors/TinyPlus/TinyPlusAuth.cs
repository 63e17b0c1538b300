using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors.TinyPlus;

/// <summary>The implicit grant, the only one that tiny+ offers: the token comes back in the fragment, and there is nothing to refresh it with.</summary>
internal static class TinyPlusAuth
{
    public static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings) =>
        request.Headers.TryAddWithoutValidation("Authorization", TinyPlusCatalog.Catalog.Setting(settings, "authorizationPrefix") + credentials.AccessToken);

    public static Uri ConsentPage(OAuthRequest request)
    {
        string Setting(string name) => TinyPlusCatalog.Catalog.Setting(request.Settings, name);
        return new Uri(Setting("authorizeUrl") + VendorCall.QueryText([
            ("response_type", "token"),
            ("client_id", Setting("clientId")),
            ("redirect_uri", request.RedirectAddress.AbsoluteUri),
            ("scope", Setting("scope")),
            ("state", request.State)]));
    }

    public static VendorResult<Credentials> Read(OAuthRequest request, OAuthAnswer answer, TimeProvider time)
    {
        var values = answer.Values;
        if (values.GetValueOrDefault("state") is not { } state || !Same(state, request.State))
            return new VendorFailure(FailureKind.Permanent, "The answer of tiny+ belongs to another request.");
        if (values.GetValueOrDefault("access_token") is not { Length: > 0 } token)
            return new VendorFailure(FailureKind.AuthExpired, "tiny+ gave no token: the consent was refused.");
        if (!"Bearer".Equals(values.GetValueOrDefault("token_type", "Bearer"), StringComparison.OrdinalIgnoreCase))
            return new VendorFailure(FailureKind.Permanent, "tiny+ gave a token of a kind that is not known here.");
        // Without a lifetime the token is used until tiny+ refuses it.
        var known = long.TryParse(values.GetValueOrDefault("expires_in"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= int.MaxValue;
        return new Credentials("oauth", token, ExpiresAt: known ? time.GetUtcNow().AddSeconds(seconds) : null);
    }

    public static VendorFailure Refresh(Credentials old) => new(FailureKind.AuthExpired, old.Kind == "token"
        ? "tiny+ no longer accepts the token: type in a new one."
        : "tiny+ no longer accepts the token: connect again.");

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
