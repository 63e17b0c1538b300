using System.Globalization;
using System.Net;
using System.Net.Mail;
using Microsoft.Extensions.Configuration;

namespace SyncFunctions.App.Notices;

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

    /// <summary>Longer than a server that answers at all needs.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(45);

    public async Task SendAsync(MailMessage message, CancellationToken cancellation)
    {
        using var client = new SmtpClient(Host, Port) { EnableSsl = EnableSsl };
        if (User is not null) client.Credentials = new NetworkCredential(User, Password);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Timeout);
        await client.SendMailAsync(message, limit.Token);
    }

    /// <summary>An address that one person can be reached at, and nothing else.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 254 && MailAddress.TryCreate(text, out var address) && address.Address == text && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
