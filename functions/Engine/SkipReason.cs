namespace SyncFunctions.Engine;

public static class SkipReasons
{
    /// <summary>Whether it is so each time the record is looked at, until somebody changes something: told once, and kept with the link.</summary>
    public static bool Lasts(this SkipReason reason) => reason is not (SkipReason.NotOwned or SkipReason.ConsentKept or SkipReason.Tombstone or SkipReason.Paused or SkipReason.Quarantined);

    /// <summary>Whether an edit of the record is enough to end it: what refers to the record waits for that.</summary>
    public static bool EndsByAnEdit(this SkipReason reason) => reason is SkipReason.Archived or SkipReason.StatusLocked or SkipReason.ReferenceMissing or SkipReason.Bare;

    /// <summary>Whether the link's own state says it: that was told when it became so.</summary>
    public static bool IsState(this SkipReason reason) => reason is SkipReason.Tombstone or SkipReason.Paused or SkipReason.Quarantined;
}

/// <summary>Why nothing is done.</summary>
public enum SkipReason
{
    /// <summary>The tenant switched off new records of this kind in this direction.</summary>
    NewRecordsOff,

    /// <summary>The record's status is locked on its side.</summary>
    StatusLocked,

    /// <summary>The other side cannot hold the record without a reference that it does not have.</summary>
    ReferenceMissing,

    /// <summary>The tenant's value map has no counterpart for a value.</summary>
    ValueUnmapped,

    /// <summary>A field was edited on the side that does not own it, and the tenant lets such edits be.</summary>
    NotOwned,
    Tombstone,
    Paused,
    Quarantined,
    PolicyIgnores,

    /// <summary>The record is outside a filter.</summary>
    Filtered,

    /// <summary>It refers to a record that will not be linked by itself.</summary>
    ReferenceExcluded,

    /// <summary>It needs a record that needs it.</summary>
    ReferenceCycle,

    /// <summary>No counterpart was found, and the tenant wants nothing done then.</summary>
    NoMatch,

    /// <summary>An archived record is not created anew on the other side.</summary>
    Archived,

    /// <summary>It says nothing (<see cref="KindMap.Substance"/>), and the tenant does not want such records.</summary>
    Bare,

    /// <summary>The other side's refusal stays as it is: only the person can take it back, there.</summary>
    ConsentKept,
}
