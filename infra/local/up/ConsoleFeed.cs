using System.Text.Json;

namespace SyncFunctions.Up;

/// <summary>Prints each new row of the flow's integration log as one line: time, kind, direction, record, what was done.</summary>
public sealed class ConsoleFeed(ManagementApi api, Terminal terminal)
{
    private const int PageSize = 200;

    // A burst that is longer is told in part.
    private const int MostRows = 5000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private HashSet<string> _seen = [];

    /// <summary>Prints until <paramref name="cancellation"/>; what was logged before the start is not repeated.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _seen = [.. await NewestAsync(PageSize, cancellation)];
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var rows = await NewestAsync(MostRows, cancellation);

                // Newest first, as a person reads a log; printed in the order of the events.
                foreach (var line in rows.AsEnumerable().Reverse().Where(line => !_seen.Contains(line)))
                    terminal.Line(line);
                _seen = [.. rows];
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

    /// <summary>The newest rows: whole pages until one holds a row that was seen before.</summary>
    private async Task<List<string>> NewestAsync(int most, CancellationToken cancellation)
    {
        var rows = new List<string>();
        for (var continuation = ""; ;)
        {
            var page = await api.GetAsync($"{DemoTenant.FlowPath}/log?limit={PageSize}{continuation}", cancellation);
            rows.AddRange(page.GetProperty("items").EnumerateArray().Select(Line));
            if (rows.Count >= most || rows.Any(_seen.Contains) || Text(page, "continuation") is not { Length: > 0 } next)
                return rows;
            continuation = $"&continuation={Uri.EscapeDataString(next)}";
        }
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
