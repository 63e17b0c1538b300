using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using SyncFunctions.App.Access;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>
/// Passwords of the app's own accounts. A wrong one and an account that is not there are answered alike, after the same work, and
/// guesses get slower, of one account as well as from one address.
/// </summary>
public sealed class Passwords(PersonStore people, GuessStore guesses, ClientAddress client)
{
    public const int MinLength = 12;
    public const int MaxLength = 200;

    private const int FreeOfAccount = 5;
    private const int FreeOfAddress = 30;
    private const int Iterations = 210_000;

    // So short that nobody is locked out for long by somebody else's guesses, and long enough for a few hundred guesses a day at most.
    private static readonly TimeSpan MostOfAccount = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MostOfAddress = TimeSpan.FromMinutes(15);

    private static readonly PasswordHasher<Person> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private static readonly Lazy<string> NobodysHash = new(() => Hash(RandomNumberGenerator.GetHexString(MinLength)));

    /// <summary>Accounts are called by an e-mail address, however it is written.</summary>
    public static string Subject(string email) => email.Trim().ToLowerInvariant();

    public static string Hash(string password) => Hasher.HashPassword(null!, password);

    public static BodyCheck Check(BodyCheck check, string pointer, string? password) => check.Require(pointer, password).When(
        password is { Length: > 0 } && password.Length is < MinLength or > MaxLength, pointer, $"A password has {MinLength} to {MaxLength} characters.");

    /// <exception cref="ProblemException">There is no such account, or the password is another; or there were too many guesses.</exception>
    public async Task<Versioned<Person>> RequireAsync(HttpRequest request, string email, string password, CancellationToken cancellation)
    {
        var subject = Subject(email);
        var (account, address) = ($"account|{subject}", $"address|{client.Of(request)}");
        var waits = await guesses.CountAsync(account, FreeOfAccount, MostOfAccount, cancellation) ?? await guesses.CountAsync(address, FreeOfAddress, MostOfAddress, cancellation);
        if (waits is { } until) throw new ProblemException(ProblemType.TooMany, "There were too many attempts to sign in.") { RetryAt = until };

        var found = await people.GetAsync(PersonId.Of(Person.Local, subject), cancellation);
        var isRight = password.Length <= MaxLength && Hasher.VerifyHashedPassword(null!, found?.Value.PasswordHash ?? NobodysHash.Value, password) != PasswordVerificationResult.Failed;
        if (!isRight || found is not { Value.PasswordHash: not null } person) throw new ProblemException(ProblemType.SignInRefused, "There is no account with this e-mail address and this password.");
        await guesses.ForgetAsync(account, cancellation);
        await guesses.TakeBackAsync(address, cancellation);
        return person;
    }
}
