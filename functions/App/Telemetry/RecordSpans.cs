using System.Diagnostics;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Telemetry;

/// <summary>A span for every record of which a plan wants something, in the trace that brought the record.</summary>
internal sealed class RecordSpans : IDisposable
{
    private readonly List<SyncCase> _cases = [];

    public static RecordSpans? Start(WorkScope scope, IEnumerable<SyncCase> cases)
    {
        if (!SyncTrace.Source.HasListeners()) return null;
        var spans = new RecordSpans();
        var around = Activity.Current;
        foreach (var item in cases.Where(item => item.Plan!.Actions.Any()))
        {
            // Of the batch's own trace it is a part of the batch; of another one it is linked with it.
            var isOwn = SyncTrace.ContextOf(item.Trace) is { } own && own.TraceId != around?.TraceId;
            var (parent, links) = isOwn ? (SyncTrace.ContextOf(item.Trace)!.Value, around is null ? [] : new[] { new ActivityLink(around.Context) }) : (around?.Context ?? default, []);
            item.Span = SyncTrace.Source.StartActivity(ActivityKind.Internal, parent, links: links, name: "record")?
                .SetTag("sync.flow", scope.Flow.Key.Flow.Value)
                .SetTag("sync.kind", scope.Kind.Name)
                .SetTag("sync.actions", string.Join(',', item.Plan!.Actions.Select(action => action.GetType().Name)));
            Activity.Current = around;
            spans._cases.Add(item);
        }

        return spans;
    }

    /// <summary>A call for many records.</summary>
    public static Activity? Together(IEnumerable<Effect> effects) => !SyncTrace.Source.HasListeners() ? null : SyncTrace.Source.StartActivity(
        ActivityKind.Internal, name: "records together", links: effects.Select(effect => effect.Case.Span).OfType<Activity>().Select(span => new ActivityLink(span.Context)));

    public void Dispose()
    {
        var around = Activity.Current;
        foreach (var item in _cases)
        {
            item.Span?.SetTag("sync.link", item.LinkId?.Value);
            if (item.Failure is { } failure) item.Span?.SetTag("error.type", failure.Kind.ToString()).SetStatus(ActivityStatusCode.Error);
            item.Span?.Dispose();
            item.Span = null;
        }

        Activity.Current = around;
    }
}
