using System.Collections.Concurrent;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Settings;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Records;

/// <summary>Keeps one flow's callers from taking all of this instance, and the flow's vendors, for themselves.</summary>
public sealed class RecordsPace(AppSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly RecordsSettings _settings = settings.Records;
    private readonly ConcurrentDictionary<FlowKey, Counter> _counters = [];

    /// <summary>To be disposed of when the record is done, which may be after its caller has gone.</summary>
    /// <exception cref="ProblemException">The flow has enough to do.</exception>
    public IDisposable Enter(FlowKey flow)
    {
        var counter = _counters.GetOrAdd(flow, _ => new Counter());
        var now = time.GetUtcNow();
        return counter.Enter(_settings, now) is not { } retryAt ? new Slot(counter) : throw new ProblemException(ProblemType.TooMany, $"A flow takes {_settings.AtOnce} records at once and {_settings.PerMinute} a minute.") { RetryAt = retryAt };
    }

    private sealed class Counter
    {
        private readonly Lock _gate = new();
        private int _atOnce;
        private int _ofWindow;
        private DateTimeOffset _windowFrom = DateTimeOffset.MinValue;

        /// <returns>When to come again, where there is no room.</returns>
        public DateTimeOffset? Enter(RecordsSettings settings, DateTimeOffset now)
        {
            lock (_gate)
            {
                if (now - _windowFrom >= Window) (_windowFrom, _ofWindow) = (now, 0);
                if (_ofWindow >= settings.PerMinute) return _windowFrom + Window;
                if (_atOnce >= settings.AtOnce) return now + Soon;
                _ofWindow++;
                _atOnce++;
                return null;
            }
        }

        public void Leave()
        {
            lock (_gate) _atOnce--;
        }
    }

    private sealed class Slot(Counter counter) : IDisposable
    {
        public void Dispose() => counter.Leave();
    }
}
