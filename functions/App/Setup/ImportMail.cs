using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using Microsoft.Extensions.Configuration;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Setup;

/// <summary>The app's mail server, from the settings <c>Smtp__…</c>.</summary>
public sealed record SmtpSettings(string Host, int Port, string From, string? User, string? Password, bool EnableSsl)
{
    public const string Section = "Smtp";

    /// <summary>Null where no server or no sender is set.</summary>
    public static SmtpSettings? Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        if (section["Host"] is not { Length: > 0 } host || section["From"] is not { Length: > 0 } from) return null;
        return new SmtpSettings(
            host,
            int.TryParse(section["Port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 25,
            from,
            section["User"] is { Length: > 0 } user ? user : null,
            section["Password"],
            !bool.TryParse(section["EnableSsl"], out var ssl) || ssl);
    }

    /// <summary>No password in a log.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>The one e-mail that says that an import is complete.</summary>
public static class ImportMail
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(45);

    public static async Task SendAsync(SmtpSettings smtp, MailMessage message, CancellationToken cancellation)
    {
        using var client = new SmtpClient(smtp.Host, smtp.Port) { EnableSsl = smtp.EnableSsl };
        if (smtp.User is not null) client.Credentials = new NetworkCredential(smtp.User, smtp.Password);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Timeout);
        await client.SendMailAsync(message, limit.Token);
    }

    public static MailMessage Compose(SmtpSettings smtp, string to, FlowKey flow, string flowName, SetupImport import, ImportReport report)
    {
        var from = new MailAddress(smtp.From);
        var message = new MailMessage(from, new MailAddress(to))
        {
            Subject = $"The import of {OneLine(flowName)} is complete",
            Body = Body(flowName, import, report),
            SubjectEncoding = Encoding.UTF8,
            BodyEncoding = Encoding.UTF8,
        };

        // The same for every attempt: a mail server that has it already drops the second.
        message.Headers["Message-ID"] = $"<import.{flow.Tenant}.{flow.Flow}.{import.Run?.Value}@{from.Host}>";
        message.Headers["Auto-Submitted"] = "auto-generated";
        return message;
    }

    /// <summary>An address that one person can be reached at, and nothing else.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 254 && MailAddress.TryCreate(text, out var address) && address.Address == text && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));

    private static string Body(string flowName, SetupImport import, ImportReport report)
    {
        var text = new StringBuilder()
            .AppendLine($"The import of {OneLine(flowName)} that began {import.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC is complete. From now on both sides are kept the same.")
            .AppendLine()
            .AppendLine("kind          left   right  linked  unmatched left  unmatched right  failed");
        foreach (var kind in report.Kinds)
            text.AppendLine($"{kind.Kind,-12}{kind.Left,6}{kind.Right,8}{kind.Linked,8}{kind.UnmatchedLeft,16}{kind.UnmatchedRight,17}{kind.Failed,8}");
        return text
            .AppendLine()
            .AppendLine($"Counted {report.CountedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")
            .ToString();
    }

    private static string OneLine(string name) => string.Concat(name.Where(c => !char.IsControl(c)));
}
