using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>What webhooks took, held against what they may.</summary>
/// <param name="Alone">A change by itself.</param>
/// <param name="Burst">One of many at once.</param>
/// <param name="Echo">What it costs to recognise what the app itself wrote.</param>
internal sealed record WebhookFigures(Machine Machine, WebhookLoad Load, ChangeCost Alone, ChangeCost Burst, ChangeCost Echo)
{
    private ImmutableArray<Budget> Budgets =>
    [
        new("answer to ConnectWise, p99 ms", 300, Load.Told.TookMs.P99),
        new("answer to Moovila, p99 ms", 300, Load.Echoed.TookMs.P99),
        new("table operations, change alone", 9, Alone.Tables),
        new("table operations, change in a burst", 4, Burst.Tables),
        new("table operations, echo", 7, Echo.Tables),
        new("vendor calls, change alone", 3, Alone.Calls),
        new("vendor calls, change in a burst", 3, Burst.Calls),
        new("vendor calls, echo", 1, Echo.Calls),
    ];

    public void Print(Terminal terminal)
    {
        terminal.Table(
            ["Webhooks", ""],
            [
                ["Machine", Machine.ToString()],
                ["Edits", $"{Load.Edits:N0} in {Load.Seconds:0.0} s: {Load.Edits / Load.Seconds:0} a second; both sides equal {Load.DrainSeconds:0.0} s after the last"],
                ["Lost", $"{Load.Different} tickets differ"],
                .. Load.Use.Processes.Select(process => (string[])[$"Process of {process.Name}", process.CpuSeconds is { } cpu ? $"{cpu:0.0} s of processor time" : "ended meanwhile"]),
            ]);
        terminal.Table(
            ["Sender", "Made", "Delivered", "Given up", "p50 ms", "p95 ms", "p99 ms", "Max ms"],
            [Row(Launcher.ConnectWise, Load.Told), Row(Launcher.Moovila, Load.Echoed)]);
        terminal.Table(
            ["Cost", "Table operations", "Queue operations", "Vendor calls"],
            [Row("change alone", Alone), Row("change in a burst", Burst), Row("echo", Echo)]);
        terminal.Table(
            ["Budget", "Limit", "Measured", "Ratio", ""],
            Budgets.Select(budget => (string[])[budget.Name, $"≤ {budget.Limit:0.##}", $"{budget.Measured:0.00}", $"{budget.Ratio:0.00}", budget.IsMet ? "met" : "MISSED"]));
    }

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(
        new
        {
            Machine = Machine.ToString(),
            Load.Edits,
            Seconds = Math.Round(Load.Seconds, 1),
            DrainSeconds = Math.Round(Load.DrainSeconds, 1),
            Lost = Load.Different,
            Load.Told,
            Load.Echoed,
            Alone,
            Burst,
            Echo,
            Budgets = Budgets.Select(budget => new { budget.Name, budget.Limit, Measured = Math.Round(budget.Measured, 2), Ratio = Math.Round(budget.Ratio, 2), budget.IsMet }),
        },
        JsonSerializerOptions.Web)!.AsObject();

    private static string[] Row(string sender, SimWebhookCounts counts) =>
        [sender, $"{counts.Made:N0}", $"{counts.Delivered:N0}", $"{counts.GivenUp:N0}", $"{counts.TookMs.P50:0.0}", $"{counts.TookMs.P95:0.0}", $"{counts.TookMs.P99:0.0}", $"{counts.TookMs.Max:0.0}"];

    private static string[] Row(string what, ChangeCost cost) => [what, $"{cost.Tables:0.00}", $"{cost.Queues:0.00}", $"{cost.Calls:0.00}"];
}
