using System.Net.Mail;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Settings;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

/// <summary>The end of the wizard: the report, and the one e-mail to the person who began the import.</summary>
public sealed partial class ImportCompletion(
    SetupState state, Finder finder, ImportReports reports, AppSettings settings, TimeProvider time, ILogger<ImportCompletion> log)
{
    /// <summary>Longer than sending may take: a claim that is older was left behind by somebody who died.</summary>
    internal static readonly TimeSpan ClaimTime = SmtpSettings.Timeout + TimeSpan.FromSeconds(15);

    private const int MaxAttempts = 3;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Called when an import run has ended well, as often as its caller is repeated. A run that the wizard did not begin is none of
    /// its business. Returns when everything is settled: the mail sent, given up or not wanted.
    /// </summary>
    /// <param name="flow">The flow.</param>
    /// <param name="run">The run.</param>
    /// <param name="regardless">Whether not to wait any longer for writes that were cut off.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>When to call again, because the report would not yet be what a recount gives; null where all is done.</returns>
    public async Task<DateTimeOffset?> CompleteAsync(FlowKey flow, RunId run, bool regardless, CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(flow.Tenant.Value, flow.Flow.Value, cancellation);

        // The run may be faster than the request that began it: then the document does not know its id yet.
        var mine = (await state.LoadAsync(found, cancellation)).Document.Import is { } import && (import.Run is null || import.Run == run);
        if (!mine) return null;
        if (!regardless && await reports.SettledAtAsync(found, cancellation) is { } settledAt) return settledAt;
        var report = await reports.CountAsync(found, cancellation);
        await state.ChangeAsync(flow, document => document.Import is { CompletedAt: null } open && (open.Run is null || open.Run == run)
            ? document with { Import = open with { Run = run, CompletedAt = time.GetUtcNow(), Report = report, Mail = FirstState(open) } }
            : null, cancellation);
        while (await SendAsync(found, run, cancellation) is { } pause) await Task.Delay(pause, time, cancellation);
        return null;
    }

    private SetupMail FirstState(SetupImport import) =>
        import.Notify is null ? new SetupMail(MailState.NotWanted)
        : settings.Smtp is null ? new SetupMail(MailState.NotConfigured)
        : SetupMail.NotDue;

    /// <returns>How long to wait before the next try; null when nothing is left to do.</returns>
    private async Task<TimeSpan?> SendAsync(FoundFlow flow, RunId run, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        TimeSpan? wait = null;
        var claimed = await state.ChangeAsync(flow.Key, document =>
        {
            wait = null;
            if (document.Import is not { CompletedAt: not null } import || import.Run != run || import.Mail.IsSettled) return null;
            if (import.Mail is { State: MailState.Claimed, At: { } until } && until > now)
            {
                // Somebody is sending: it is known soon whether that went well.
                wait = until - now < BetweenAttempts ? until - now : BetweenAttempts;
                return null;
            }

            return document with { Import = import with { Mail = new SetupMail(MailState.Claimed, now + ClaimTime, import.Mail.Attempts + 1) } };
        }, cancellation);
        if (claimed?.Import is not { Notify: { } to, Report: { } report } mine) return wait;

        var outcome = await TrySendAsync(flow, mine, to, report, cancellation);
        await state.ChangeAsync(
            flow.Key,
            document => document.Import is { Mail: { State: MailState.Claimed } claim } import && claim == mine.Mail ? document with { Import = import with { Mail = outcome } } : null,
            CancellationToken.None);
        return outcome.IsSettled ? null : BetweenAttempts;
    }

    private async Task<SetupMail> TrySendAsync(FoundFlow flow, SetupImport import, string to, ImportReport report, CancellationToken cancellation)
    {
        if (settings.Smtp is not { } smtp) return import.Mail with { State = MailState.NotConfigured, At = null };
        try
        {
            using var message = ImportMail.Compose(smtp, to, flow.Key, flow.Flow.Name, import, report);
            await smtp.SendAsync(message, cancellation);
            return import.Mail with { State = MailState.Sent, At = time.GetUtcNow() };
        }
        catch (Exception exception) when (exception is SmtpException or FormatException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Log.NotSent(log, exception, flow.Key, import.Mail.Attempts);
            return import.Mail with { State = import.Mail.Attempts >= MaxAttempts ? MailState.Failed : MailState.NotDue, At = null };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The e-mail about the import of {Flow} could not be sent (attempt {Attempt}).")]
        public static partial void NotSent(ILogger log, Exception exception, FlowKey flow, int attempt);
    }
}
