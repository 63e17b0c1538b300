using Azure.Storage.Queues;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Processes;

/// <summary>The settings, the queue and the journal that several processes of one probe app share.</summary>
public sealed class ProbeApp(string connectionString) : IDisposable
{
    private readonly string _journal = Directory.CreateTempSubdirectory("probe-").FullName;
    private Dictionary<string, string>? _settings;

    public Dictionary<string, string> Settings => _settings ??= ProbeProcess.Settings(connectionString, _journal);

    public IReadOnlyList<JournalLine> Journal => ProbeProcess.ReadJournal(_journal);

    public QueueClient Queue => new(connectionString, Settings["WorkQueue"], new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    public Task<ProbeProcess> StartAsync() => ProbeProcess.StartAsync(Settings, TestContext.Current.CancellationToken);

    public async Task SendAsync(params string[] messages)
    {
        await Queue.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var message in messages) await Queue.SendMessageAsync(message, TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until a line with that text is in the journal.</summary>
    public async Task<JournalLine> WaitForAsync(string text)
    {
        await Eventually.HoldsAsync(() => Task.FromResult(Journal.Any(line => line.Text == text) ? null : $"'{text}' is not in the journal."));
        return Journal.First(line => line.Text == text);
    }

    public void Dispose() => Directory.Delete(_journal, recursive: true);
}
