using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>How a fake system behaves when nothing is wrong.</summary>
public sealed record FakeHabits(Side Side, string System, FakeKind[] Kinds)
{
    /// <summary>How far its clock is from the true time.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>Times are cut to whole ones of these.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>How long a change may be missing from lists.</summary>
    public TimeSpan ListLag { get; init; }

    /// <summary>Lists show each record as it was so long ago; looked at by itself it is as it is.</summary>
    public TimeSpan ListDelay { get; init; }

    /// <summary>A record's own time stays what it was when the record was made; lists of changes go by the true one.</summary>
    public bool OwnTimesStay { get; init; }

    /// <summary>How long a new record may be missing everywhere.</summary>
    public TimeSpan ReadLag { get; init; }

    public int PageSize { get; init; } = 8;

    /// <summary>Pages by number and size, in order of the last change; otherwise from the last row of the page before.</summary>
    public bool PagesByNumber { get; init; }

    /// <summary>Answers tell a version that changes with every write.</summary>
    public bool StrongVersions { get; init; }

    /// <summary>A write may name the version that it is for, and is refused where the record has another.</summary>
    public bool ConditionalWrites { get; init; }

    /// <summary>Now and then touches records without changing them.</summary>
    public bool BumpsVersions { get; init; }

    /// <summary>The id by which ids of this system begin.</summary>
    public required string IdPrefix { get; init; }

    public TimeSpan TokenLife { get; init; } = TimeSpan.FromHours(1);

    public FakeKind Kind(string name) => Array.Find(Kinds, kind => kind.Name == name) ?? throw new ArgumentException($"{System} has no {name}.", nameof(name));
}
