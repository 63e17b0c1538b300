using System.Net;
using System.Net.Mail;
using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Notices;

/// <summary>The app's mail server, from the settings <c>Smtp__…</c>.</summary>
public sealed record SmtpSettings(string Host, int Port, string From, string? User, string? Password, bool EnableSsl)
{
    /// <summary>Null where no server is set.</summary>
    public static SmtpSettings? Read(SettingReader reader)
    {
        var settings = new SmtpSettings(
            reader.Text("Smtp:Host") ?? "", reader.Whole("Smtp:Port", 25, 1, 65_535), reader.Text("Smtp:From") ?? "",
            reader.Text("Smtp:User"), reader.Text("Smtp:Password"), reader.Flag("Smtp:EnableSsl", otherwise: true));
        if (settings.Host.Length == 0) return null;
        if (!IsAddress(settings.From)) reader.Refuse("Smtp:From", "is the e-mail address that the app writes from.");
        return settings;
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
