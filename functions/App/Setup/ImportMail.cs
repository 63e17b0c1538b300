using System.Net.Mail;
using System.Text;
using SyncFunctions.App.Notices;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Setup;

/// <summary>The one e-mail that says that an import is complete.</summary>
public static class ImportMail
{
    public static MailMessage Compose(SmtpSettings smtp, string to, FlowKey flow, string flowName, SetupImport import, ImportReport report)
    {
        var from = new MailAddress(smtp.From);
        var message = new MailMessage(from, new MailAddress(to))
        {
            Subject = $"The import of {NoticeText.OneLine(flowName)} is complete",
            Body = Body(flowName, import, report),
            SubjectEncoding = Encoding.UTF8,
            BodyEncoding = Encoding.UTF8,
        };

        // The same for every attempt: a mail server that has it already drops the second.
        message.Headers["Message-ID"] = $"<import.{flow.Tenant}.{flow.Flow}.{import.Run?.Value}@{from.Host}>";
        message.Headers["Auto-Submitted"] = "auto-generated";
        return message;
    }

    private static string Body(string flowName, SetupImport import, ImportReport report)
    {
        var text = new StringBuilder()
            .AppendLine($"The import of {NoticeText.OneLine(flowName)} that began {import.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC is complete. From now on both sides are kept the same.")
            .AppendLine()
            .AppendLine("kind          left   right  linked  unmatched left  unmatched right  failed");
        foreach (var kind in report.Kinds)
            text.AppendLine($"{kind.Kind,-12}{kind.Left,6}{kind.Right,8}{kind.Linked,8}{kind.UnmatchedLeft,16}{kind.UnmatchedRight,17}{kind.Failed,8}");
        return text
            .AppendLine()
            .AppendLine($"Counted {report.CountedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")
            .ToString();
    }
}
