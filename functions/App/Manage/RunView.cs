using System.Collections.Immutable;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Done">Records looked at so far, of all kinds.</param>
/// <param name="Total">Records there are to look at, where the vendors tell; otherwise null.</param>
/// <param name="PerMinute">Records a minute so far; while it runs.</param>
/// <param name="PausedAt">Since when it rests.</param>
/// <param name="EstimatedEndAt">At that pace; while it runs and the total is known.</param>
public sealed record RunView(
    string Id,
    Lane Lane,
    string Mode,
    string Trigger,
    RunOutcome Outcome,
    string? Detail,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    ImmutableSortedDictionary<string, KindCounts> Counts,
    int Done,
    int? Total,
    double? PerMinute,
    DateTimeOffset? EstimatedEndAt,
    DateTimeOffset? PausedAt)
{
    /// <summary>Of a run that has ended, where it is asked for alone.</summary>
    public RunReport? Report { get; init; }

    public static RunView Of(Run run, DateTimeOffset now)
    {
        var done = run.Counts.Values.Sum(counts => counts.Done);
        var expected = run.Counts.Values.Sum(counts => Math.Max(counts.Total, counts.Done));
        int? total = run.Counts.Values.Any(counts => counts.Total > 0) ? expected : null;
        var elapsed = (run.PausedAt ?? now) - run.StartedAt - run.Rested;
        double? pace = run.EndedAt is null && done > 0 && elapsed > TimeSpan.Zero ? done / elapsed.TotalMinutes : null;
        return new RunView(
            run.Id.Value,
            run.Lane,
            run.Mode.ToLowerInvariant(),
            run.Trigger,
            run.Outcome,
            run.Detail,
            run.StartedAt,
            run.EndedAt,
            run.Counts,
            done,
            total,
            pace is { } perMinute ? Math.Round(perMinute, 1) : null,
            pace is { } rate && total is { } all && run.PausedAt is null ? now + TimeSpan.FromMinutes((all - done) / rate) : null,
            run.PausedAt);
    }
}
