using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors;

/// <summary>The authorization endpoint of RFC 6749: a page that asks a person, and the redirect that carries the answer.</summary>
/// <param name="system">Whose page it is.</param>
/// <param name="problem">What is wrong with a request, by its fields; null when nothing is.</param>
internal sealed class SimConsent(SimSystem system, Func<Func<string, string?>, string?> problem)
{
    private static readonly string[] Kept = ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

    /// <summary>How long a code lives.</summary>
    public TimeSpan CodeLife { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What the request's scope gives.</summary>
    public Func<string?, string> Scope { get; init; } = _ => SimTokens.FullScope;

    /// <summary>The <c>error_description</c> of a person's no, where the vendor has one.</summary>
    public string? DeniedBecause { get; init; }

    /// <summary>The implicit grant: the token itself, behind a <c>#</c>.</summary>
    public bool Implicit { get; init; }

    public void Map(IEndpointRouteBuilder routes, string path)
    {
        routes.MapGet(path, (HttpRequest request) => Ask(request.Query));
        routes.MapPost(path, AnswerAsync);
    }

    /// <summary>Whether a token request brings the address, and the verifier of RFC 7636, that its code was asked for with.</summary>
    public static bool Proves(IFormCollection form, SimGrant code) =>
        code.Proof == Proof(form["redirect_uri"], form["code_verifier"] is [{ Length: > 0 } verifier] ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) : null);

    private static string Proof(string? redirect, string? challenge) => $"{redirect} {challenge}";

    private IResult Ask(IQueryCollection query) => Wrong(name => query[name]) is { } wrong
        ? SimPages.Refused(system, wrong)
        : SimPages.Consent(system, Kept.Where(query.ContainsKey).ToDictionary(name => name, name => query[name].ToString()), "account", account: null);

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        if (!request.HasFormContentType)
            return SimPages.Refused(system, "The form is missing.");
        var form = await request.ReadFormAsync();
        string? Field(string name) => form[name] is [{ Length: > 0 } value] ? value : request.Query[name];
        if (Wrong(Field) is { } wrong)
            return SimPages.Refused(system, wrong);
        var account = Field("account") is { Length: > 0 } slug ? slug : SimSystem.FirstAccount;
        var user = Field("user") ?? "admin";
        if (!system.TryAccount(account, out _) || SimSystem.Users.All(known => known.Key != user))
            return SimPages.Refused(system, "There is no such account or user.");

        var answer = Field("decision") == "deny" ? Denied() : Granted(account, user, Field);
        if (Field("state") is { } state)
            answer["state"] = state;
        var address = Field("redirect_uri")!;
        return Results.Redirect(Implicit ? $"{address}#{QueryString.Create(answer).Value![1..]}" : QueryHelpers.AddQueryString(address, answer));
    }

    private Dictionary<string, string?> Denied()
    {
        var answer = new Dictionary<string, string?> { ["error"] = "access_denied" };
        if (DeniedBecause is { } why)
            answer["error_description"] = why;
        return answer;
    }

    private Dictionary<string, string?> Granted(string account, string user, Func<string, string?> field)
    {
        var scope = Scope(field("scope"));
        if (!Implicit)
            return new() { ["code"] = system.Tokens.Issue(SimGrantKind.Code, account, user, scope, CodeLife, proof: Proof(field("redirect_uri"), field("code_challenge"))).Token };
        var life = system.Settings.AccessTokenSeconds;
        return new()
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = life.ToString(),
            ["access_token"] = system.Tokens.Issue(SimGrantKind.Access, account, user, scope, TimeSpan.FromSeconds(life)).Token,
        };
    }

    private string? Wrong(Func<string, string?> field)
    {
        var type = Implicit ? "token" : "code";
        if (field("response_type") != type)
            return $"response_type must be {type}.";
        if (field("client_id") != system.Options.ApplicationKey)
            return "The client_id is not registered.";
        return Uri.TryCreate(field("redirect_uri"), UriKind.Absolute, out _) ? problem(field) : "redirect_uri must be an absolute address.";
    }
}
