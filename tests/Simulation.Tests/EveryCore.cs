using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SyncFunctions.Simulation.Tests;

/// <summary>Tests of many worlds take every core by themselves: one such class at a time, after all others.</summary>
[CollectionDefinition(nameof(EveryCore), DisableParallelization = true)]
public sealed class EveryCore
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly TimeSpan _before = Used();

    /// <summary>What was played since this was made, and what it took.</summary>
    public string Tell(int seeds, int operations, long calls, long writes) =>
        FormattableString.Invariant($"{seeds} seeds of {operations} operations: {calls} calls, {writes} writes by the app; {(Used() - _before).TotalSeconds:0.0} s of CPU in {_watch.Elapsed.TotalSeconds:0.0} s, {Environment.ProcessorCount} x {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.");

    private static TimeSpan Used()
    {
        using var own = Process.GetCurrentProcess();
        return own.TotalProcessorTime;
    }
}
