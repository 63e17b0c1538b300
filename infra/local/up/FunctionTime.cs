using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SyncFunctions.Up;

/// <summary>How often a function ran and how long, as the host logged it; turns of orchestrators count like any other run.</summary>
public sealed partial record FunctionTime(string Name, int Runs, double Seconds, double LongestSeconds)
{
    /// <summary>Reads the log of the host; the functions that took longest in all come first.</summary>
    public static ImmutableArray<FunctionTime> Of(IEnumerable<string> log) =>
    [
        .. from line in log
           let executed = Executed().Match(line)
           where executed.Success
           group int.Parse(executed.Groups["ms"].ValueSpan, CultureInfo.InvariantCulture) / 1000.0 by executed.Groups["name"].Value into runs
           orderby runs.Sum() descending
           select new FunctionTime(runs.Key, runs.Count(), runs.Sum(), runs.Max()),
    ];

    [GeneratedRegex(@" Executed 'Functions\.(?<name>\w+)' \(\w+, Id=[^,]*, Duration=(?<ms>\d+)ms\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Executed();
}
