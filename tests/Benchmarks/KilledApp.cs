using SyncFunctions.Tests.Support;

namespace SyncFunctions.Benchmarks;

/// <summary>The probe app, of which one process after the other is killed.</summary>
internal sealed class KilledApp(string connectionString, string journal, Random random) : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings = new(ProbeProcess.Settings(connectionString, journal))
    {
        // A message of a dead process comes again after this.
        ["EmbeddedHost__MessageLease"] = "00:00:05",
    };

    private ProbeProcess? _process;

    public int Kills { get; private set; }

    public string Journal => journal;

    public string Queue => _settings["WorkQueue"];

    /// <summary>Speaks to the process of the moment.</summary>
    public HttpClient Client => _process!.Client;

    public async Task StartAsync(CancellationToken cancellation) => _process = await ProbeProcess.StartAsync(_settings, cancellation);

    /// <summary>Leaves a living process behind.</summary>
    public async Task KillUntilAsync(Func<bool> isOver, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 8_000)), cancellation);
            if (isOver()) return;
            var old = _process!;
            await old.KillAsync();
            Kills++;
            await StartAsync(cancellation);
            await old.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }
}
