using System.Globalization;
using System.Runtime.InteropServices;

namespace SyncFunctions.Up;

/// <summary>What figures were measured on.</summary>
public sealed record Machine(int Cores, double MemoryGiB, string System, string Runtime)
{
    private const double TicksPerSecond = 100;

    public static Machine Read() => new(
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024), 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    /// <summary>The processor time that all programs of the machine have used since it started; null where /proc does not tell.</summary>
    public static double? CpuSeconds()
    {
        if (!OperatingSystem.IsLinux())
            return null;

        // "cpu user nice system idle iowait irq softirq steal …" of all cores.
        var times = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Take(8).Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)).ToArray();
        return (times.Sum() - times[3] - times[4]) / TicksPerSecond;
    }

    public override string ToString() => $"{Cores} cores, {MemoryGiB:0.0} GiB, {System}, {Runtime}";
}
