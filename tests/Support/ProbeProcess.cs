using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using SyncFunctions.Local;

namespace SyncFunctions.Tests.Support;

/// <summary>A line that a function of the probe app wrote into its journal.</summary>
public sealed record JournalLine(DateTimeOffset Time, int Process, string Function, string Text);

/// <summary>
/// The function app <c>tests/ProbeApp</c> in a process of its own, on a free port, that can be killed. It ends with this object, and
/// with this process should that be killed.
/// </summary>
public sealed class ProbeProcess : IAsyncDisposable
{
    private const string Greeting = "Listening on ";
    private const int Term = 15;
    private const int Stop = 19;
    private const int Continue = 18;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProbeProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        Client = new HttpClient();
        Exited = process.WaitForExitAsync(CancellationToken.None);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its process id.</summary>
    public int Id { get; }

    /// <summary>Speaks to its address.</summary>
    public HttpClient Client { get; }

    /// <summary>What it has printed up to now.</summary>
    public IReadOnlyCollection<string> Output => _lines;

    /// <summary>Done when it has ended, for whatever reason.</summary>
    public Task Exited { get; }

    /// <summary>The exit code of one that has ended; 137 after SIGKILL.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts the app and returns when it listens.</summary>
    /// <param name="settings">
    /// Its settings, as environment variables; those of <see cref="Settings"/> are the least. A setting of host.json is
    /// <c>AzureFunctionsJobHost__…</c>.
    /// </param>
    /// <exception cref="InvalidOperationException">It ended instead of listening; the message holds what it printed.</exception>
    public static async Task<ProbeProcess> StartAsync(IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellation = default)
    {
        var process = Process.Start(StartInfo(settings)) ?? throw new InvalidOperationException("The probe app could not be started.");
        var probe = new ProbeProcess(process);
        try
        {
            await Task.WhenAny(probe._address.Task, probe.Exited).WaitAsync(Eventually.Patience, cancellation);
            if (!probe._address.Task.IsCompleted)
                throw new InvalidOperationException($"The probe app ended with code {probe.ExitCode}.{Environment.NewLine}{probe.OutputText}");
            probe.Client.BaseAddress = await probe._address.Task;
            return probe;
        }
        catch
        {
            await probe.DisposeAsync();
            throw;
        }
    }

    /// <summary>Settings of an app of its own on that storage: its host id, queue, hub and journal are nobody else's.</summary>
    /// <param name="connectionString">Connects to the storage emulator.</param>
    /// <param name="journal">A folder for what the functions note.</param>
    public static Dictionary<string, string> Settings(string connectionString, string journal)
    {
        var prefix = AzuriteFixture.NewPrefix();
        return new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] = connectionString,
            ["AzureFunctionsWebHost__hostid"] = prefix,
            ["TaskHubName"] = prefix,
            ["WorkQueue"] = $"{prefix}-work",
            ["TickSchedule"] = "0 0 0 1 1 *",
            ["Journal"] = journal,
            ["EmbeddedHost__KeyFile"] = Path.Combine(journal, "host-keys.json"),
        };
    }

    /// <summary>What all processes wrote into the journal of that folder up to now, by time.</summary>
    public static IReadOnlyList<JournalLine> ReadJournal(string journal)
    {
        if (!Directory.Exists(journal)) return [];
        return
        [
            .. (from file in Directory.EnumerateFiles(journal, "*.journal")
                let process = int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture)
                from line in File.ReadAllText(file).Split('\n')[..^1]
                let parts = line.Split('\t')
                select new JournalLine(DateTimeOffset.Parse(parts[0], CultureInfo.InvariantCulture), process, parts[1], parts[2]))
            .OrderBy(line => line.Time),
        ];
    }

    /// <summary>Ends it at once, as by a power cut.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await Exited;
    }

    /// <summary>Asks it to stop, as a platform does. Wait for <see cref="Exited"/>.</summary>
    public void Terminate() => Signal(Term);

    /// <summary>Freezes it, as a machine that is put to sleep.</summary>
    public void Freeze() => Signal(Stop);

    /// <summary>Lets a frozen one go on.</summary>
    public void Thaw() => Signal(Continue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await Exited;
        _process.Dispose();
        Client.Dispose();
    }

    private string OutputText => string.Join(Environment.NewLine, _lines);

    private static ProcessStartInfo StartInfo(IEnumerable<KeyValuePair<string, string>> settings)
    {
        // Built along with this project, into a folder of the same configuration and framework.
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var folder = Path.Combine(RepositoryRoot.Find(), "tests", "ProbeApp", "bin", output.Parent!.Name, output.Name);
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(folder, "SyncFunctions.ProbeApp.dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return start;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _lines.Enqueue(line);
        if (line.StartsWith(Greeting, StringComparison.Ordinal)) _address.TrySetResult(new Uri(line[Greeting.Length..]));
    }

    private void Signal(int signal)
    {
        if (Send(Id, signal) != 0) throw new InvalidOperationException($"The probe app {Id} could not be sent signal {signal}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);
}
