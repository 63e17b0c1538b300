using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>In which ways people sign in: by an issuer of OpenID Connect, by passwords of the app, or both.</summary>
public sealed class SignInSettings
{
    private const string AzureHost = "WEBSITE_HOSTNAME";
    private const string Prefix = "SignIn:";

    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one sentence that names it.</exception>
    public SignInSettings(IConfiguration configuration)
    {
        var isAzure = configuration[AzureHost] is { Length: > 0 };
        Local = Text("Local") is { } local ? string.Equals(local, "true", StringComparison.OrdinalIgnoreCase) : !isAzure;
        if (Local && isAzure) throw new InvalidOperationException("The setting 'SignIn__Local' cannot be on in Azure: give 'SignIn__Issuer' an issuer of OpenID Connect.");
        PasswordFile = Text("PasswordFile") ?? Path.Combine(Path.GetDirectoryName(SecretKeys.DefaultPath)!, "administrator-password.txt");
        if (Text("Issuer") is not { } issuer) return;

        // Kept as it is written: what the issuer calls itself has to be the same to the letter.
        Issuer = Uri.TryCreate(issuer, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? issuer
            : throw new InvalidOperationException("The setting 'SignIn__Issuer' is not an https address.");
        ClientId = Text("ClientId") ?? throw new InvalidOperationException("The setting 'SignIn__ClientId' is missing: the issuer knows the app by it.");
        ClientSecret = Text("ClientSecret");
        Name = Text("Name") ?? address.Host;
        Scopes = Text("Scopes") ?? "openid profile email";
        Operators = Text("OperatorClaim") is { } claim && Text("OperatorValue") is { } value ? new OperatorClaim(claim, value) : null;

        string? Text(string name) => configuration[Prefix + name] is { Length: > 0 } text ? text : null;
    }

    public bool Local { get; }

    /// <summary>Where the first password of the administrator is put.</summary>
    public string PasswordFile { get; }

    /// <summary>Null where nobody signs in by an issuer.</summary>
    public string? Issuer { get; }

    public string ClientId { get; } = "";

    public string? ClientSecret { get; }

    /// <summary>What people call the issuer.</summary>
    public string Name { get; } = "";

    public string Scopes { get; } = "";

    /// <summary>Null where the issuer makes nobody an operator.</summary>
    public OperatorClaim? Operators { get; }

    public SignInWays Ways => new(Local, Issuer is null ? null : new IssuerWay(Name));
}

/// <summary>What an issuer says of those who run the app.</summary>
public sealed record OperatorClaim(string Type, string Value);

/// <param name="Issuer">Null where nobody signs in by one.</param>
public sealed record SignInWays(bool Local, IssuerWay? Issuer);

public sealed record IssuerWay(string Name);
