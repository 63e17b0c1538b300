using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>The keys of an API member, good for one company, and the id of the app that uses them.</summary>
internal static class ConnectWiseAuth
{
    public static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings)
    {
        string Setting(string name) => ConnectWiseCatalog.Catalog.Setting(settings, name);
        var member = $"{Setting("companyId")}+{credentials.AccessToken}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(member)));
        if (Setting("clientId") is { Length: > 0 } clientId)
            request.Headers.TryAddWithoutValidation("clientId", clientId);
        if (Setting("version") is { Length: > 0 } version)
        {
            request.Headers.Accept.Clear();
            request.Headers.TryAddWithoutValidation("Accept", $"application/vnd.connectwise.com+json; version={version}");
        }
    }

    /// <summary>Keys are taken back by a person, and made by one.</summary>
    public static VendorFailure Refresh() => new(FailureKind.AuthExpired, "ConnectWise PSA no longer accepts the keys: type in new ones.");
}
