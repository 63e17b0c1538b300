using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SyncFunctions.Up;

/// <summary>
/// A .NET program of this repository in a process of its own. What it prints goes to a log file. It never outlives this process:
/// its standard input is a leash (see <see cref="StartupHook"/>).
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 12;

    // Functions that run may end in order; the host gives them 30 seconds and what was told to stop 10 more.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Queue<string> _lastLines = new(KeptLines);
    private readonly Lock _gate = new();
    private bool _disposed;

    private ChildProcess(string name, Process process, StreamWriter log)
    {
        (Name, _process, _log) = (name, process, log);
        Id = process.Id;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Exited = WaitAsync();
    }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    public int Id { get; }

    /// <summary>The exit code, once it has ended for whatever reason and everything it printed is kept.</summary>
    public Task<int> Exited { get; }

    /// <summary>The end of what it printed.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_gate)
                return [.. _lastLines];
        }
    }

    /// <summary>Starts the program.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="assembly">Its dll.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Set for it, beside what this process has.</param>
    /// <param name="logFile">Where its output is added.</param>
    /// <exception cref="UpFailure">The program was not built, or the dotnet command is missing.</exception>
    public static ChildProcess Start(
        string name, string assembly, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, string logFile)
    {
        if (!File.Exists(assembly))
            throw new UpFailure($"{assembly} is missing; build infra/local/up first.");

        var dotnet = DotnetCommand();
        var start = new ProcessStartInfo(dotnet, [assembly, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Settings of the shell that would reach into the child: it is given what it needs below.
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(inherited);
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;

        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        var log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        try
        {
            return new ChildProcess(name, Process.Start(start)!, log);
        }
        catch (Win32Exception missing)
        {
            log.Dispose();
            throw new UpFailure($"'{dotnet}' was not found: the .NET SDK must be on the PATH.", missing);
        }
    }

    /// <summary>Asks it to stop and waits until it has; one that does not within its time is killed.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await Exited.WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await StopAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    // The one whose runtime runs this program; it may not be on the PATH.
    private static string DotnetCommand()
    {
        var installed = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(installed) ? installed : "dotnet";
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            if (_lastLines.Count == KeptLines)
                _lastLines.Dequeue();
            _lastLines.Enqueue(line);
            _log.WriteLine(line);
        }
    }
}
