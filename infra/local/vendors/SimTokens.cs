using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SyncFunctions.Vendors;

internal enum SimGrantKind
{
    Code,
    Access,
    Refresh,
}

/// <summary>A code or token that a vendor gave out, and what it stands for.</summary>
internal sealed record SimGrant(SimGrantKind Kind, string Token, string Account, string User, string Scope, DateTimeOffset Expires)
{
    /// <summary>What descends from one consent: the code that began it.</summary>
    public string Family { get; init; } = Token;

    /// <summary>What has to come with a code.</summary>
    public string? Proof { get; init; }

    /// <summary>When it was used, of those that are kept after their use so that a second use shows.</summary>
    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>Who makes a call.</summary>
internal sealed record SimCaller(SimAccount Account, SimUser User, string Scope);

/// <summary>The codes and tokens of one vendor.</summary>
internal sealed class SimTokens(SimSystem system)
{
    public const string FullScope = "readwrite";

    private readonly ConcurrentDictionary<string, SimGrant> _grants = new();

    public IEnumerable<SimGrant> All => _grants.Values;

    public SimGrant Issue(SimGrantKind kind, string account, string user, string scope, TimeSpan life, string? family = null, string? proof = null)
    {
        var token = $"{system.Definition.Name}-{kind.ToString().ToLowerInvariant()}-{RandomNumberGenerator.GetHexString(40, lowercase: true)}";
        var grant = new SimGrant(kind, token, account, user, scope, system.Now + life) { Family = family ?? token, Proof = proof };
        _grants[token] = grant;
        system.Changed();
        return grant;
    }

    /// <summary>Uses up a code or refresh token; null when it is unknown, of another kind, expired or already used.</summary>
    public SimGrant? Take(SimGrantKind kind, string token)
    {
        if (!_grants.TryGetValue(token, out var grant) || grant.Kind != kind || !_grants.TryRemove(token, out grant))
            return null;
        system.Changed();
        return grant.Expires > system.Now ? grant : null;
    }

    /// <summary>A code or refresh token, used or not; null when it is unknown, of another kind or expired.</summary>
    public SimGrant? Find(SimGrantKind kind, string token) =>
        _grants.TryGetValue(token, out var grant) && grant.Kind == kind && grant.Expires > system.Now ? grant : null;

    /// <summary>Uses a grant that is kept; only the first use counts.</summary>
    public void Use(SimGrant grant)
    {
        _grants[grant.Token] = grant with { UsedAt = grant.UsedAt ?? system.Now };
        system.Changed();
    }

    /// <summary>The code or refresh token that a token request of RFC 6749 brings. One that comes again gives a thief away and ends all that came of its consent,
    /// unless it is a refresh whose answer may have been lost a moment ago.</summary>
    public SimGrant? Redeem(IFormCollection form, TimeSpan repeatable, out string error, out string message)
    {
        var isCode = form["grant_type"] == "authorization_code";
        if (!isCode && form["grant_type"] != "refresh_token")
        {
            (error, message) = ("unsupported_grant_type", "grant_type must be authorization_code or refresh_token.");
            return null;
        }

        var name = isCode ? "code" : "refresh token";
        error = "invalid_grant";
        message = "";
        var grant = isCode ? Find(SimGrantKind.Code, form["code"].ToString()) : Find(SimGrantKind.Refresh, form["refresh_token"].ToString());
        if (grant is null)
        {
            message = $"The {name} is unknown or has expired.";
        }
        else if (grant.UsedAt is { } used && (isCode || system.Now - used >= repeatable))
        {
            message = $"The {name} was used before.";
            EndFamily(grant.Family);
        }
        else if (isCode && !SimConsent.Proves(form, grant))
        {
            message = "The code belongs to another redirect_uri or code_verifier.";
        }

        return message.Length == 0 ? grant : null;
    }

    public void EndFamily(string family)
    {
        foreach (var grant in _grants.Values.Where(grant => grant.Family == family))
            _grants.TryRemove(grant.Token, out _);
        system.Changed();
    }

    /// <summary>Whose access token this is; null when it is not one that works.</summary>
    public SimCaller? Caller(string token)
    {
        if (_grants.TryGetValue(token, out var grant) && grant.Kind == SimGrantKind.Access && grant.Expires > system.Now)
            return Caller(grant.Account, grant.User, grant.Scope);
        if (!token.StartsWith(system.Definition.StaticToken, StringComparison.Ordinal))
            return null;
        var rest = token[system.Definition.StaticToken.Length..];
        var user = rest.StartsWith("-member", StringComparison.Ordinal) ? "member" : "admin";
        rest = user == "member" ? rest["-member".Length..] : rest;
        return rest switch
        {
            "" => Caller(SimSystem.FirstAccount, user, FullScope),
            ['.', .. var slug] => Caller(slug, user, FullScope),
            _ => null,
        };
    }

    /// <summary>Ends the tokens of these kinds at once.</summary>
    public int Revoke(params IReadOnlyList<SimGrantKind> kinds)
    {
        var revoked = _grants.Values.Count(grant => kinds.Contains(grant.Kind) && _grants.TryRemove(grant.Token, out _));
        system.Changed();
        return revoked;
    }

    public void Restore(SimGrant grant) => _grants[grant.Token] = grant;

    public void Clear() => _grants.Clear();

    private SimCaller? Caller(string account, string user, string scope) =>
        system.TryAccount(account, out var found) && SimSystem.Users.FirstOrDefault(known => known.Key == user) is { } person
            ? new SimCaller(found, person, scope)
            : null;
}
