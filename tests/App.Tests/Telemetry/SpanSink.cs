using System.Collections.Concurrent;
using System.Diagnostics;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Tests.Telemetry;

/// <summary>The app's spans in the traces that a test began, as they are exported: by their parents' flag. Those of other tests are not even made.</summary>
internal sealed class SpanSink : IDisposable
{
    private readonly ConcurrentDictionary<ActivityTraceId, ConcurrentQueue<Activity>> _traces = [];
    private readonly ActivityListener _listener;

    public SpanSink()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SyncTrace.Name,
            Sample = (ref options) => _traces.ContainsKey(options.Parent.TraceId) && options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                if (span.Recorded && _traces.TryGetValue(span.TraceId, out var spans)) spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>A span of the host's: what the test does until it ends is in its trace.</summary>
    public Activity Begin()
    {
        var root = new Activity("host").SetIdFormat(ActivityIdFormat.W3C);
        root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        root.Start();
        _traces[root.TraceId] = [];
        return root;
    }

    public IReadOnlyList<Activity> Of(Activity root) => [.. _traces[root.TraceId]];

    /// <summary>Everything of them that is exported.</summary>
    public string Text(Activity root) => string.Join('\n', Of(root).Select(span =>
        $"{span.OperationName} {span.DisplayName} {span.StatusDescription} {Tags(span.TagObjects)} {Tags(span.Baggage.Select(item => new KeyValuePair<string, object?>(item.Key, item.Value)))} {span.TraceStateString} "
        + string.Join(' ', span.Events.Select(told => $"{told.Name} {Tags(told.Tags)}").Concat(span.Links.Select(link => Tags(link.Tags ?? []))))));

    /// <summary>From a span up to the host's: names.</summary>
    public IReadOnlyList<string> Way(Activity root, Activity from)
    {
        var known = Of(root).ToDictionary(span => span.SpanId);
        var names = new List<string>();
        for (var span = from; span is not null; span = known.GetValueOrDefault(span.ParentSpanId))
        {
            names.Add(span.OperationName);
            if (span.ParentSpanId == root.SpanId) return names;
        }

        throw new InvalidOperationException($"The tree breaks off at {string.Join(" < ", names)}.");
    }

    public void Dispose() => _listener.Dispose();

    private static string Tags(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"));
}
