using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

public enum Actor
{
    /// <summary>A person who works in that system.</summary>
    User,

    /// <summary>The system itself: what it clears or moves as a consequence.</summary>
    Vendor,

    /// <summary>The app under test.</summary>
    Sync,
}

public enum Verb
{
    Create,
    Edit,
    Delete,
    Merge,
}

/// <summary>Something that happened to a record, as its system knows it: what the checker judges by.</summary>
public sealed record FakeEvent(long Number, DateTimeOffset At, Side Side, string Kind, string Id, Actor By, Verb Verb)
{
    /// <summary>Only the fields that were written.</summary>
    public FieldSet Before { get; init; } = FieldSet.Empty;

    public FieldSet After { get; init; } = FieldSet.Empty;

    /// <summary>What was asked for, before the system made of it what it keeps.</summary>
    public FieldSet Asked { get; init; } = FieldSet.Empty;

    public string? MergedInto { get; init; }

    /// <summary>The piece of sync work that was under way, or the last one.</summary>
    public long Round { get; init; }

    /// <summary>For a write by the app: the tool by which a person wanted it.</summary>
    public string? Tool { get; init; }

    /// <summary>For a write by the app: the last event of the record that it had seen by then.</summary>
    public long Seen { get; init; }

    /// <summary>Fields of this edit that the app wrote over without a chance to have seen them.</summary>
    public HashSet<string> Raced { get; } = [];

    public override string ToString() => $"#{Number} {At:HH:mm:ss.fff} {By}{(Tool is null ? "" : $" ({Tool})")} {Verb} {Side} {Kind}/{Id} {(Verb == Verb.Edit ? $"[{Before}] -> [{After}]" : After.ToString())}{(MergedInto is null ? "" : $" into {MergedInto}")}{(Raced.Count > 0 ? $" (raced: {string.Join(",", Raced)})" : "")}";
}

/// <summary>Everything that happened in both systems, in order.</summary>
public sealed class FakeHistory
{
    private readonly List<FakeEvent> _events = [];
    private readonly Dictionary<(Side, string Kind, string Id), List<FakeEvent>> _byRecord = [];

    public IReadOnlyList<FakeEvent> Events => _events;

    /// <summary>Counted up by whoever lets the app work.</summary>
    public long Round { get; set; }

    public long Writes { get; private set; }

    public long NextNumber => _events.Count + 1;

    public IReadOnlyList<FakeEvent> Of(Side side, string kind, string id) => _byRecord.TryGetValue((side, kind, id), out var found) ? found : [];

    public void Add(FakeEvent happened)
    {
        _events.Add(happened);
        if (happened.By == Actor.Sync) Writes++;
        var key = (happened.Side, happened.Kind, happened.Id);
        if (!_byRecord.TryGetValue(key, out var list)) _byRecord[key] = list = [];
        list.Add(happened);
    }
}
