using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Differ">Whether any field differs.</param>
public sealed record DifferencesView(
    string Link, string Kind, LinkState State, LoopLock? Lock, SeenSide Left, SeenSide Right, bool Differ, IReadOnlyList<DifferenceView> Fields, IReadOnlyList<PlanLineView> Plan, string? WhyNoSync)
{
    /// <summary>What people call the linked records that fields refer to, by link.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = ImmutableDictionary<string, string>.Empty;

    public static DifferencesView Of(Differences found) => new(
        found.Link.Value,
        found.Kind,
        found.State,
        found.Lock,
        found.Left,
        found.Right,
        found.Differ,
        [.. found.Fields.Select(field => DifferenceView.Of(found, field))],
        [.. found.Plan.Select(PlanLineView.Of)],
        found.WhyNoSync);
}

/// <param name="AgreedLeft">What the left side had when the two last agreed.</param>
/// <param name="WritableLeft">A person may push the right value to the left side.</param>
/// <param name="Sync">What a sync would do with this field now.</param>
/// <param name="References">The kind of record that it refers to.</param>
public sealed record DifferenceView(
    string Name,
    FieldValue Left,
    FieldValue Right,
    bool Differs,
    FieldValue? AgreedLeft,
    FieldValue? AgreedRight,
    Direction Direction,
    bool WritableLeft,
    string? WhyNotLeft,
    bool WritableRight,
    string? WhyNotRight,
    string Sync,
    string? References)
{
    public static DifferenceView Of(Differences found, FieldDifference field) => new(
        field.Name,
        field.Left,
        field.Right,
        field.Differs,
        field.AgreedLeft,
        field.AgreedRight,
        field.Direction,
        field.WhyNotLeft is null,
        field.WhyNotLeft,
        field.WhyNotRight is null,
        field.WhyNotRight,
        SyncOf(found, field.Name),
        field.References);

    private static string SyncOf(Differences found, string name)
    {
        var line = found.Plan.FirstOrDefault(line => line.Target is not null && line.Action != "conflict" && line.Fields.Any(field => field.Name == name));
        return line switch
        {
            null => "nothing",
            { Action: "hold" } => "hold",
            { Target: Side.Right } => "leftToRight",
            _ => "rightToLeft",
        };
    }
}

/// <param name="Target">The side that would be written to.</param>
public sealed record PlanLineView(string Kind, Side Side, string RecordId, string Label, string Action, Side? Target, string? Link, IReadOnlyList<PlanField> Fields, string? Reason)
{
    public static PlanLineView Of(PlanLine line) => new(line.Kind, line.Side, line.RecordId, line.Label, line.Action, line.Target, line.Link?.Value, line.Fields, line.Reason);
}

/// <param name="After">Both sides as they are now; null where they could not be read again.</param>
public sealed record PushView(string Link, string Detail, DifferencesView? After)
{
    public static PushView Of(PushResult done) => new(done.Result.Link!.Value.Value, done.Result.Detail, done.After is { } after ? DifferencesView.Of(after) : null);
}

internal static class PushProblem
{
    /// <summary>What was pushed, or the problem that says which field could not be and why.</summary>
    public static PushResult Require(this PushResult result)
    {
        var check = new BodyCheck();
        foreach (var (field, why) in result.Refused) check.Add($"#/fields/{Uri.EscapeDataString(field)}", why);
        check.Refuse();
        result.Result.Require();
        return result;
    }
}
