using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.TinyPlus;

/// <summary>OAuth 2.0 implicit grant, and tokens of long life that an administrator copies from a page.</summary>
internal static class Auth
{
    /// <summary>The documents show the bare token; the usual prefix is accepted too.</summary>
    public static string? Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : header;
    }

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        routes.MapGet("oauth/authorize", (HttpRequest request) => Ask(system, request.Query));
        routes.MapPost("oauth/authorize", (HttpRequest request) => AnswerAsync(system, request));
    }

    private static IResult Ask(SimSystem system, IQueryCollection query)
    {
        if (Problem(system, name => query[name]) is { } problem)
            return SimPages.Refused(system, problem);
        string[] kept = ["response_type", "client_id", "redirect_uri", "scope", "state"];
        var hidden = kept.Where(query.ContainsKey).ToDictionary(name => name, name => query[name].ToString());
        return SimPages.Consent(system, hidden, "account", account: null);
    }

    private static async Task<IResult> AnswerAsync(SimSystem system, HttpRequest request)
    {
        if (!request.HasFormContentType)
            return SimPages.Refused(system, "The form is missing.");
        var form = await request.ReadFormAsync();
        string? Field(string name) => form[name] is [{ Length: > 0 } value] ? value : request.Query[name];
        if (Problem(system, Field) is { } problem)
            return SimPages.Refused(system, problem);
        var account = Field("account") is { Length: > 0 } slug ? slug : SimSystem.FirstAccount;
        var user = Field("user") ?? "admin";
        if (!system.TryAccount(account, out _) || SimSystem.Users.All(known => known.Key != user))
            return SimPages.Refused(system, "There is no such account or user.");

        var answer = new List<KeyValuePair<string, string?>>();
        if (Field("decision") == "deny")
        {
            answer.Add(new("error", "access_denied"));
        }
        else
        {
            var life = TimeSpan.FromSeconds(system.Settings.AccessTokenSeconds);
            answer.Add(new("token_type", "Bearer"));
            answer.Add(new("expires_in", system.Settings.AccessTokenSeconds.ToString()));
            answer.Add(new("access_token", system.Tokens.Issue(SimGrantKind.Access, account, user, Field("scope") ?? "read", life).Token));
        }

        if (Field("state") is { } state)
            answer.Add(new("state", state));
        return Results.Redirect($"{Field("redirect_uri")}#{QueryString.Create(answer).Value![1..]}");
    }

    private static string? Problem(SimSystem system, Func<string, string?> field)
    {
        if (field("response_type") != "token")
            return "response_type must be token.";
        if (field("client_id") != system.Options.ApplicationKey)
            return "The client_id is not registered.";
        if (!Uri.TryCreate(field("redirect_uri"), UriKind.Absolute, out _))
            return "redirect_uri must be an absolute address.";
        return field("scope") is null or "" or "read" or SimTokens.FullScope ? null : "scope must be read or readwrite.";
    }
}
