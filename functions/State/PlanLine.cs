using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>One thing that a plan wants done, for a person to read: the preview of a link, a dry run, what a single sync did.</summary>
/// <param name="Side">The side whose record is named.</param>
/// <param name="Action">In a word: link, create, update, archive, delete, conflict, hold, drop, wait, ask, pause, resume, quarantine, unlink, merge, leave, enter, skip, follow, fail.</param>
/// <param name="Target">The side that would be written to.</param>
/// <param name="Reason">Why, or why not.</param>
public sealed record PlanLine(string Kind, Side Side, string RecordId, string Label, string Action, Side? Target, string? Reason)
{
    public LinkId? Link { get; init; }

    /// <summary>A record would be written, or two would be linked.</summary>
    [JsonIgnore]
    public bool IsEffect => Action is "link" or "create" or "update" or "archive" or "delete";

    public ImmutableArray<PlanField> Fields { get; init; } = [];
}

/// <param name="Before">What the side that would be written to has.</param>
public sealed record PlanField(string Name, FieldValue Before, FieldValue After);
