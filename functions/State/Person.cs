using System.Diagnostics.CodeAnalysis;

namespace SyncFunctions.State;

/// <summary>Somebody who signs in: always the same for the same issuer and subject.</summary>
public readonly record struct PersonId(string Value)
{
    private const int Length = 32;

    public static PersonId Of(string issuer, string subject) => new(Keys.OfSecret($"{issuer.Length}|{issuer}|{subject}")[..Length]);

    public static bool TryParse([NotNullWhen(true)] string? text, out PersonId result)
    {
        result = new(text ?? "");
        return text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);
    }

    public override string ToString() => Value;
}

/// <summary>Somebody who signs in, whatever tenants they belong to.</summary>
/// <param name="Issuer">Who says that it is them; <see cref="Local"/>: the app itself, by a password.</param>
/// <param name="Subject">What the issuer calls them; the lower-case e-mail address where it is the app.</param>
public sealed record Person(string Issuer, string Subject, string Name)
{
    public const string Local = "local";

    public PersonId Id => PersonId.Of(Issuer, Subject);

    public string? Email { get; init; }

    /// <summary>Of those who sign in by a password.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Runs the app; kept for those who sign in by a password, and said by the issuer of the others each time.</summary>
    public bool IsOperator { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>No hash in a log.</summary>
    public override string ToString() => $"{nameof(Person)} {Id}";
}

/// <summary>A browser in which somebody is signed in.</summary>
/// <param name="Hash">Of the random token in the browser's cookie.</param>
public sealed record Session(PersonId Person, string Hash, string Name)
{
    private const int IdLength = 16;

    public string? Email { get; init; }

    public bool IsOperator { get; init; }

    /// <summary>By a password; otherwise by the issuer.</summary>
    public bool IsLocal { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>To about a minute.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>How long it may rest.</summary>
    public required TimeSpan Idle { get; init; }

    /// <summary>However busy it is.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Where its last request came from, as far as that is known; to about a minute.</summary>
    public string? Address { get; init; }

    /// <summary>What the browser says of itself.</summary>
    public string? Browser { get; init; }

    /// <summary>By which its person names it: no token, and not enough of its hash to find the row.</summary>
    public string Id => Hash[..IdLength];

    public bool HasEnded(DateTimeOffset now) => ExpiresAt <= now || LastUsedAt + Idle <= now;
}
