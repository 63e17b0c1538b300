using System.Collections.Concurrent;

namespace SyncFunctions.App.Audit;

/// <summary>How many refusals of one caller are written down: whoever is refused again and again must not fill the log, and the storage.</summary>
public sealed class RefusalPace(TimeProvider time)
{
    private const int MostAMinute = 10;
    private const int MostCallers = 10_000;

    private readonly ConcurrentDictionary<string, (long Minute, int Count)> _noted = new(StringComparer.Ordinal);

    public bool MayNote(string caller)
    {
        var minute = time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;
        if (_noted.Count > MostCallers) _noted.Clear();
        return _noted.AddOrUpdate(caller, _ => (minute, 1), (_, noted) => noted.Minute == minute ? (minute, noted.Count + 1) : (minute, 1)).Count <= MostAMinute;
    }
}
