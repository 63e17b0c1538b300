using SyncFunctions.App.Sync;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Manage;

/// <summary>How often a flow is polled, and why no oftener, for a person.</summary>
internal static class PollPlanText
{
    public static string Of(FlowContext flow, PollPlan plan)
    {
        var pace = plan.Every <= TimeSpan.Zero ? "as often as the app polls" : $"every {Duration(plan.Every)}";
        var limits = Sides.Both.Select(side => Limit(flow, side)).OfType<string>().ToList();
        return limits.Count == 0 ? pace : $"{pace}: {string.Join("; ", limits)}";
    }

    private static string? Limit(FlowContext flow, Side side)
    {
        if (BudgetPlan.DailyCalls(flow.On(side)) is not { } calls) return null;
        var kinds = flow.Pair.TopKinds.Where(kind => flow.Listens(kind, side)).Select(kind => kind.VendorKind(side)).ToList();
        var kept = (int)Math.Round((1 - PollPlan.PollShare) * 100);
        return $"{calls} calls a day to {flow.On(side).Connector.Catalog.DisplayName} are shared by {List(kinds)}, and {kept} % of them are kept for writing";
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
