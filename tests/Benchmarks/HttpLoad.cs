using System.Diagnostics;

namespace SyncFunctions.Benchmarks;

/// <summary>What a number of callers, each with one call at a time, got out of an address.</summary>
internal sealed record HttpLoad(double PerSecond, double P50, double P99)
{
    /// <summary>In milliseconds, of all calls within the time.</summary>
    public static async Task<HttpLoad> MeasureAsync(HttpClient client, string path, int callers, TimeSpan time, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var each = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(client, path, clock, time, cancellation), cancellation)));
        var seconds = clock.Elapsed.TotalSeconds;
        var all = each.SelectMany(times => times).Order().ToArray();
        return new HttpLoad(all.Length / seconds, all[all.Length / 2], all[all.Length * 99 / 100]);
    }

    /// <summary>Of several rounds, the middle one: the machine is never quite at rest.</summary>
    public static HttpLoad Middle(IEnumerable<HttpLoad> rounds)
    {
        var all = rounds.ToList();
        return new HttpLoad(Of(round => round.PerSecond), Of(round => round.P50), Of(round => round.P99));

        double Of(Func<HttpLoad, double> figure) => all.Select(figure).Order().ElementAt(all.Count / 2);
    }

    private static async Task<List<double>> CallAsync(HttpClient client, string path, Stopwatch clock, TimeSpan time, CancellationToken cancellation)
    {
        var times = new List<double>();
        while (clock.Elapsed < time)
        {
            var begun = Stopwatch.GetTimestamp();
            using var answer = await client.GetAsync(path, cancellation);
            answer.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return times;
    }
}
