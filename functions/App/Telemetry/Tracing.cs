using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Telemetry;

/// <summary>Begins pieces of work: a span each, and what is logged meanwhile names flow and run. Never in an orchestration, which is replayed.</summary>
public sealed class Tracing(ILogger<Tracing> log)
{
    public PieceOfWork Begin(string name, SyncRunInput input) => Begin(name, input.Key, input.Trace, new RunId(input.Run));

    /// <param name="parent">The span that asked for it, as <c>traceparent</c>.</param>
    public PieceOfWork Begin(string name, FlowKey flow, string? parent, RunId? run = null) => Begin(SyncTrace.Start(name, ActivityKind.Consumer, parent), flow, run);

    /// <summary>Nothing is told of a look that finds nothing.</summary>
    public PieceOfWork BeginLook(string name, FlowKey flow, string? parent) => Begin(SyncTrace.StartQuietly(name, ActivityKind.Consumer, parent), flow, run: null);

    private PieceOfWork Begin(Activity? span, FlowKey flow, RunId? run)
    {
        span?.SetTag("sync.flow", flow.Flow.Value).SetTag("sync.run", run?.Value);
        List<KeyValuePair<string, object?>> named = [new("flow", flow.Flow.Value)];
        if (run is { } known) named.Add(new("run", known.Value));
        return new PieceOfWork(span, log.BeginScope(named));
    }
}

public sealed class PieceOfWork(Activity? span, IDisposable? scope) : IDisposable
{
    /// <summary>Work that other traces brought: the span is linked with each of them.</summary>
    internal void Serves(IEnumerable<Versioned<WorkItem>> rows)
    {
        if (span is null) return;
        foreach (var trace in rows.Select(row => row.Value.Trace).Distinct())
        {
            if (SyncTrace.ContextOf(trace) is { } context && context.TraceId != span.TraceId && !span.Links.Any(link => link.Context == context)) span.AddLink(new ActivityLink(context));
        }
    }

    public void Dispose()
    {
        scope?.Dispose();
        span?.Dispose();
    }
}
