using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>A record at one moment.</summary>
public sealed record FakeState(FieldSet Fields, DateTimeOffset Modified, long Version, bool Gone, long Event);

/// <summary>A record of a fake system, with the past that its lists may still show.</summary>
public sealed class FakeRecord(string kind, string id, DateTimeOffset created, DateTimeOffset visibleFrom)
{
    private readonly List<(DateTimeOffset ShownFrom, FakeState State)> _states = [];

    public string Kind => kind;

    public string Id => id;

    /// <summary>By the system's clock.</summary>
    public DateTimeOffset Created => created;

    /// <summary>True time before which a read does not find it.</summary>
    public DateTimeOffset VisibleFrom => visibleFrom;

    public string? MergedInto { get; set; }

    public FakeState Now => _states[^1].State;

    public FieldSet Fields => Now.Fields;

    public bool Gone => Now.Gone;

    /// <summary>No list leaves it out, and none shows it late.</summary>
    public bool IsAlwaysListed { get; set; }

    public bool IsMadeByApp { get; init; }

    /// <summary>The app made it and does not know yet that it did; people are not that fast.</summary>
    public bool IsUnanswered { get; set; }

    /// <summary>The same thing was put into the other system, too, and only its name tells so.</summary>
    public bool IsTwin { get; set; }

    /// <summary>Nobody deletes it.</summary>
    public bool IsAnchor { get; set; }

    /// <summary>The last event of the record that the app has seen in an answer.</summary>
    public long SeenEvent { get; set; }

    public FieldValue Get(string field) => Fields.Find(field) ?? FieldValue.None;

    public void Become(FakeState state, DateTimeOffset shownFrom)
    {
        // Lists never go back: what is shown later hides what would have been shown before.
        _states.RemoveAll(older => older.ShownFrom >= shownFrom);
        _states.Add((shownFrom, state));
    }

    /// <summary>As lists show it; null where they do not show it (yet).</summary>
    public FakeState? Listed(DateTimeOffset at)
    {
        if (IsAlwaysListed) return Gone ? null : Now;
        if (_states.Count > 1)
        {
            var last = _states.FindLastIndex(state => state.ShownFrom <= at);
            if (last > 0) _states.RemoveRange(0, last);
        }

        return _states[0].ShownFrom <= at && !_states[0].State.Gone ? _states[0].State : null;
    }
}
