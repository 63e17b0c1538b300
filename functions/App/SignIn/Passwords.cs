using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using SyncFunctions.App.Access;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>
/// Passwords of the app's own accounts. A wrong one and an account that is not there are answered alike, after the same work, and
/// guesses get slower, of one account as well as from one address.
/// </summary>
public sealed class Passwords(PersonStore people, MemberStore members, GuessStore guesses, AccessNotices notices, ClientAddress client)
{
    public const int MinLength = 12;
    public const int MaxLength = 200;

    private const string NotYou = "If it was not you, somebody knows your password or reads your mail: make sure of your mailbox, ask for another password on the page for signing in, and tell an administrator.";
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
        await CountAsync(request, OfAccount(subject), cancellation);
        var found = await people.GetAsync(PersonId.Of(Person.Local, subject), cancellation);
        var isRight = password.Length <= MaxLength && Hasher.VerifyHashedPassword(null!, found?.Value.PasswordHash ?? NobodysHash.Value, password) != PasswordVerificationResult.Failed;
        if (found is { Value: var known } && request.HttpContext.Features.Get<Caller>() is null) request.HttpContext.Features.Set(Callers.Of(known));
        if (!isRight || found is not { Value.PasswordHash: not null } person) throw new ProblemException(ProblemType.SignInRefused, "There is no account with this e-mail address and this password.");
        await ForgetAsync(request, subject, cancellation);
        return person;
    }

    /// <summary>Counts an attempt before it is looked at.</summary>
    /// <param name="request">From where it comes.</param>
    /// <param name="of">What is tried; null: the address alone counts.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <exception cref="ProblemException">There were too many.</exception>
    public async Task CountAsync(HttpRequest request, string? of, CancellationToken cancellation)
    {
        var waits = of is null ? null : await guesses.CountAsync(of, FreeOfAccount, MostOfAccount, cancellation);
        waits ??= await guesses.CountAsync(OfAddress(request), FreeOfAddress, MostOfAddress, cancellation);
        if (waits is { } until) throw new ProblemException(ProblemType.TooMany, "There were too many attempts.") { RetryAt = until };
    }

    /// <summary>It was the person: attempts begin anew.</summary>
    public async Task ForgetAsync(HttpRequest request, string subject, CancellationToken cancellation)
    {
        await guesses.ForgetAsync(OfAccount(subject), cancellation);
        await guesses.TakeBackAsync(OfAddress(request), cancellation);
    }

    /// <summary>Gives an account another password, signs it out, and has the person and their tenants told.</summary>
    /// <param name="request">From where it comes.</param>
    /// <param name="found">The account as it was found.</param>
    /// <param name="password">The new one.</param>
    /// <param name="but">The hash of the session that goes on; null: none does.</param>
    /// <param name="who">Has done it, for people.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task ChangeAsync(HttpRequest request, Versioned<Person> found, string password, string? but, string who, CancellationToken cancellation)
    {
        if (!await people.ReplaceAsync(found with { Value = found.Value with { PasswordHash = Hash(password) } }, cancellation))
            throw new ProblemException(ProblemType.ChangedMeanwhile, "The account was changed at the same time. Try again.");
        await people.EndAllAsync(found.Value.Id, but, cancellation);

        // The person has one password, and one mail about it, in however many tenants they are.
        var told = found.Value.Email is { } email ? new ToldPerson(email, "Your password was changed", NotYou, client.Of(request)?.ToString()) : null;
        foreach (var tenant in await people.TenantsAsync(found.Value.Id, cancellation))
        {
            if (await members.GetAsync(tenant, found.Value.Id, cancellation) is not { Value: var member }) continue;
            await notices.RaiseAsync(tenant, null, $"The password of {member.Name} was changed", who, told);
            told = null;
        }
    }

    private static string OfAccount(string subject) => $"account|{subject}";

    private string OfAddress(HttpRequest request) => $"address|{client.Of(request)}";
}
