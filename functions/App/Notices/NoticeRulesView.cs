using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>Who gets a mail.</summary>
public sealed record MailView(IReadOnlyList<Role>? Roles, IReadOnlyList<string>? Groups, IReadOnlyList<string>? Users, IReadOnlyList<string>? Addresses);

/// <param name="Url">Of Teams, shortened when it is shown: given back like that, it is the one that is known.</param>
public sealed record PostView(string? Url);

/// <summary>One of them.</summary>
public sealed record ChannelView(MailView? Email, PostView? Webhook, PostView? Teams);

/// <param name="Id">Made where it is not given.</param>
/// <param name="Flows">Only what concerns these; null: whatever it concerns.</param>
public sealed record RuleView(string? Id, IReadOnlyList<NoticeEvent>? Events, ChannelView? Channel, IReadOnlyList<string>? Flows);

/// <summary>What is known of an address that notices are posted to.</summary>
/// <param name="SecretReplacedUntil">Until then the secret before counts, too.</param>
/// <param name="DisabledAt">Since when nothing is sent there, until a test of its rule is taken.</param>
public sealed record EndpointView(NoticeChannel Channel, string Url, bool HasSecret, DateTimeOffset? SecretReplacedUntil, DateTimeOffset? DisabledAt, string? DisabledBecause);

/// <param name="DigestAt">Hours and minutes by the clock of <paramref name="TimeZone"/>.</param>
/// <param name="TimeZone">Its IANA name.</param>
/// <param name="DigestAlways">A digest is sent although there is nothing to tell.</param>
/// <param name="IsDefault">Nobody has written any yet: these are the app's.</param>
public sealed record NoticeRulesView(
    IReadOnlyList<RuleView> Rules, string DigestAt, string TimeZone, bool DigestAlways, IReadOnlyList<EndpointView> Endpoints, bool IsDefault)
{
    internal const string TimeFormat = "HH:mm";

    public static NoticeRulesView Of(NoticeRules rules, bool isDefault) => new(
        [.. rules.Rules.Select(rule => Of(rules, rule))],
        rules.DigestAt.ToString(TimeFormat, CultureInfo.InvariantCulture),
        rules.TimeZone,
        rules.DigestAlways,
        [.. rules.Endpoints.Select(endpoint => Of(rules, endpoint.Key, endpoint.Value))],
        isDefault);

    public IActionResult ToAnswer() => Json.Tagged(this, Choose());

    /// <summary>What of it people choose.</summary>
    public object Choose() => new { Rules, DigestAt, TimeZone, DigestAlways };

    private static RuleView Of(NoticeRules rules, NoticeRule rule) => new(
        rule.Id,
        rule.Events,
        new ChannelView(
            rule.Email is { } mail ? new MailView(mail.Roles, mail.Groups, mail.Users, mail.Addresses) : null,
            rule.Webhook is { } webhook ? new PostView(rules.Endpoints[webhook].Shown) : null,
            rule.Teams is { } teams ? new PostView(rules.Endpoints[teams].Shown) : null),
        rule.Flows is { } flows ? [.. flows.Select(flow => flow.Value)] : null);

    private static EndpointView Of(NoticeRules rules, string key, NoticeEndpoint endpoint) => new(
        rules.Rules.Any(rule => rule.Teams == key) ? NoticeChannel.Teams : NoticeChannel.Webhook, endpoint.Shown, endpoint.Secret is not null, endpoint.Secret?.ReplacedUntil, endpoint.DisabledAt, endpoint.DisabledBecause);
}
