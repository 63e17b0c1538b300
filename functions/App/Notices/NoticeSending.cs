using System.Collections.Immutable;
using System.Globalization;
using System.Net.Mail;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Settings;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>
/// Sends deliveries. Whoever sends one has moved its next attempt on first, so that nobody else does; who dies at it is followed by another,
/// and what is sent twice by that has the same id.
/// </summary>
public sealed class NoticeSending(
    NoticeStore notices, NoticeBook book, NoticeOutbox outbox, TenantStore tenants, FlowStore flows, WebhookSender webhooks, PublicAddress addresses, AppSettings settings, TimeProvider time)
{
    /// <summary>The waits after each attempt that came to nothing, as Standard Webhooks suggest; then it is given up.</summary>
    internal static readonly ImmutableArray<TimeSpan> Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>Longer than any attempt takes.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>A queue's clock may be ahead of ours.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    /// <summary>What a receiver may ask for at most.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <param name="Problem">Null where it was taken; for people.</param>
    /// <param name="IsFinal">It would be the same the next time.</param>
    private sealed record Outcome(string? Problem, bool IsFinal = false, bool IsGone = false, DateTimeOffset? RetryAt = null);

    /// <returns>The delivery as it is afterwards; null where there is none, or somebody else is at it.</returns>
    public async Task<NoticeDelivery?> RunAsync(TenantId tenant, string id, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (await notices.GetDeliveryAsync(tenant, id, cancellation) is not { } found || found.Value is not { State: DeliveryState.Waiting, NextAt: { } dueAt }) return null;
        if (dueAt > now)
        {
            // Further off, whoever has put it there has sent a message for then.
            if (dueAt - now <= Early) await outbox.SendAsync(new NoticeMessage(tenant.Value, Delivery: id), dueAt - now, cancellation);
            return null;
        }

        var claim = found.Value with { NextAt = now + Lease, Attempts = found.Value.Attempts + 1, LastAt = now };
        if (await notices.ReplaceDeliveryAsync(found with { Value = claim }, cancellation) is not { } claimed) return null;
        var outcome = await TrySendAsync(claim, cancellation);
        var after = After(claim, outcome);
        if (outcome.IsGone) await book.DisableAsync(tenant, claim.Target, outcome.Problem!, CancellationToken.None);
        if (outcome.Problem is null && claim is { Notice.Event: NoticeEvent.Test, Channel: not NoticeChannel.Email }) await book.EnableAsync(tenant, claim.Target, CancellationToken.None);
        if (await notices.ReplaceDeliveryAsync(claimed with { Value = after }, CancellationToken.None) is not { } stored) return null;
        if (after.NextAt is { } next) await outbox.SendAsync(new NoticeMessage(tenant.Value, Delivery: id), next - time.GetUtcNow(), CancellationToken.None);
        return stored.Value;
    }

    private NoticeDelivery After(NoticeDelivery tried, Outcome outcome)
    {
        if (outcome.Problem is null) return tried with { State = DeliveryState.Sent, NextAt = null, Answer = "Taken." };
        var last = outcome.IsFinal || outcome.IsGone || tried.Notice.Event == NoticeEvent.Test || tried.Attempts > Waits.Length;
        if (last) return tried with { State = DeliveryState.GivenUp, NextAt = null, Answer = outcome.Problem };

        // Up to a tenth later, each its own: what failed together does not come back together.
        var now = time.GetUtcNow();
        var wait = Waits[tried.Attempts - 1] * (1 + (int.Parse(tried.Id.AsSpan(tried.Id.Length - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) / 2550.0));
        var wanted = outcome.RetryAt is { } asked && asked - now is var pause && pause > wait ? pause < LongestWait ? pause : LongestWait : wait;
        return tried with { NextAt = now + wanted, Answer = outcome.Problem };
    }

    private async Task<Outcome> TrySendAsync(NoticeDelivery delivery, CancellationToken cancellation)
    {
        var told = await DescribeAsync(delivery.Notice, cancellation);
        return delivery.Channel == NoticeChannel.Email
            ? await MailAsync(delivery, told, cancellation)
            : await PostAsync(delivery, told, cancellation);
    }

    private async Task<ToldNotice> DescribeAsync(Notice notice, CancellationToken cancellation)
    {
        var tenant = NoticeText.OneLine((await tenants.GetAsync(notice.Tenant, cancellation))?.Name ?? notice.Tenant.Value);
        var flow = notice.Flow is { } id ? (await flows.GetAsync(new FlowKey(notice.Tenant, id), cancellation))?.Value : null;
        var text = NoticeText.Of(notice, tenant, NoticeText.OneLine(flow?.Name ?? notice.Flow?.Value ?? ""));
        var known = flow?.MadeAt ?? (await book.LoadAsync(notice.Tenant, cancellation)).Value.MadeAt ?? (await flows.ListAsync(notice.Tenant, cancellation)).Select(other => other.Value.MadeAt).FirstOrDefault(address => address is not null);
        return new ToldNotice(notice, text, tenant, flow?.Name, addresses.Lasting(known) is { } root ? new Uri(root, $"api/app/{text.Page}") : null);
    }

    private async Task<Outcome> MailAsync(NoticeDelivery delivery, ToldNotice told, CancellationToken cancellation)
    {
        if (settings.Smtp is not { } smtp) return new Outcome("The app has no mail server.", IsFinal: true);
        try
        {
            using var message = NoticeMail.Compose(smtp, delivery, told);
            await smtp.SendAsync(message, cancellation);
            return new Outcome(null);
        }
        catch (SmtpException exception)
        {
            // Answers from 500 on say that the server will never take it.
            return new Outcome(exception.StatusCode == SmtpStatusCode.GeneralFailure ? "The mail server could not be reached." : $"The mail server answered {(int)exception.StatusCode}.", IsFinal: (int)exception.StatusCode >= 500);
        }
        catch (FormatException)
        {
            return new Outcome("This is not an e-mail address.", IsFinal: true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Outcome("The mail server did not answer in time.");
        }
    }

    private async Task<Outcome> PostAsync(NoticeDelivery delivery, ToldNotice told, CancellationToken cancellation)
    {
        var rules = (await book.LoadAsync(delivery.Tenant, cancellation)).Value;
        if (!rules.Endpoints.TryGetValue(delivery.Target, out var endpoint)) return new Outcome("The rule for this address was taken away.", IsFinal: true);
        if (endpoint.DisabledAt is not null && delivery.Notice.Event != NoticeEvent.Test) return new Outcome("The address said that it is gone.", IsFinal: true);
        if (book.AddressOf(delivery.Tenant, endpoint) is not { } address) return new Outcome("The address is sealed by keys that are gone.", IsFinal: true);
        if (webhooks.WhyNot(address.AbsoluteUri) is { } why) return new Outcome(why, IsFinal: true);
        var answer = delivery.Channel == NoticeChannel.Teams
            ? await webhooks.SendAsync(address, TeamsCard.Of(told), [], cancellation)
            : await webhooks.SendAsync(address, delivery.Id, NoticeBody.Of(told), book.SecretsOf(delivery.Tenant, endpoint), cancellation);
        return new Outcome(answer.Problem, IsGone: answer.IsGone, RetryAt: answer.RetryAt);
    }
}
