using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>A link is paused once its record has had one of these values for so long (a project that was completed a month ago).</summary>
/// <param name="Field">A canonical field.</param>
public sealed record AutoPause(string Field, ImmutableArray<string> Values, int AfterDays)
{
    /// <summary>No link is paused by itself, whatever the pair's own rule.</summary>
    public bool Off { get; init; }

    /// <summary>Since when the record rests, as it looks now; null where it does not.</summary>
    public DateTimeOffset? RestingSince(DateTimeOffset? before, Record record, DateTimeOffset now) =>
        record.Fields.Find(Field) is { IsBlank: false } value ? Values.Contains(value.ToString(), StringComparer.OrdinalIgnoreCase) ? before ?? now : null : before;

    public bool IsDue(DateTimeOffset? restingSince, DateTimeOffset now) => !Off && restingSince is { } since && now - since >= TimeSpan.FromDays(AfterDays);
}
