using SyncFunctions.App.Settings;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>In which ways people sign in: by an issuer of OpenID Connect, by passwords of the app, or both.</summary>
public sealed record SignInSettings
{
    /// <summary>No secret in a log.</summary>
    public override string ToString() => Issuer ?? "no issuer";

    public bool Local { get; private init; }

    /// <summary>Where the first password of the administrator is put.</summary>
    public required string PasswordFile { get; init; }

    /// <summary>Null where nobody signs in by an issuer.</summary>
    public string? Issuer { get; private init; }

    public string ClientId { get; private init; } = "";

    public string? ClientSecret { get; private init; }

    /// <summary>What people call the issuer.</summary>
    public string Name { get; private init; } = "";

    public string Scopes { get; private init; } = "";

    /// <summary>Null where the issuer makes nobody an operator.</summary>
    public OperatorClaim? Operators { get; private init; }

    public static SignInSettings Read(SettingReader reader)
    {
        const string local = "SignIn:Local", file = "SignIn:PasswordFile";
        var own = new SignInSettings
        {
            Local = reader.Flag(local, reader.EmbeddedOnly(local, ", and give 'SignIn__Issuer' an issuer of OpenID Connect"), reader.Hosting == Hosting.Embedded),
            PasswordFile = reader.EmbeddedOnly(file, "") ?? Path.Combine(Path.GetDirectoryName(SecretKeys.DefaultPath)!, "administrator-password.txt"),
        };

        // All are asked for, also without an issuer: what is known is not refused.
        var (issuer, client, claim, value) = (reader.Text("SignIn:Issuer"), reader.Text("SignIn:ClientId"), reader.Text("SignIn:OperatorClaim"), reader.Text("SignIn:OperatorValue"));
        var (secret, name, scopes) = (reader.Text("SignIn:ClientSecret"), reader.Text("SignIn:Name"), reader.Text("SignIn:Scopes"));
        if (claim is null != value is null) reader.Refuse(claim is null ? "SignIn:OperatorClaim" : "SignIn:OperatorValue", "is missing: who runs the app is said by a claim and its value.");
        if (reader.Address("SignIn:Issuer", issuer) is not { } address) return own;
        if (client is null) reader.Refuse("SignIn:ClientId", "is missing: the issuer knows the app by it.");
        return own with
        {
            // Kept as it is written: what the issuer calls itself has to be the same to the letter.
            Issuer = issuer,
            ClientId = client ?? "",
            ClientSecret = secret,
            Name = name ?? address.Host,
            Scopes = scopes ?? "openid profile email",
            Operators = claim is not null && value is not null ? new OperatorClaim(claim, value) : null,
        };
    }

    public SignInWays Ways => new(Local, Issuer is null ? null : new IssuerWay(Name));
}

/// <summary>What an issuer says of those who run the app.</summary>
public sealed record OperatorClaim(string Type, string Value);

/// <param name="Issuer">Null where nobody signs in by one.</param>
public sealed record SignInWays(bool Local, IssuerWay? Issuer);

public sealed record IssuerWay(string Name);
