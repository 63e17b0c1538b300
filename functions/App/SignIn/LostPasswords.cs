using System.Net.Mail;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Settings;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>
/// Links by which somebody who has lost their password chooses another: for half an hour, once, and only while the password is still the one that was lost.
/// </summary>
public sealed partial class LostPasswords(
    AppSettings settings, PersonStore people, MemberStore members, LookupStore lookups, AppQueues queues, Passwords passwords, PublicAddress address, TimeProvider time, ILogger<LostPasswords> log)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>Whether links can be mailed: they lead to the address that is set, not to the one that a request came to, which whoever asks can choose.</summary>
    public bool CanMail => settings.SignIn.Local && settings.Smtp is not null && address.Lasting(known: null) is not null;

    /// <summary>The same is done for an account that there is and for one that there is not: who it is, is looked at beside the request.</summary>
    public async Task AskAsync(HttpRequest request, string email, CancellationToken cancellation)
    {
        if (!CanMail) throw new ProblemException(ProblemType.NotAllowed, "The app mails no links for passwords: ask whoever runs it for one.");
        await passwords.CountAsync(request, $"lost|{Passwords.Subject(email)}", cancellation);
        await queues.SendAsync(new NoticeMessage("", Account: PersonId.Of(Person.Local, Passwords.Subject(email)).Value), null, cancellation);
    }

    /// <summary>Mails a link to an account, if there is one that takes a password.</summary>
    public async Task MailAsync(PersonId account, CancellationToken cancellation)
    {
        // The first account has no mailbox; who reads what is sent to "localhost" is up to the mail server.
        if (!CanMail || await people.GetAsync(account, cancellation) is not { Value: { Subject: not LocalAdministrator.Email } person } || !await TakesPasswordAsync(person, cancellation)) return;
        var link = PublicAddress.Page(address.Lasting(known: null)!, Page(await NewCodeAsync(person, cancellation)));
        var smtp = settings.Smtp!;
        using var message = new MailMessage(smtp.From, person.Subject, "Your password", $"""
            {person.Name}, somebody has asked for a new password for your account.

            If it was you, choose one within half an hour:

            {link}

            If it was not, do nothing: your password is as it was.
            """);
        message.Headers["Auto-Submitted"] = "auto-generated";
        try
        {
            await smtp.SendAsync(message, cancellation);
        }
        catch (SmtpException exception)
        {
            // Whoever waits for it asks again.
            Log.NotMailed(log, exception, account);
        }
    }

    /// <summary>A link that whoever runs the app gives to the person.</summary>
    /// <exception cref="ProblemException">There is no such account, or it takes no password.</exception>
    public async Task<Uri> NewLinkAsync(HttpRequest request, string email, CancellationToken cancellation)
    {
        if (await people.GetAsync(PersonId.Of(Person.Local, Passwords.Subject(email)), cancellation) is not { Value: var person }) throw ProblemException.NotFound("account");
        if (!await TakesPasswordAsync(person, cancellation)) throw NoPassword();
        return address.Page(request, Page(await NewCodeAsync(person, cancellation)));
    }

    /// <summary>Uses up the link of a code, and signs the account out everywhere.</summary>
    /// <exception cref="ProblemException">The link does not count, or no longer.</exception>
    public async Task ChangeAsync(HttpRequest request, string code, string password, CancellationToken cancellation)
    {
        await passwords.CountAsync(request, of: null, cancellation);
        if (await lookups.TakeLostPasswordAsync(code, cancellation) is not { } lost || await people.GetAsync(lost.Person, cancellation) is not { } found || found.Value.PasswordHash is not { } hash || Keys.OfSecret(hash) != lost.OfHash)
            throw ProblemException.NotFound("link, or it was used already");
        if (!await TakesPasswordAsync(found.Value, cancellation)) throw NoPassword();
        request.HttpContext.Features.Set(Callers.Of(found.Value));
        await passwords.ChangeAsync(request, found, password, but: null, "whoever opened the link for a lost password", cancellation);
        await passwords.ForgetAsync(request, found.Value.Subject, cancellation);
    }

    private static string Page(string code) => $"/password/{code}";

    private static ProblemException NoPassword() => new(ProblemType.NotAllowed, "This account takes no password: sign in by your organisation.");

    private async Task<string> NewCodeAsync(Person person, CancellationToken cancellation)
    {
        var code = BrowserCookie.NewSecret();
        if (!await lookups.PutLostPasswordAsync(code, new LostPassword(person.Id, Keys.OfSecret(person.PasswordHash!), time.GetUtcNow() + Lifetime), cancellation)) throw new InvalidOperationException("Two random codes are the same.");
        return code;
    }

    private async Task<bool> TakesPasswordAsync(Person person, CancellationToken cancellation)
    {
        if (!settings.SignIn.Local || person.PasswordHash is null) return false;
        if (person.IsOperator) return true;
        foreach (var tenant in await people.TenantsAsync(person.Id, cancellation))
        {
            if (await members.GetAsync(tenant, person.Id, cancellation) is { Value.IsDisabled: false } && !(await members.AccessAsync(tenant, cancellation)).Value.IssuerOnly) return true;
        }

        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The link for the lost password of {Account} could not be mailed.")]
        public static partial void NotMailed(ILogger log, Exception exception, PersonId account);
    }
}
