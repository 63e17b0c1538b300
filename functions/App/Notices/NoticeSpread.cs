using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>
/// Finds out who gets a notice, and leaves a delivery for each of their addresses: one, however many rules say so and however often this is
/// repeated.
/// </summary>
public sealed class NoticeSpread(NoticeStore notices, NoticeBook book, NoticeAudience audience, NoticeOutbox outbox, FlowStore flows, TimeProvider time)
{
    public async Task RunAsync(TenantId tenant, string name, CancellationToken cancellation)
    {
        if (await notices.GetAsync(tenant, name, cancellation) is not { Value.SpreadAt: null } found) return;
        foreach (var delivery in await DeliveriesAsync(found.Value, cancellation))
        {
            // What is there already was left by somebody who died, or is at it as well: its message may be lost.
            await notices.InsertDeliveryAsync(delivery, cancellation);
            await outbox.SendAsync(new NoticeMessage(tenant.Value, Delivery: delivery.Id), null, cancellation);
        }

        await notices.ReplaceAsync(found with { Value = found.Value with { SpreadAt = time.GetUtcNow() } }, cancellation);
    }

    /// <summary>One for each address.</summary>
    internal async Task<IReadOnlyList<NoticeDelivery>> DeliveriesAsync(Notice notice, CancellationToken cancellation)
    {
        var rules = (await book.LoadAsync(notice.Tenant, cancellation)).Value;
        var concerned = await ConcernedAsync(notice, cancellation);
        var deliveries = new Dictionary<(NoticeChannel, string), NoticeDelivery>();

        // Whoever it is about is told whatever the rules say, in words of their own, and not again in those for the others.
        if (notice.Facts.TryGetValue(NoticeFact.Person, out var person)) Add(null, NoticeChannel.Email, person, person, notice);
        var shared = notice with { Facts = notice.Facts.RemoveRange(NoticeFact.OfThePerson) };
        foreach (var rule in rules.Rules.Where(rule => IsFor(rule, notice, concerned)))
        {
            foreach (var (channel, target, to, mine) in await TargetsAsync(rules, rule, shared, concerned, cancellation)) Add(rule.Id, channel, target, to, mine);
        }

        return [.. deliveries.Values];

        void Add(string? rule, NoticeChannel channel, string target, string to, Notice mine)
        {
            // An address is the same in whatever letters.
            var same = target.ToLowerInvariant();
            deliveries.TryAdd((channel, same), new NoticeDelivery(notice.Tenant, Keys.DeliveryIdOf(notice, channel, same), mine, channel, target) { Rule = rule, To = to, NextAt = notice.At });
        }
    }

    private async Task<IReadOnlyList<(NoticeChannel Channel, string Target, string To, Notice Notice)>> TargetsAsync(
        NoticeRules rules, NoticeRule rule, Notice notice, ImmutableHashSet<FlowId>? concerned, CancellationToken cancellation)
    {
        if (rule.Email is { } mail)
            return [.. from reader in await audience.OfAsync(mail, notice, concerned, cancellation) let mine = Digest.Cut(notice, flow => IsOf(rule, flow) && reader.MaySee(flow)) where mine is not null select (NoticeChannel.Email, reader.Address, reader.Address, mine)];
        var (channel, key) = rule.Webhook is { } webhook ? (NoticeChannel.Webhook, webhook) : (NoticeChannel.Teams, rule.Teams!);
        var endpoint = rules.Endpoints[key];
        return (endpoint.DisabledAt is null || notice.Event == NoticeEvent.Test) && Digest.Cut(notice, flow => IsOf(rule, flow)) is { } cut ? [(channel, key, endpoint.Shown, cut)] : [];
    }

    private static bool IsFor(NoticeRule rule, Notice notice, ImmutableHashSet<FlowId>? concerned) => notice.Event switch
    {
        NoticeEvent.Test => notice.Facts[NoticeFact.Rule] == rule.Id,
        NoticeEvent.DailyDigest => rule.Takes(notice.Event),
        _ => rule.Takes(notice.Event) && (rule.Flows is not { } only || (concerned is not null && only.Any(concerned.Contains))),
    };

    private static bool IsOf(NoticeRule rule, FlowId flow) => rule.Flows is not { } only || only.Contains(flow);

    /// <returns>Null where it concerns the whole tenant.</returns>
    private async Task<ImmutableHashSet<FlowId>?> ConcernedAsync(Notice notice, CancellationToken cancellation)
    {
        if (notice.Flow is { } flow) return [flow];
        return notice.Event == NoticeEvent.ReconnectNeeded
            ? [.. (await flows.OfConnectionAsync(notice.Tenant, new ConnectionId(notice.Facts[NoticeFact.Connection]), cancellation)).Select(found => found.Key.Flow)]
            : null;
    }
}
