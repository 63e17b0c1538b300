using System.Collections.Immutable;

namespace SyncFunctions.Connectors;

/// <summary>How a system tells us that records have changed. The address is ours; what comes to it, and how it is signed, is the vendor's.</summary>
public sealed record WebhookFormat
{
    /// <summary>
    /// Whether the vendor made this request: by its signature over the raw bytes with a key, at this time (<see cref="WebhookSignature"/>
    /// compares in constant time). Null where the vendor signs nothing and the address is the only proof.
    /// </summary>
    public Func<WebhookRequest, string, DateTimeOffset, bool>? Verify { get; init; }

    /// <summary>Where the key is published that a request says it is signed with; null where the hook has a secret of its own.</summary>
    public PublishedKey? PublishedKey { get; init; }

    /// <summary>The records that a verified request names, none where it is but a ping; null where it is not understood.</summary>
    public required Func<WebhookRequest, ImmutableArray<TouchedRecord>?> Read { get; init; }

    /// <summary>
    /// What this vendor asks of an address before it sends anything there (a GET, the OPTIONS of CloudEvents): the headers of the 200 that it
    /// is answered, none or some; null for a request that it would not make. Asked of known and unknown hooks alike.
    /// </summary>
    public Func<WebhookCheck, ImmutableDictionary<string, string>?>? Check { get; init; }

    /// <summary>
    /// The vendor chooses whether it signs, and with what: a hook without a secret is taken by its address alone. One that has a secret is
    /// never taken unsigned.
    /// </summary>
    public bool MayBeUnsigned { get; init; }

    /// <summary>A longer body is refused with a 413.</summary>
    public int MaxBytes { get; init; } = 256 * 1024;

    /// <summary>The status that this vendor takes for a delivery.</summary>
    public int Accepted { get; init; } = 200;

    /// <summary>The status upon which this vendor sends the event again later.</summary>
    public int SendAgain { get; init; } = 503;
}

/// <summary>A key that the vendor publishes at an address which each request names.</summary>
/// <param name="Address">The address in the request, by the connection's settings; null unless it is one of the vendor's own hosts.</param>
/// <param name="Read">The key in what is published there; null where there is none.</param>
public sealed record PublishedKey(Func<WebhookRequest, ImmutableDictionary<string, string>, Uri?> Address, Func<string, string?> Read);

/// <param name="Body">As it was sent, since that is what is signed.</param>
/// <param name="Headers">By names of any letter case; several values are joined by commas.</param>
public sealed record WebhookRequest(ReadOnlyMemory<byte> Body, ImmutableDictionary<string, string> Headers)
{
    /// <summary>The query of the address, for vendors whose only proof is a secret in it; of a name that comes twice the first value.</summary>
    public ImmutableDictionary<string, string> Query { get; init; } = ImmutableDictionary<string, string>.Empty;

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <param name="Method">In capitals.</param>
/// <param name="Headers">By names of any letter case.</param>
public sealed record WebhookCheck(string Method, ImmutableDictionary<string, string> Headers);

/// <summary>A record that something happened to: created, changed or deleted, which a look at it tells.</summary>
/// <param name="Kind">The connector's word for the kind; for what lives inside a parent one to one, that kind with the parent's id.</param>
public readonly record struct TouchedRecord(string Kind, string Id);
