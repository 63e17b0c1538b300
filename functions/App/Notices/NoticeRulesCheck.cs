using System.Collections.Immutable;
using System.Globalization;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>Reads the rules that somebody wants.</summary>
public sealed class NoticeRulesCheck(NoticeBook book, WebhookSender sender)
{
    private const int MostRules = 50;
    private const int MostTargets = 100;
    private const int MaxUrl = 4000;

    /// <param name="tenant">Whose they are.</param>
    /// <param name="before">Those that they take the place of.</param>
    /// <param name="wanted">As they were sent.</param>
    /// <param name="check">Told what is wrong.</param>
    /// <returns>The rules, which are whole if nothing is wrong. Endpoints that no rule names any more are gone.</returns>
    public NoticeRules Read(TenantId tenant, NoticeRules before, PutNotices.Body wanted, BodyCheck check)
    {
        var rules = wanted.Rules ?? [];
        var hasTime = TimeOnly.TryParseExact(wanted.DigestAt ?? before.DigestAt.ToString(NoticeRulesView.TimeFormat, CultureInfo.InvariantCulture), NoticeRulesView.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var digestAt);
        var zone = wanted.TimeZone ?? before.TimeZone;
        check
            .Require("#/rules", wanted.Rules)
            .When(rules.Count > MostRules, "#/rules", $"There are {MostRules} rules at most.")
            .When(rules.Select(rule => rule.Id).OfType<string>().GroupBy(id => id).Any(same => same.Count() > 1), "#/rules", "Two rules have the same id.")
            .When(!hasTime, "#/digestAt", "A time has the form 07:00.")
            .When(!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _), "#/timeZone", "This is not a time zone, such as Europe/Berlin.");
        var endpoints = before.Endpoints;
        var read = rules.Select((rule, number) => Read(tenant, ref endpoints, rule, $"#/rules/{number}", check)).ToImmutableArray();
        var named = read.SelectMany(rule => new[] { rule.Webhook, rule.Teams }).OfType<string>().ToHashSet();
        return before with { Rules = read, DigestAt = digestAt, TimeZone = zone, DigestAlways = wanted.DigestAlways ?? before.DigestAlways, Endpoints = endpoints.RemoveRange(endpoints.Keys.Where(key => !named.Contains(key))) };
    }

    private NoticeRule Read(TenantId tenant, ref ImmutableSortedDictionary<string, NoticeEndpoint> endpoints, RuleView rule, string at, BodyCheck check)
    {
        var (events, channel) = (rule.Events ?? [], rule.Channel ?? new ChannelView(null, null, null));
        check
            .When(rule.Id is not null && !IdText.IsValid(rule.Id), $"{at}/id", $"An id has 1 to {IdText.MaxLength} characters of a-z, 0-9 and '-', and does not begin with '-'.")
            .When(events.Count == 0 || events.Contains(NoticeEvent.Test), $"{at}/events", "Name what is told, one event at least; tests are always told.")
            .When(new object?[] { channel.Email, channel.Webhook, channel.Teams }.Count(one => one is not null) != 1, $"{at}/channel", "Name one of email, webhook and teams.")
            .When(rule.Flows is { } flows && (flows.Count is 0 or > MostTargets || flows.Any(flow => !FlowId.TryParse(flow, out _))), $"{at}/flows", "Name flows by their ids, one at least, or leave this out.");
        return new NoticeRule(rule.Id ?? NewId.Choose(null))
        {
            Events = [.. events.Distinct()],
            Email = channel.Email is { } mail ? Read(mail, $"{at}/channel/email", check) : null,
            Webhook = channel.Webhook is { } webhook ? Webhook(endpoints, webhook.Url, $"{at}/channel/webhook/url", check) : null,
            Teams = channel.Teams is { } teams ? Teams(tenant, ref endpoints, teams.Url, $"{at}/channel/teams/url", check) : null,
            Flows = rule.Flows is { } only ? [.. only.Distinct().Select(flow => new FlowId(flow))] : null,
        };
    }

    private static MailTargets Read(MailView mail, string at, BodyCheck check)
    {
        var read = new MailTargets { Roles = [.. mail.Roles ?? []], Groups = [.. mail.Groups ?? []], Users = [.. mail.Users ?? []], Addresses = [.. mail.Addresses ?? []] };
        var count = read.Roles.Length + read.Groups.Length + read.Users.Length + read.Addresses.Length;
        check
            .When(count is 0 or > MostTargets, at, $"Name 1 to {MostTargets} roles, groups, users and addresses.")
            .When(read.Roles.Contains(Role.Operator), $"{at}/roles", "Whoever runs the app is no user of the tenant.");
        for (var i = 0; i < read.Addresses.Length; i++) check.When(!SmtpSettings.IsAddress(read.Addresses[i]), $"{at}/addresses/{i}", "This is not an e-mail address.");
        return read;
    }

    private string Webhook(ImmutableSortedDictionary<string, NoticeEndpoint> endpoints, string? url, string at, BodyCheck check)
    {
        var key = NoticeEndpoint.KeyOf(url ?? "");
        if (WhyNot(url) is { } why) check.Add(at, why);
        else check.When(!endpoints.TryGetValue(key, out var known) || known.Secret is null, at, "The address has no secret yet: make one, with which its webhooks are signed.");
        return key;
    }

    private string Teams(TenantId tenant, ref ImmutableSortedDictionary<string, NoticeEndpoint> endpoints, string? url, string at, BodyCheck check)
    {
        if (endpoints.FirstOrDefault(endpoint => endpoint.Value.Secret is null && endpoint.Value.Shown == url) is { Key: { } same }) return same;
        if (WhyNot(url) is { } why)
        {
            check.Add(at, why);
            return "";
        }

        var key = NoticeEndpoint.KeyOf(url!);
        if (!endpoints.ContainsKey(key)) endpoints = endpoints.Add(key, book.Endpoint(tenant, url!, $"https://{new Uri(url!).Host}/…{key[..8]}"));
        return key;
    }

    private string? WhyNot(string? url) => url is { Length: > MaxUrl } ? $"An address has {MaxUrl} characters at most." : sender.WhyNot(url);
}
