using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Idp;

/// <summary>
/// A simulated OpenID provider (OpenID Connect Core 1.0, code flow with PKCE): discovery, keys, a page to choose a person, tokens by RS256.
/// Anybody may sign in as anybody: it is for trying and for tests.
/// </summary>
internal sealed class IdentityProvider(VendorServerOptions options)
{
    public const string Root = "/idp";

    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    /// <summary>One of them runs the app.</summary>
    private static readonly Someone[] People =
    [
        new("ada", "Ada Lindgren", "ada@operators.example", ["SyncFunctions.Operator"]),
        new("anna", "Anna Berger", "anna@practice.example", []),
        new("ben", "Ben Okafor", "ben@practice.example", []),
        new("carla", "Carla Rossi", "carla@practice.example", []),
    ];

    private readonly ConcurrentDictionary<string, Grant> _codes = new();
    private Key _key = Key.New();

    private JsonObject? _nextClaims;
    private JsonObject? _nextHead;

    private sealed record Someone(string Subject, string Name, string Email, string[] Roles);

    private sealed record Grant(Someone Person, string RedirectUri, string? Nonce, string Challenge, DateTimeOffset ExpiresAt);

    private sealed record Key(RSA Rsa, string Id)
    {
        public static Key New() => new(RSA.Create(2048), RandomNumberGenerator.GetHexString(16, lowercase: true));
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup(Root);
        own.MapGet(".well-known/openid-configuration", (HttpRequest request) => Results.Json(Discovery(IssuerOf(request))));
        own.MapGet("jwks", () => Results.Json(Keys()));
        own.MapGet("authorize", (HttpRequest request) => Ask(request.Query));
        own.MapPost("authorize", AnswerAsync);
        own.MapPost("token", RedeemAsync);

        // For tests: another key, or what the next token says otherwise than it should.
        own.MapPost("_sim/rotate", () => { _key = Key.New(); });
        own.MapPost("_sim/next", (NextToken next) => { (_nextClaims, _nextHead) = (next.Claims, next.Head); });
    }

    internal sealed record NextToken(JsonObject? Claims, JsonObject? Head);

    private static string IssuerOf(HttpRequest request) => $"{request.Scheme}://{request.Host}{Root}";

    private static JsonObject Discovery(string issuer) => new()
    {
        ["issuer"] = issuer,
        ["authorization_endpoint"] = $"{issuer}/authorize",
        ["token_endpoint"] = $"{issuer}/token",
        ["jwks_uri"] = $"{issuer}/jwks",
        ["response_types_supported"] = new JsonArray("code"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
        ["scopes_supported"] = new JsonArray("openid", "profile", "email"),
        ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_basic", "client_secret_post"),
        ["code_challenge_methods_supported"] = new JsonArray("S256"),
        ["authorization_response_iss_parameter_supported"] = true,
    };

    private JsonObject Keys()
    {
        var key = _key.Rsa.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["kty"] = "RSA",
                ["use"] = "sig",
                ["alg"] = "RS256",
                ["kid"] = _key.Id,
                ["n"] = Base64Url.EncodeToString(key.Modulus),
                ["e"] = Base64Url.EncodeToString(key.Exponent),
            }),
        };
    }

    private IResult Ask(IQueryCollection query)
    {
        if (Problem(name => query[name]) is { } problem) return SimPages.Refused("Demo sign-in", problem);
        string[] kept = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"];
        return SimPages.SignIn("Demo sign-in", kept.Where(query.ContainsKey).ToDictionary(name => name, name => query[name].ToString()), People.Select(person => (person.Subject, $"{person.Name} ({person.Email})")));
    }

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        string? Field(string name) => form[name] is [{ Length: > 0 } value] ? value : request.Query[name];
        if (Problem(Field) is { } problem) return SimPages.Refused("Demo sign-in", problem);
        var answer = new List<KeyValuePair<string, string?>> { new("iss", IssuerOf(request)) };
        if (Field("state") is { } state) answer.Add(new("state", state));
        if (Field("decision") == "deny" || People.FirstOrDefault(person => person.Subject == Field("user")) is not { } chosen)
        {
            answer.Add(new("error", "access_denied"));
        }
        else
        {
            var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            _codes[code] = new Grant(chosen, Field("redirect_uri")!, Field("nonce"), Field("code_challenge")!, options.Time.GetUtcNow() + CodeLifetime);
            answer.Add(new("code", code));
        }

        return Results.Redirect($"{Field("redirect_uri")}{QueryString.Create(answer)}");
    }

    private string? Problem(Func<string, string?> field)
    {
        if (field("response_type") != "code") return "response_type must be code.";
        if (field("client_id") != options.ApplicationKey) return "The client_id is not registered.";
        if (field("scope")?.Split(' ').Contains("openid") != true) return "The scope openid is missing.";
        if (field("code_challenge_method") != "S256" || field("code_challenge") is not { Length: > 0 }) return "A code_challenge by S256 is missing.";
        return Uri.TryCreate(field("redirect_uri"), UriKind.Absolute, out _) ? null : "redirect_uri must be an absolute address.";
    }

    private async Task<IResult> RedeemAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (!IsClient(request, form)) return Results.Json(new JsonObject { ["error"] = "invalid_client" }, statusCode: 401);
        var isKnown = _codes.TryRemove(form["code"].ToString(), out var grant);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!isKnown || grant!.ExpiresAt <= options.Time.GetUtcNow() || grant.RedirectUri != form["redirect_uri"] || grant.Challenge != challenge)
            return Results.Json(new JsonObject { ["error"] = "invalid_grant" }, statusCode: 400);
        return Results.Json(new JsonObject
        {
            ["access_token"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)TokenLifetime.TotalSeconds,
            ["id_token"] = TokenOf(IssuerOf(request), grant),
        });
    }

    private bool IsClient(HttpRequest request, IFormCollection form)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || header is not { Scheme: "Basic", Parameter: { } basic })
            return form["client_id"] == options.ApplicationKey && form["client_secret"] == options.ApplicationSecret;
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(basic)).Split(':', 2);
        return parts.Length == 2 && Uri.UnescapeDataString(parts[0]) == options.ApplicationKey && Uri.UnescapeDataString(parts[1]) == options.ApplicationSecret;
    }

    private string TokenOf(string issuer, Grant grant)
    {
        var now = options.Time.GetUtcNow();
        var head = Merge(new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = _key.Id }, _nextHead);
        var claims = Merge(new JsonObject
        {
            ["iss"] = issuer,
            ["sub"] = grant.Person.Subject,
            ["aud"] = options.ApplicationKey,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + TokenLifetime).ToUnixTimeSeconds(),
            ["nonce"] = grant.Nonce,
            ["name"] = grant.Person.Name,
            ["email"] = grant.Person.Email,
            ["roles"] = new JsonArray([.. grant.Person.Roles]),
        }, _nextClaims);
        (_nextClaims, _nextHead) = (null, null);
        var signed = $"{Part(head)}.{Part(claims)}";
        var signature = head["alg"]!.GetValue<string>() == "none" ? "" : Base64Url.EncodeToString(_key.Rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return $"{signed}.{signature}";

        static string Part(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
    }

    private static JsonObject Merge(JsonObject usual, JsonObject? otherwise)
    {
        foreach (var (name, value) in otherwise ?? []) usual[name] = value?.DeepClone();
        return usual;
    }
}
