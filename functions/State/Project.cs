using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A linked record with others inside it: who works on those, how far that has come, and what lists of projects show.</summary>
/// <param name="Link">The link of the project's own two records.</param>
public sealed record Project(LinkId Link)
{
    /// <summary>One run per project at a time, whichever its lane; null before the first.</summary>
    public Guard? Guard { get; init; }

    public ProjectFacts Facts { get; init; } = ProjectFacts.None;

    /// <summary>Where the next walks over the changes inside it begin, by kind and side.</summary>
    public ImmutableArray<Cursor> Cursors { get; init; } = [];

    /// <summary>When everything inside it had been brought over for the first time.</summary>
    public DateTimeOffset? ImportedAt { get; init; }

    public DateTimeOffset? DeltaAt { get; init; }

    public DateTimeOffset? ComprehensiveAt { get; init; }

    /// <summary>Why its last run could not be finished; null where it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Asked for, and nobody works on it yet.</summary>
    public bool IsAsked => Guard?.IsAsked == true;

    public bool Equals(Project? other) =>
        other is not null && (Link, Guard, Facts, ImportedAt, DeltaAt, ComprehensiveAt, Problem) == (other.Link, other.Guard, other.Facts, other.ImportedAt, other.DeltaAt, other.ComprehensiveAt, other.Problem) &&
        Cursors.Select(CursorText).SequenceEqual(other.Cursors.Select(CursorText));

    public override int GetHashCode() => HashCode.Combine(Link, Guard, Facts);

    private static string CursorText(Cursor cursor) => $"{cursor.Kind}|{cursor.Side}|{cursor.ChangedSince:O}|{cursor.ReadAt:O}|{string.Join(',', cursor.Seen)}";
}

/// <summary>What lists show of a project, as it was when it was last looked at.</summary>
/// <param name="Name">As on the right.</param>
/// <param name="LeftName">As on the left.</param>
/// <param name="State">Of its link.</param>
/// <param name="Reason">Why it is in its state, for people.</param>
public sealed record ProjectFacts(string? LeftId, string? RightId, string Name, string LeftName, string Customer, string Board, LinkState State, string? Reason)
{
    public static readonly ProjectFacts None = new(null, null, "", "", "", "", LinkState.Active, null);

    public DateTimeOffset? StateSince { get; init; }

    public PauseCause? PausedBy { get; init; }

    /// <summary>Nobody can link the two again.</summary>
    public bool Final { get; init; }

    /// <summary>It is archived on one of its sides.</summary>
    public bool Archived { get; init; }

    /// <summary>The id, on the right, of the work type of its time; null where it is the default of all.</summary>
    public string? WorkType { get; init; }
}

/// <summary>A project for which a run was asked.</summary>
public sealed record ProjectRequest(LinkId Link, string Mode, DateTimeOffset? NotBefore)
{
    public bool IsDue(DateTimeOffset now) => NotBefore is not { } time || time <= now;
}
