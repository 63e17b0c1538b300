using System.Globalization;
using SyncFunctions.Simulation.Core;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation;

/// <summary>Tells the trace of a seed, to be compared with that of another process: "core 7 60" is seed 7 of the core with 60 operations.</summary>
internal static class TraceProgram
{
    public static void Main(string[] arguments)
    {
        var (level, seed, operations) = (arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture), int.Parse(arguments[2], CultureInfo.InvariantCulture));
        Console.WriteLine(TraceOf(level, seed, operations));
    }

    public static string TraceOf(string level, int seed, int operations) => SingleThread.Run(() => level switch
    {
        "core" => CoreRun.Run(seed, operations, traced: true).Trace,
        "service" => ServiceRun.Run(seed, operations).Trace,
        _ => throw new ArgumentException($"There is no level {level}.", nameof(level)),
    });
}
