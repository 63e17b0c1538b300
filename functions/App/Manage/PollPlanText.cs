using System.Globalization;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Manage;

/// <summary>How often a flow is polled, and why no oftener, for a person.</summary>
internal static class PollPlanText
{
    /// <summary>The pace that the whole day allows. A quiet morning may run ahead of it, a busy one behind.</summary>
    public static string Of(FlowContext flow, DateTimeOffset now)
    {
        var every = Sides.Both.Max(side => PollPlan.For(
            now, flow.Flow.PollEvery ?? TimeSpan.Zero, used: 0, BudgetPlan.DailyCalls(flow.On(side)), BudgetPlan.CallsPerPoll(flow, side)).Every);
        var pace = every <= TimeSpan.Zero ? "as often as the app polls" : $"every {Duration(every)}";
        var limits = Sides.Both.Select(side => Limit(flow, side)).OfType<string>().ToList();
        return limits.Count == 0 ? pace : $"{pace}: {string.Join("; ", limits)}";
    }

    private static string? Limit(FlowContext flow, Side side)
    {
        if (BudgetPlan.DailyCalls(flow.On(side)) is not { } calls) return null;
        var kinds = flow.Pair.TopKinds.Where(kind => flow.Listens(kind, side)).Select(kind => kind.VendorKind(side)).ToList();
        var kept = (int)Math.Round((1 - PollPlan.PollShare) * 100);
        return $"{calls.ToString("N0", CultureInfo.InvariantCulture)} calls a day to {flow.On(side).Connector.Catalog.DisplayName} are shared by {List(kinds)}, and {kept} % of them are kept for writing";
    }

    private static string List(List<string> names) => names.Count > 1 ? $"{string.Join(", ", names[..^1])} and {names[^1]}" : string.Concat(names);

    private static string Duration(TimeSpan time)
    {
        var (count, unit) = time switch
        {
            { TotalMinutes: < 1 } => (time.TotalSeconds, "second"),
            { TotalMinutes: < 120 } => (time.TotalMinutes, "minute"),
            _ => (time.TotalHours, "hour"),
        };
        var rounded = (long)Math.Ceiling(count - 0.001);
        return rounded == 1 ? unit : $"{rounded} {unit}s";
    }
}
