using System.Collections.Immutable;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>What a person needs at the end of a run, from its lines in the integration log.</summary>
/// <param name="SkippedBy">How many records were left alone, by the reason that was told.</param>
/// <param name="Failures">The records that failed, newest first, with what to do.</param>
/// <param name="IsComplete">False where the run told more than is counted here: the log has it all.</param>
public sealed record RunReport(ImmutableSortedDictionary<string, int> SkippedBy, IReadOnlyList<LogView> Failures, bool IsComplete)
{
    private const int MostFailures = 100;
    private const int PageSize = 1000;
    private const int MostPages = 10;

    public static async Task<RunReport> OfAsync(IntegrationLog log, FlowKey flow, RunId run, CancellationToken cancellation)
    {
        var skipped = new Dictionary<string, int>();
        var failures = new Dictionary<(string?, Side?, string?), LogView>();
        string? continuation = null;
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await log.ListAsync(flow, new LogFilter { Run = run }, continuation, PageSize, cancellation);
            foreach (var line in page.Items)
            {
                if (line.Code.StartsWith(Story.SkipPrefix, StringComparison.Ordinal)) skipped[line.Code[Story.SkipPrefix.Length..]] = skipped.GetValueOrDefault(line.Code[Story.SkipPrefix.Length..]) + 1;
                if (line.Code.StartsWith("failed-", StringComparison.Ordinal) && line.RecordId is not null && failures.Count < MostFailures) failures.TryAdd((line.Kind, line.Side, line.RecordId), LogView.Of(line));
            }

            continuation = page.Continuation;
            if (continuation is null) break;
        }

        return new RunReport(skipped.ToImmutableSortedDictionary(), [.. failures.Values], continuation is null && failures.Count < MostFailures);
    }
}
