using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

[JsonConverter(typeof(JsonStringEnumConverter<FlowMode>))]
public enum FlowMode
{
    Continuous,
    OnDemand,
    OneOff,
}

/// <summary>A tenant's running instance of a pair.</summary>
public sealed record Flow(FlowKey Key, string Pair, string Name, ConnectionId Left, ConnectionId Right)
{
    public FlowSettings Settings { get; init; } = FlowSettings.Default;

    public FlowMode Mode { get; init; }

    public bool Enabled { get; init; }

    /// <summary>Records that appear after this are new; what was there before is unmatched until a person or an import says otherwise.</summary>
    public DateTimeOffset? WentLiveAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The address of the app by which whoever made the flow reached it.</summary>
    public Uri? MadeAt { get; init; }

    /// <summary>Null: the pair's default.</summary>
    public TimeSpan? PollEvery { get; init; }

    /// <summary>When the last comprehensive run that looked at everything began.</summary>
    public DateTimeOffset? SweptAt { get; init; }

    /// <summary>The next comprehensive run waits at least until then: the last one failed, or the vendor's budget is too small today.</summary>
    public DateTimeOffset? SweepNotBefore { get; init; }

    /// <summary>When the look-up lists (statuses, stages) were read last.</summary>
    public DateTimeOffset? ReferencesAt { get; init; }

    /// <summary>By which other systems post records to the flow; null where they may not.</summary>
    public RecordsKey? RecordsKey { get; init; }

    /// <summary>What the webhooks of its reactions are signed with, by their addresses.</summary>
    public ImmutableSortedDictionary<string, WebhookSecret> WebhookSecrets { get; init; } = ImmutableSortedDictionary<string, WebhookSecret>.Empty;

    /// <summary>Nobody can switch the flow on again.</summary>
    public DateTimeOffset? DisconnectedAt { get; init; }

    public ConnectionId ConnectionOn(Side side) => side == Side.Left ? Left : Right;
}

/// <summary>The key by which another system posts records to a flow: by its SHA-256, since it is shown once and kept nowhere.</summary>
/// <param name="Hash">As <see cref="Keys.OfSecret"/> makes it.</param>
/// <param name="ReplacedHash">Of the key before, which counts until <paramref name="ReplacedUntil"/>: whoever uses it has to be given the new one.</param>
public sealed record RecordsKey(string Hash, DateTimeOffset Since, string? ReplacedHash = null, DateTimeOffset? ReplacedUntil = null)
{
    public bool Takes(string hash, DateTimeOffset now) => hash == Hash || (hash == ReplacedHash && now < ReplacedUntil);

    /// <summary>Not even the hash in a log.</summary>
    public override string ToString() => $"a key since {Since:u}";
}

/// <param name="Sealed">For the tenant and the flow's left connection, by <see cref="SecretBox"/>.</param>
/// <param name="Replaced">The one before, with which is signed too until <paramref name="ReplacedUntil"/>.</param>
public sealed record WebhookSecret(byte[] Sealed, byte[]? Replaced = null, DateTimeOffset? ReplacedUntil = null);

/// <summary>Where the next walk over the changes of a kind begins.</summary>
/// <param name="Seen">Short hashes of (id, content) that were handled inside the overlap already.</param>
public sealed record Cursor(string Kind, Side Side, DateTimeOffset ChangedSince, ImmutableArray<string> Seen)
{
    /// <summary>When the list had been read to its end.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>
    /// Whether the next walk comes upon a record again: it changed inside the overlap or nobody says when, or its own time is older than the
    /// walk, which is so where a list of changes goes by what belongs to a record, too.
    /// </summary>
    public static bool ComesAgain(Record record, Cursor? before, DateTimeOffset settledBefore) =>
        record.Modified is not { } modified || modified >= settledBefore || modified < before?.ChangedSince;
}

/// <summary>The work list of a kind has something that is due then, or earlier.</summary>
public sealed record WorkHint(string Kind, DateTimeOffset DueAt);

/// <summary>Everything a poll has to know of a flow, read at once.</summary>
public sealed record FlowState(
    Versioned<Flow> Flow, ImmutableArray<Versioned<Guard>> Guards, ImmutableArray<Versioned<Cursor>> Cursors, ImmutableArray<Versioned<WorkHint>> Hints)
{
    public Versioned<Guard>? Guard(Lane lane) => Guards.Where(guard => guard.Value.Lane == lane).Cast<Versioned<Guard>?>().FirstOrDefault();

    public Versioned<Cursor>? Cursor(string kind, Side side) =>
        Cursors.Where(cursor => cursor.Value.Kind == kind && cursor.Value.Side == side).Cast<Versioned<Cursor>?>().FirstOrDefault();

    public Versioned<WorkHint>? Hint(string kind) => Hints.Where(hint => hint.Value.Kind == kind).Cast<Versioned<WorkHint>?>().FirstOrDefault();
}

/// <summary>A flow as one of many, read with all of them at once.</summary>
/// <param name="Version">Another as soon as anything of it is stored.</param>
public sealed record FlowSummary(FlowState State, ImmutableArray<Versioned<Brake>> Brakes, string Version)
{
    public Flow Flow => State.Flow.Value;
}
