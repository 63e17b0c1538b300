using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace SyncFunctions.App.SignIn;

/// <summary>What an issuer says of somebody who has signed in there.</summary>
public sealed record IssuedIdentity(string Subject, string Name, string? Email, bool IsOperator);

/// <summary>
/// The issuer of OpenID Connect that people sign in by: where its pages are, and whether what it sends is from it, for this app, for
/// this sign-in, and still good.
/// </summary>
public sealed class Issuer(SignInSettings settings, TimeProvider time) : IDisposable
{
    private const string Discovery = "/.well-known/openid-configuration";
    private const int MaxAnswer = 1024 * 1024;

    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(12);
    private static readonly TimeSpan AskedEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);
    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false };

    // Where a token may be sent is said by the metadata, not by a redirect.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = MaxAnswer };
    private readonly SemaphoreSlim _turn = new(1);
    private (OpenIdConnectConfiguration Configuration, DateTimeOffset At)? _known;

    /// <summary>The issuer's page for signing in.</summary>
    public async Task<Uri> AuthorizeAddressAsync(Uri callback, string state, string nonce, string verifier, CancellationToken cancellation)
    {
        var request = new OpenIdConnectMessage
        {
            IssuerAddress = (await ConfigurationAsync(KeptFor, cancellation)).AuthorizationEndpoint,
            ClientId = settings.ClientId,
            RedirectUri = callback.AbsoluteUri,
            ResponseType = OpenIdConnectResponseType.Code,
            Scope = settings.Scopes,
            State = state,
            Nonce = nonce,
        };
        request.SetParameter("code_challenge", Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))));
        request.SetParameter("code_challenge_method", "S256");
        return new Uri(request.CreateAuthenticationRequestUrl());
    }

    /// <summary>Whether an answer is from this issuer, as far as it says from whom it is (RFC 9207).</summary>
    public async Task<bool> IsFromAsync(string? issuer, CancellationToken cancellation)
    {
        if (issuer is not null) return issuer == settings.Issuer;
        return !(await ConfigurationAsync(KeptFor, cancellation)).AuthorizationResponseIssParameterSupported;
    }

    /// <summary>Takes the code of an answer for what it stands for.</summary>
    /// <returns>Null where the code, or what came for it, is not good; the reason is for the log.</returns>
    public async Task<(IssuedIdentity? Identity, string? Why)> RedeemAsync(Uri callback, string code, string nonce, string verifier, CancellationToken cancellation)
    {
        var configuration = await ConfigurationAsync(KeptFor, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, configuration.TokenEndpoint);
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = callback.AbsoluteUri,
            ["code_verifier"] = verifier,
            ["client_id"] = settings.ClientId,
        };
        if (settings.ClientSecret is { } secret)
        {
            // Without a word about it, the standard has it in the header.
            if (configuration.TokenEndpointAuthMethodsSupported.Contains("client_secret_post")) form["client_secret"] = secret;
            else request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(settings.ClientId)}:{Uri.EscapeDataString(secret)}")));
        }

        request.Content = new FormUrlEncodedContent(form);
        using var response = await _http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode) return (null, $"the token endpoint answered {(int)response.StatusCode}");
        return IdTokenOf(await response.Content.ReadAsByteArrayAsync(cancellation)) is { } token ? await ReadAsync(token, nonce, cancellation) : (null, "no ID token");
    }

    public void Dispose()
    {
        _http.Dispose();
        _turn.Dispose();
    }

    private async Task<(IssuedIdentity? Identity, string? Why)> ReadAsync(string token, string nonce, CancellationToken cancellation)
    {
        var result = await Tokens.ValidateTokenAsync(token, Wanted(await ConfigurationAsync(KeptFor, cancellation)));

        // Issuers change their keys: a token by one that is not known yet has them asked for anew.
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException) result = await Tokens.ValidateTokenAsync(token, Wanted(await ConfigurationAsync(AskedEvery, cancellation)));
        if (!result.IsValid || result.SecurityToken is not JsonWebToken read) return (null, result.Exception?.GetType().Name);
        if (Claim(read, "nonce") is not { } brought || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(brought), Encoding.UTF8.GetBytes(nonce))) return (null, "another nonce");
        if (read.Audiences.Skip(1).Any() && Claim(read, "azp") != settings.ClientId) return (null, "another authorised party");
        if (read.Subject is not { Length: > 0 } subject) return (null, "no subject");
        var email = Claim(read, "email") ?? (Claim(read, "preferred_username") is { } user && user.Contains('@') ? user : null);
        var isOperator = settings.Operators is { } operators && read.Claims.Any(claim => claim.Type == operators.Type && claim.Value == operators.Value);
        return (new IssuedIdentity(subject, Claim(read, "name") ?? Claim(read, "preferred_username") ?? email ?? "Somebody", email, isOperator), null);
    }

    private TokenValidationParameters Wanted(OpenIdConnectConfiguration configuration) => new()
    {
        ValidIssuer = settings.Issuer,
        ValidAudience = settings.ClientId,
        IssuerSigningKeys = configuration.SigningKeys,
        // None that a client's secret signs, and never "none".
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384],
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        LifetimeValidator = (notBefore, expires, _, _) => time.GetUtcNow().UtcDateTime is var now && expires > now - ClockSkew && !(notBefore > now + ClockSkew),
    };

    /// <param name="oldest">Asked for anew if what is known is older.</param>
    /// <param name="cancellation">The caller's.</param>
    private async Task<OpenIdConnectConfiguration> ConfigurationAsync(TimeSpan oldest, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            if (_known is { } known && now - known.At < oldest) return known.Configuration;
            var issuer = settings.Issuer ?? throw new InvalidOperationException("Nobody signs in by an issuer.");
            var retriever = new HttpDocumentRetriever(_http) { RequireHttps = issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase) };
            var found = await OpenIdConnectConfigurationRetriever.GetAsync(issuer.TrimEnd('/') + Discovery, retriever, cancellation);
            if (found.Issuer != issuer) throw new InvalidOperationException($"The issuer calls itself otherwise than the setting 'SignIn__Issuer': {found.Issuer}");
            _known = (found, now);
            return found;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static string? IdTokenOf(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("id_token", out var token) && token.ValueKind == JsonValueKind.String ? token.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<string>(name, out var value) && value is { Length: > 0 } ? value : null;
}
