using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>What people can be told of without looking.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NoticeEvent>))]
public enum NoticeEvent
{
    ImportFinished,
    ReconnectNeeded,
    MassDeleteRefused,
    Conflict,
    DeadLetter,

    /// <summary>Something that lets somebody in was made or changed: a key, a secret, a user, an invitation.</summary>
    KeyChanged,
    DailyDigest,

    /// <summary>Somebody tries whether a rule brings anything.</summary>
    Test,
}

/// <summary>Something that people are to be told.</summary>
/// <param name="About">What makes it this one of its event and flow: what is raised again under the same is the same.</param>
public sealed record Notice(TenantId Tenant, NoticeEvent Event, FlowId? Flow, string About, DateTimeOffset At)
{
    /// <summary>Counts and names of what is ours, never what records say.</summary>
    public ImmutableSortedDictionary<string, string> Facts { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public static ImmutableSortedDictionary<string, string> Saying(params IEnumerable<(string Name, string Value)> facts) => facts.ToImmutableSortedDictionary(fact => fact.Name, fact => fact.Value);

    /// <summary>Since when there is a delivery for everybody who gets it.</summary>
    public DateTimeOffset? SpreadAt { get; init; }

    /// <summary>By which messages name it.</summary>
    [JsonIgnore]
    public string Name => Keys.NoticeName(Event, Flow, About);
}

[JsonConverter(typeof(JsonStringEnumConverter<NoticeChannel>))]
public enum NoticeChannel
{
    Email,
    Webhook,
    Teams,
}

[JsonConverter(typeof(JsonStringEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    /// <summary>It is to be sent, or to be sent again.</summary>
    Waiting,
    Sent,

    /// <summary>It was tried as often as it is, or would never be taken.</summary>
    GivenUp,
}

/// <summary>A notice on its way to one address.</summary>
/// <param name="Id">The same for whoever makes it, so that there is one for an address and notice.</param>
/// <param name="Target">An e-mail address, or the key of an endpoint among the tenant's rules.</param>
public sealed record NoticeDelivery(TenantId Tenant, string Id, Notice Notice, NoticeChannel Channel, string Target)
{
    /// <summary>The rule that it comes by; null where the rule is that of the app.</summary>
    public string? Rule { get; init; }

    /// <summary>The address as it may be shown.</summary>
    public required string To { get; init; }

    public DeliveryState State { get; init; }

    public int Attempts { get; init; }

    /// <summary>When it is tried next; whoever tries it has moved that on.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public DateTimeOffset? LastAt { get; init; }

    /// <summary>What the last attempt came to, for people.</summary>
    public string? Answer { get; init; }
}
