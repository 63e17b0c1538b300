using System.Collections.Immutable;
using System.Diagnostics;

namespace SyncFunctions.Up;

/// <param name="CpuSeconds">Processor time of all cores together.</param>
/// <param name="PeakMemoryMiB">The largest working set since the process started; null where the system does not tell.</param>
public sealed record ProcessUse(string Name, double CpuSeconds, double? PeakMemoryMiB);

/// <summary>What a piece of work took of the machine.</summary>
/// <param name="MachineCpuSeconds">What all programs of the machine used meanwhile; null where the system does not tell.</param>
/// <param name="AppLog">What the app logged meanwhile.</param>
public sealed record StackUsed(ImmutableArray<ProcessUse> Processes, double? MachineCpuSeconds, ImmutableArray<string> AppLog);

/// <summary>Measures what the processes of the stack use from a moment on.</summary>
public sealed class StackUse : IDisposable
{
    private readonly ImmutableArray<(string Name, Process Process, TimeSpan Cpu)> _processes;
    private readonly ProcessesState _ids;
    private readonly double? _machine = Machine.CpuSeconds();
    private readonly long _logged;

    private StackUse(StateFile stack)
    {
        _ids = stack.Processes;
        _logged = new FileInfo(AppLog(stack)).Length;
        _processes = [Begun("app", _ids.App), Begun("storage", _ids.Azurite), Begun("vendors", _ids.Vendors)];

        static (string, Process, TimeSpan) Begun(string name, int id)
        {
            var process = Process.GetProcessById(id);
            return (name, process, process.TotalProcessorTime);
        }
    }

    public static StackUse Begin(StateFile stack) => new(stack);

    /// <exception cref="UpFailure">A process was started again since, so that nothing can be said of it.</exception>
    public StackUsed End(StateFile stack)
    {
        if (stack.Processes != _ids)
            throw new UpFailure($"The function app ended while it was measured; its log is {AppLog(stack)}.");
        var machine = Machine.CpuSeconds() - _machine;
        return new StackUsed([.. _processes.Select(entry => Use(entry.Name, entry.Process, entry.Cpu))], machine, ReadLog(AppLog(stack)));
    }

    public void Dispose()
    {
        foreach (var (_, process, _) in _processes)
            process.Dispose();
    }

    private static string AppLog(StateFile stack) => Path.Combine(stack.Logs, "app.log");

    private static ProcessUse Use(string name, Process process, TimeSpan before)
    {
        process.Refresh();
        var peak = process.PeakWorkingSet64;
        return new ProcessUse(name, (process.TotalProcessorTime - before).TotalSeconds, peak > 0 ? peak / (1024.0 * 1024) : null);
    }

    private ImmutableArray<string> ReadLog(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = _logged;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n')];
    }
}
