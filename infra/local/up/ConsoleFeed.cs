using System.Text.Json;

namespace SyncFunctions.Up;

/// <summary>Prints each new row of the flow's integration log as one line: time, kind, direction, record, what was done.</summary>
public sealed class ConsoleFeed(ManagementApi api, Terminal terminal)
{
    private const int Limit = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _seen = [];

    /// <summary>Prints until <paramref name="cancellation"/>; what was logged before the start is not repeated.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var row in await ReadAsync(cancellation))
            _seen.Add(Key(row));
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // Newest first, as a person reads a log; printed in the order of the events.
                foreach (var row in (await ReadAsync(cancellation)).Reverse().Where(row => _seen.Add(Key(row))))
                    terminal.Line(Line(row));
            }
            catch (HttpRequestException)
            {
                // The app is being started again; the next turn asks again.
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<JsonElement[]> ReadAsync(CancellationToken cancellation)
    {
        var log = await api.GetAsync($"{DemoTenant.FlowPath}/log?limit={Limit}", cancellation);
        return [.. log.GetProperty("items").EnumerateArray()];
    }

    private static string Key(JsonElement row) => row.GetProperty("id").ToString();

    private static string Line(JsonElement row) => row.ToString();
}
