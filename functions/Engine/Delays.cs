using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>How long changes took, counted in a few steps of time: small enough to be kept by the hour, and to be added up.</summary>
public static class Delays
{
    /// <summary>Where each step ends; the last has no end.</summary>
    private static readonly ImmutableArray<double> Ends = [0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 240, 600, 1800, 3600, 14_400, 86_400];

    public static readonly ImmutableArray<int> None = [.. Enumerable.Repeat(0, Ends.Length + 1)];

    /// <summary>Two clocks may differ: what took less than nothing took nothing.</summary>
    public static ImmutableArray<int> Plus(ImmutableArray<int> counts, TimeSpan took)
    {
        var step = Ends.BinarySearch(took.TotalSeconds);
        step = step < 0 ? ~step : step;
        return counts.SetItem(step, counts[step] + 1);
    }

    public static ImmutableArray<int> Plus(ImmutableArray<int> left, ImmutableArray<int> right) => [.. left.Zip(right, (a, b) => a + b)];

    /// <summary>The time within which this share of the changes went over, in seconds; null where none was measured.</summary>
    /// <param name="share">From 0 to 1.</param>
    public static double? Within(ImmutableArray<int> counts, double share)
    {
        var all = counts.Sum();
        if (all == 0) return null;
        var (left, step) = (share * all, 0);
        while (left > counts[step] && step < Ends.Length) left -= counts[step++];
        if (step == Ends.Length) return Ends[^1];

        // Inside a step they are taken to lie evenly.
        var begin = step == 0 ? 0 : Ends[step - 1];
        return Math.Round(begin + ((Ends[step] - begin) * Math.Max(0, left) / Math.Max(1, counts[step])), 2);
    }
}
