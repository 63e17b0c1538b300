using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using System.Text.Encodings.Web;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>A notice as an e-mail: as text, and as a page that loads nothing and tells nobody that it was read.</summary>
internal static class NoticeMail
{
    public static MailMessage Compose(SmtpSettings smtp, NoticeDelivery delivery, ToldNotice told)
    {
        var from = new MailAddress(smtp.From);
        var message = new MailMessage(from, new MailAddress(delivery.Target))
        {
            Subject = $"{told.TenantName}: {told.Text.Title}",
            SubjectEncoding = Encoding.UTF8,
            Body = Text(told),
            BodyEncoding = Encoding.UTF8,
        };
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(Page(told), Encoding.UTF8, MediaTypeNames.Text.Html));

        // The same for every attempt: a mail server that has it already drops the second.
        message.Headers["Message-ID"] = $"<notice.{delivery.Tenant}.{delivery.Id}@{from.Host}>";
        message.Headers["Auto-Submitted"] = "auto-generated";
        return message;
    }

    private static string Text(ToldNotice told)
    {
        var text = new StringBuilder().AppendLine(told.Text.Title).AppendLine();
        foreach (var line in told.Text.Lines) text.AppendLine(line).AppendLine();
        if (told.Link is { } link) text.AppendLine(link.AbsoluteUri).AppendLine();
        return text.AppendLine("-- ").AppendLine(Why(told)).ToString();
    }

    private static string Page(ToldNotice told)
    {
        var html = HtmlEncoder.Default;
        var page = new StringBuilder("<!DOCTYPE html><html lang=\"en\"><body style=\"font-family:sans-serif;line-height:1.5\">").Append($"<h1 style=\"font-size:1.25em\">{html.Encode(told.Text.Title)}</h1>");
        foreach (var line in told.Text.Lines) page.Append($"<p>{html.Encode(line)}</p>");
        if (told.Link is { } link) page.Append($"<p><a href=\"{html.Encode(link.AbsoluteUri)}\">Show it in the dashboard</a></p>");
        return page.Append($"<p><small>{html.Encode(Why(told))}</small></p></body></html>").ToString();
    }

    private static string Why(ToldNotice told) => told.Notice.Facts.ContainsKey(NoticeFact.Yours)
        ? "You get this because it is about your own account. It is always sent."
        : $"You get this because of a rule for notices of {told.TenantName}, or because of your role there. What you do not want to get can be switched off in the dashboard, under Notices. {told.Notice.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC.";
}
