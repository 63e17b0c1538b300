using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Who is told what by which channel, as a tenant's administrators want it.</summary>
public sealed record NoticeRules
{
    /// <summary>Where nobody has chosen: administrators get by e-mail what does not mend itself.</summary>
    public static readonly NoticeRules Default = new()
    {
        Rules =
        [
            new NoticeRule("default")
            {
                Events = [NoticeEvent.ReconnectNeeded, NoticeEvent.MassDeleteRefused, NoticeEvent.DeadLetter, NoticeEvent.KeyChanged],
                Email = new MailTargets { Roles = [Role.Administrator] },
            },
        ],
    };

    public ImmutableArray<NoticeRule> Rules { get; init; } = [];

    /// <summary>From when on the digest of a day is sent, by the clock of <see cref="TimeZone"/>.</summary>
    public TimeOnly DigestAt { get; init; } = new(7, 0);

    public string TimeZone { get; init; } = "UTC";

    /// <summary>A digest is sent although there is nothing to tell.</summary>
    public bool DigestAlways { get; init; }

    /// <summary>What is known of the addresses of webhooks and of Teams, by <see cref="NoticeEndpoint.KeyOf"/>.</summary>
    public ImmutableSortedDictionary<string, NoticeEndpoint> Endpoints { get; init; } = ImmutableSortedDictionary<string, NoticeEndpoint>.Empty;

    /// <summary>The address of the app by which whoever wrote the rules reached it.</summary>
    public Uri? MadeAt { get; init; }
}

/// <summary>One of the three channels is set.</summary>
/// <param name="Id">Among the tenant's rules.</param>
public sealed record NoticeRule(string Id)
{
    public ImmutableArray<NoticeEvent> Events { get; init; } = [];

    public MailTargets? Email { get; init; }

    /// <summary>The key of an endpoint.</summary>
    public string? Webhook { get; init; }

    /// <summary>The key of an endpoint.</summary>
    public string? Teams { get; init; }

    /// <summary>Only what concerns these; null: whatever it concerns.</summary>
    public ImmutableArray<FlowId>? Flows { get; init; }

    public bool Takes(NoticeEvent what) => Events.Contains(what);
}

/// <summary>Who gets a mail: whoever has a role, is in a group, or is named.</summary>
public sealed record MailTargets
{
    public ImmutableArray<Role> Roles { get; init; } = [];

    public ImmutableArray<string> Groups { get; init; } = [];

    public ImmutableArray<string> Users { get; init; } = [];

    public ImmutableArray<string> Addresses { get; init; } = [];
}

/// <summary>An address that notices are posted to.</summary>
/// <param name="Address">Sealed by <see cref="SecretBox"/>: that of Teams is as good as a key.</param>
/// <param name="Shown">As it may be shown.</param>
public sealed record NoticeEndpoint(byte[] Address, string Shown)
{
    /// <summary>What its webhooks are signed with; null at Teams, which checks nothing.</summary>
    public WebhookSecret? Secret { get; init; }

    /// <summary>Since when nothing is sent there, because it said that it is gone.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>For people.</summary>
    public string? DisabledBecause { get; init; }

    public static string KeyOf(string address) => Keys.OfSecret(address);
}

/// <summary>What a user does not want to get, although a rule says so.</summary>
public sealed record NoticeWishes
{
    public static readonly NoticeWishes None = new();

    public ImmutableArray<NoticeEvent> Off { get; init; } = [];

    public bool EmailOff { get; init; }

    public bool Wants(NoticeEvent what) => !EmailOff && !Off.Contains(what);
}
