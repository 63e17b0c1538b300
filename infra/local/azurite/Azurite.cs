using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace SyncFunctions.Local;

/// <summary>How to run the storage emulator. A port of 0 is any free one.</summary>
public sealed record AzuriteOptions
{
    /// <summary>The folder that keeps the data; created when missing. Null keeps everything in memory and forgets it at the end.</summary>
    public string? Location { get; init; }

    /// <summary>Port of the blob service.</summary>
    public int BlobPort { get; init; }

    /// <summary>Port of the queue service.</summary>
    public int QueuePort { get; init; }

    /// <summary>Port of the table service.</summary>
    public int TablePort { get; init; }

    /// <summary>Told each line that the emulator prints.</summary>
    public Action<string>? Output { get; init; }
}

/// <summary>
/// A running storage emulator. It is installed on first use and never outlives this process, even one that is killed.
/// Stopping saves everything; Azurite itself saves every five seconds, which is what is lost if it is killed.
/// </summary>
public sealed partial class Azurite : IAsyncDisposable
{
    /// <summary>The emulator's usual account.</summary>
    public const string DefaultAccount = "devstoreaccount1";

    /// <summary>An account of their own for the app's stores, as a deployment has it.</summary>
    public const string StateAccount = "statestorage";

    /// <summary>An account of its own for durable functions.</summary>
    public const string DurableAccount = "durablestorage";

    // The emulator's published account key, the same on every machine: not a secret.
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Dictionary<string, int> _ports;
    private readonly Channel<AzuriteRequests> _counts;

    private Azurite(Process process, Dictionary<string, int> ports, Channel<AzuriteRequests> counts)
    {
        (_process, _ports, _counts) = (process, ports, counts);
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Done when the emulator has ended, for whatever reason.</summary>
    public Task Exited { get; }

    /// <summary>Port of the blob service.</summary>
    public int BlobPort => _ports["Blob"];

    /// <summary>Port of the queue service.</summary>
    public int QueuePort => _ports["Queue"];

    /// <summary>Port of the table service.</summary>
    public int TablePort => _ports["Table"];

    /// <summary>The emulator's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Connects to all three services with the emulator's usual account.</summary>
    public string ConnectionString => ConnectionStringOf(DefaultAccount);

    /// <summary>Connects to all three services of an account.</summary>
    public string ConnectionStringOf(string account) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={AccountKey};"
        + $"BlobEndpoint=http://127.0.0.1:{BlobPort}/{account};"
        + $"QueueEndpoint=http://127.0.0.1:{QueuePort}/{account};"
        + $"TableEndpoint=http://127.0.0.1:{TablePort}/{account};";

    /// <summary>Installs Azurite if it is missing, starts it and returns when all three services listen.</summary>
    /// <exception cref="InvalidOperationException">Node.js is missing, npm failed, or a port is in use; the message says which.</exception>
    public static async Task<Azurite> StartAsync(AzuriteOptions options, CancellationToken cancellationToken = default)
    {
        var root = RepositoryRoot.Find();
        await AzuriteInstall.EnsureAsync(root, cancellationToken);

        var process = AzuriteInstall.StartOrExplain(StartInfo(root, options), "node");
        try
        {
            var counts = Channel.CreateUnbounded<AzuriteRequests>();
            return new Azurite(process, await ListeningPortsAsync(process, counts.Writer, options.Output, cancellationToken), counts);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>How many requests each service has taken since the start: what an account would be billed for. Not for concurrent use.</summary>
    public async Task<AzuriteRequests> CountRequestsAsync(CancellationToken cancellationToken = default)
    {
        await _process.StandardInput.WriteLineAsync("requests");
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await _counts.Reader.ReadAsync(cancellationToken);
    }

    /// <summary>Stops the emulator after it has saved its data.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(StopTimeout);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string root, AzuriteOptions options)
    {
        var local = Path.Combine(root, "infra", "local");
        var start = new ProcessStartInfo("node", [Path.Combine(local, "azurite", "azurite.cjs"), "--silent", "--disableTelemetry", "--skipApiVersionCheck"])
        {
            // Azurite notes its settings in the working directory unless it has a location.
            WorkingDirectory = Path.GetTempPath(),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', new[] { DefaultAccount, StateAccount, DurableAccount }.Select(account => $"{account}:{AccountKey}"));
        Add("--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1");
        Add("--blobPort", Text(options.BlobPort), "--queuePort", Text(options.QueuePort), "--tablePort", Text(options.TablePort));
        if (options.Location is null)
        {
            Add("--inMemoryPersistence");
        }
        else
        {
            Directory.CreateDirectory(options.Location);
            Add("--location", Path.GetFullPath(options.Location));
        }

        return start;

        void Add(params ReadOnlySpan<string> arguments)
        {
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
        }

        static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<Dictionary<string, int>> ListeningPortsAsync(
        Process process, ChannelWriter<AzuriteRequests> counts, Action<string>? tell, CancellationToken cancellationToken)
    {
        var ports = new Dictionary<string, int>();
        var output = new StringBuilder();
        var listening = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Both streams are read to their end: a full pipe would stop the emulator.
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null && AzuriteRequests.TryRead(line.Data, out var requests))
            {
                counts.TryWrite(requests);
                return;
            }

            Keep(line.Data);
            if (line.Data is null)
            {
                listening.TrySetResult(false);
            }
            else if (ListeningLine().Match(line.Data) is { Success: true } match)
            {
                ports[match.Groups["service"].Value] = int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
                if (ports.Count == 3)
                    listening.TrySetResult(true);
            }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();

        if (await listening.Task.WaitAsync(cancellationToken))
            return ports;

        await process.WaitForExitAsync(cancellationToken);
        var said = output.ToString();
        throw new InvalidOperationException(BusyAddress().Match(said) is { Success: true } busy
            ? $"Azurite could not start because {busy.Groups["address"].Value} is in use by another program."
            : $"Azurite ended with code {process.ExitCode} instead of starting.{Environment.NewLine}{said}");

        void Keep(string? line)
        {
            if (line is null)
                return;
            tell?.Invoke(line);
            if (listening.Task.IsCompleted)
                return;
            lock (output)
                output.AppendLine(line);
        }
    }

    [GeneratedRegex(@"^Azurite (?<service>Blob|Queue|Table) service is successfully listening at http://127\.0\.0\.1:(?<port>\d+)", RegexOptions.None, 1000)]
    private static partial Regex ListeningLine();

    [GeneratedRegex(@"EADDRINUSE: address already in use (?<address>\S+)", RegexOptions.None, 1000)]
    private static partial Regex BusyAddress();
}
