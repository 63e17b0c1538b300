using System.Text.Json;

namespace SyncFunctions.Up;

/// <summary>Prints each new row of the flow's integration log as one line: time, kind, direction, record, what was done.</summary>
public sealed class ConsoleFeed(ManagementApi api, Terminal terminal)
{
    private const int Limit = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private HashSet<string> _seen = [];

    /// <summary>Prints until <paramref name="cancellation"/>; what was logged before the start is not repeated.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _seen = [.. (await ReadAsync(cancellation)).Select(Line)];
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // Newest first, as a person reads a log; printed in the order of the events.
                var lines = (await ReadAsync(cancellation)).Reverse().Select(Line).ToList();
                foreach (var line in lines.Where(line => !_seen.Contains(line)))
                    terminal.Line(line);
                _seen = [.. lines];
            }
            catch (Exception restarting) when (restarting is HttpRequestException or ManagementException)
            {
                // The app is being started again, which is told elsewhere; the next turn asks again.
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A row of the log as one line.</summary>
    public static string Line(JsonElement row)
    {
        var direction = Text(row, "side") switch
        {
            "left" => "Synergy → tiny+",
            "right" => "tiny+ → Synergy",
            _ => "",
        };
        var level = Text(row, "level") is var text and not "info" ? $"{text.ToUpperInvariant()}: " : "";
        var label = Text(row, "label") is { Length: > 0 } name ? $"{name}: " : "";
        return $"{row.GetProperty("at").GetDateTimeOffset().ToLocalTime():HH:mm:ss.fff}  {Text(row, "kind"),-8}  {direction,-15}  {level}{label}{Text(row, "text")}";
    }

    private async Task<JsonElement[]> ReadAsync(CancellationToken cancellation)
    {
        var log = await api.GetAsync($"{DemoTenant.FlowPath}/log?limit={Limit}", cancellation);
        return [.. log.GetProperty("items").EnumerateArray()];
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
