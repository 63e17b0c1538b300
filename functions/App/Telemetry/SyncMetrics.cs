using System.Diagnostics.Metrics;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Telemetry;

/// <summary>The app's metrics. They name flows, kinds and systems, never a tenant or a record.</summary>
public sealed class SyncMetrics : IDisposable
{
    public const string Name = SyncTrace.Name;

    private readonly Meter _meter = new(Name);
    private readonly Histogram<double> _lag;
    private readonly Counter<long> _changes;
    private readonly Counter<long> _held;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _storage;
    private readonly Gauge<long> _budget;
    private readonly Gauge<long> _reconnect;
    private readonly Gauge<long> _dead;
    private readonly Gauge<long> _poison;
    private readonly Gauge<double> _oldest;

    public SyncMetrics()
    {
        _lag = _meter.CreateHistogram("sync.lag", "s", "From a change, or from when it was seen, until it was written to the other system.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400] });
        _changes = _meter.CreateCounter<long>("sync.changes", "{record}", "Records that were written to the other system.");
        _held = _meter.CreateCounter<long>("sync.held", "{record}", "Changes that the loop lock made wait.");
        _conflicts = _meter.CreateCounter<long>("sync.conflicts", "{field}", "Fields that both sides had changed.");
        _failures = _meter.CreateCounter<long>("sync.failures", "{record}", "Records that could not be synchronised now.");
        _calls = _meter.CreateCounter<long>("sync.vendor.calls", "{call}", "Calls to vendors.");
        _storage = _meter.CreateCounter<long>("sync.storage.operations", "{operation}", "Calls to storage by the app's own stores.");
        _budget = _meter.CreateGauge<long>("sync.vendor.budget.remaining", "{call}", "Calls of a day that a connection of the flow may still make.");
        _reconnect = _meter.CreateGauge<long>("sync.flows.reconnect", "{flow}", "Flows that wait for a person to connect a system again.");
        _dead = _meter.CreateGauge<long>("sync.dead_letters", "{record}", "Records that were given up and wait for a person.");
        _poison = _meter.CreateGauge<long>("sync.queue.poison", "{message}", "Messages that failed too often.");
        _oldest = _meter.CreateGauge<double>("sync.durable.oldest", "s", "Age of the oldest run that is under way.");
    }

    internal Meter Meter => _meter;

    internal void Crossed(FlowKey flow, string kind, Crossing way, TimeSpan? lag)
    {
        _changes.Add(1, Flow(flow), Kind(kind), new("action", way.ToString()));
        if (lag is { } took) _lag.Record(Math.Max(0, took.TotalSeconds), Flow(flow), Kind(kind));
    }

    internal void Tell(FlowKey flow, string kind, Tally tally)
    {
        if (tally.Held > 0) _held.Add(tally.Held, Flow(flow), Kind(kind));
        if (tally.Counts.Conflicts > 0) _conflicts.Add(tally.Counts.Conflicts, Flow(flow), Kind(kind));
        foreach (var failure in tally.Failures) _failures.Add(1, Flow(flow), Kind(kind), new("failure", failure.ToString()));
    }

    internal void Called(ApiCall call) => _calls.Add(1, new("system", call.System), new("outcome", call.Failure?.ToString() ?? "ok"));

    internal void Remaining(FlowKey flow, string system, int calls) => _budget.Record(calls, Flow(flow), new("system", system));

    internal void Reconnect(int flows) => _reconnect.Record(flows);

    internal void DeadLetters(FlowKey flow, string kind, int records) => _dead.Record(records, Flow(flow), Kind(kind));

    internal void Poison(string queue, int messages) => _poison.Record(messages, new KeyValuePair<string, object?>("queue", queue));

    internal void Oldest(TimeSpan age) => _oldest.Record(age.TotalSeconds);

    /// <summary>Has every call of a storage client counted.</summary>
    public void CountCalls(ClientOptions options) => options.AddPolicy(
        new CallPolicy(_storage, options switch { TableClientOptions => "table", BlobClientOptions => "blob", _ => "queue" }), HttpPipelinePosition.PerRetry);

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Flow(FlowKey flow) => new("flow", flow.Flow.Value);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);

    private sealed class CallPolicy(Counter<long> calls, string service) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (!calls.Enabled) return;
            var address = message.Request.Uri.ToUri();
            calls.Add(1, new("operation", $"{service} {message.Request.Method.Method.ToLowerInvariant()}"), new("name", NameIn(address)));
        }

        /// <summary>The table, queue or container; nothing of what stands after it, which holds keys of rows.</summary>
        private static string NameIn(Uri address)
        {
            // Without a domain to itself the account is the first part of the path.
            var isInPath = address.IsLoopback || address.HostNameType != UriHostNameType.Dns;
            var parts = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
            return parts.Skip(isInPath ? 1 : 0).FirstOrDefault("").Split('(')[0];
        }
    }
}
