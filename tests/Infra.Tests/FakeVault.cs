using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;

namespace SyncFunctions.Infra.Tests;

/// <summary>As much of a vault's REST interface as two secrets need.</summary>
internal sealed class FakeVault : HttpMessageHandler
{
    public Dictionary<string, string> Secrets { get; } = [];

    public int Writes { get; private set; }

    public bool IsDeleted { get; set; }

    /// <summary>Why it refuses everybody; null where it does not.</summary>
    public string? Forbids { get; set; }

    /// <summary>Nobody answers.</summary>
    public bool IsAway { get; set; }

    /// <summary>How often it refuses.</summary>
    public int Refusals { get; set; } = int.MaxValue;

    public SecretClient Open(Uri address) =>
        new(address, new AnyCredential(), new SecretClientOptions { Transport = new HttpClientTransport(this), DisableChallengeResourceVerification = true, Retry = { Delay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero } });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAway) throw new HttpRequestException("Name or service not known (kv-1.vault.azure.net:443)");
        if (request.Headers.Authorization is null)
        {
            var challenge = Answer(HttpStatusCode.Unauthorized, []);
            challenge.Headers.TryAddWithoutValidation("WWW-Authenticate", "Bearer authorization=\"https://login.microsoftonline.com/any\", resource=\"https://vault.azure.net\"");
            return challenge;
        }

        if (Forbids is not null && Refusals-- > 0)
            return Answer(HttpStatusCode.Forbidden, new() { ["error"] = new JsonObject { ["code"] = "Forbidden", ["message"] = "It is not for you.", ["innererror"] = new JsonObject { ["code"] = Forbids } } });

        var name = request.RequestUri!.Segments[2].Trim('/');
        if (request.Method == HttpMethod.Put)
        {
            if (IsDeleted) return Answer(HttpStatusCode.Conflict, new() { ["error"] = new JsonObject { ["code"] = "Conflict", ["message"] = "It is deleted." } });
            Secrets[name] = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!["value"]!.GetValue<string>();
            Writes++;
        }

        return Secrets.TryGetValue(name, out var value)
            ? Answer(HttpStatusCode.OK, new() { ["id"] = $"https://kv.vault.azure.net/secrets/{name}/1", ["value"] = value, ["attributes"] = new JsonObject { ["enabled"] = true } })
            : Answer(HttpStatusCode.NotFound, new() { ["error"] = new JsonObject { ["code"] = "SecretNotFound", ["message"] = "There is none." } });
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, JsonObject body) => new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private sealed class AnyCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("t", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
