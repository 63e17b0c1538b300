using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using SyncFunctions.App.Telemetry;

namespace SyncFunctions.App.Tests.Telemetry;

/// <summary>What one instance of the app measures.</summary>
internal sealed class MetricSink : IDisposable
{
    private readonly ConcurrentQueue<(string Name, string Tags, double Value)> _all = [];
    private readonly MeterListener _listener = new();

    public MetricSink(SyncMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public string Text => string.Join('\n', _all.Select(measured => $"{measured.Name} {measured.Tags}"));

    public IEnumerable<string> Tags => _all.Select(measured => measured.Tags);

    public double Sum(string name, string tags) => Of(name, tags).Sum();

    public int Count(string name, string tags) => Of(name, tags).Count();

    public double Last(string name, string tags) => Of(name, tags).Last();

    public void Dispose() => _listener.Dispose();

    private IEnumerable<double> Of(string name, string tags) => _all.Where(measured => measured.Name == name && measured.Tags == tags).Select(measured => measured.Value);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue((instrument.Name, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")), value));
}
