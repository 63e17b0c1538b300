using System.Collections.Immutable;
using System.Diagnostics;

namespace SyncFunctions.Up;

/// <param name="CpuSeconds">Processor time of all cores together; null where the process ended meanwhile, and another took its place.</param>
/// <param name="PeakMemoryMiB">The largest working set since the process started; null where that is not known.</param>
public sealed record ProcessUse(string Name, double? CpuSeconds, double? PeakMemoryMiB);

/// <summary>What a piece of work took of the machine.</summary>
/// <param name="MachineCpuSeconds">What all programs of the machine used meanwhile; null where the system does not tell.</param>
/// <param name="AppLog">What the app logged meanwhile.</param>
public sealed record StackUsed(ImmutableArray<ProcessUse> Processes, double? MachineCpuSeconds, ImmutableArray<string> AppLog);

/// <summary>Measures what the processes of the stack use from a moment on.</summary>
public sealed class StackUse : IDisposable
{
    private readonly ImmutableArray<(string Name, Process Process, TimeSpan Cpu)> _processes;
    private readonly double? _machine = Machine.CpuSeconds();
    private readonly long _logged;

    private StackUse(StateFile stack)
    {
        _logged = new FileInfo(AppLog(stack)).Length;
        _processes = [Begun("app", stack.Processes.App), Begun("storage", stack.Processes.Azurite), Begun("vendors", stack.Processes.Vendors)];

        static (string, Process, TimeSpan) Begun(string name, int id)
        {
            var process = Process.GetProcessById(id);
            return (name, process, process.TotalProcessorTime);
        }
    }

    public static StackUse Begin(StateFile stack) => new(stack);

    public StackUsed End(StateFile stack)
    {
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
        if (process.HasExited)
            return new ProcessUse(name, null, null);
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
