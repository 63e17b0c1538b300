using System.Collections.Immutable;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>How quickly records of a kind go over, and how long the rest of them takes at that pace.</summary>
public sealed record KindPace(double PerMinute, double SecondsLeft);

/// <param name="Done">Records looked at so far, of all kinds.</param>
/// <param name="Total">Records there are to look at, where the vendors tell; otherwise null.</param>
/// <param name="PerMinute">Records a minute so far; while it runs.</param>
/// <param name="PausedAt">Since when it rests.</param>
/// <param name="EstimatedEndAt">Each kind at its own pace; while it runs and the total is known.</param>
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
    /// <summary>By kind; while it runs.</summary>
    public ImmutableSortedDictionary<string, KindPace> Pace { get; init; } = ImmutableSortedDictionary<string, KindPace>.Empty;

    /// <summary>A dry run that planned with settings which were not the flow's own.</summary>
    public bool TriesSettings { get; init; }

    /// <summary>Of a run that has ended, where it is asked for alone.</summary>
    public RunReport? Report { get; init; }

    public static RunView Of(Run run, DateTimeOffset now)
    {
        var done = run.Counts.Values.Sum(counts => counts.Done);
        var expected = run.Counts.Values.Sum(counts => Math.Max(counts.Total, counts.Done));
        int? total = run.Counts.Values.Any(counts => counts.Total > 0) ? expected : null;
        var seconds = run.Counts.Values.Sum(counts => counts.Seconds);
        var goesOn = run.EndedAt is null && done > 0 && seconds > 0;
        var kinds = goesOn ? run.Counts.ToImmutableSortedDictionary(kind => kind.Key, kind => PaceOf(kind.Value, seconds / done)) : ImmutableSortedDictionary<string, KindPace>.Empty;
        var end = (run.ProgressAt ?? run.StartedAt) + TimeSpan.FromSeconds(kinds.Values.Sum(kind => kind.SecondsLeft));
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
            goesOn ? Math.Round(60 * done / seconds, 1) : null,
            goesOn && total is not null && run.PausedAt is null ? (end > now ? end : now) : null,
            run.PausedAt)
        {
            Pace = kinds,
            TriesSettings = run.Settings is not null,
        };
    }

    /// <summary>A kind that has not begun is taken to be as quick as those that have.</summary>
    private static KindPace PaceOf(KindCounts counts, double average)
    {
        var each = counts is { Done: > 0, Seconds: > 0 } ? counts.Seconds / counts.Done : average;
        return new KindPace(Math.Round(60 / each, 1), Math.Round(Math.Max(0, counts.Total - counts.Done) * each, 1));
    }
}
