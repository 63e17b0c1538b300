using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>Why one of two values won.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConflictRule>))]
public enum ConflictRule
{
    /// <summary>Only that side's value may go over: the other does not own the field, is locked or filtered there, or is blank.</summary>
    OnlyWay,

    /// <summary>That side was changed first, and its loop lock held.</summary>
    Lock,

    /// <summary>That side's change was the later one, by clocks that are measured.</summary>
    Newest,

    /// <summary>The kind's master side.</summary>
    Master,

    /// <summary>The two met for the first time: the record that was there first, or the master's.</summary>
    FirstMeeting,
}
