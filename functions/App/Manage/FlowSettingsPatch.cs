using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Manage;

/// <summary>A tenant's choices, merged by member into what a flow has (RFC 7396), and checked against its pair.</summary>
public static class FlowSettingsPatch
{
    public static readonly TimeSpan MaxLockWindow = TimeSpan.FromDays(7);
    private static readonly TimeSpan MaxCoolDown = TimeSpan.FromDays(1);
    private static readonly TimeSpan MinSweepEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxSweepEvery = TimeSpan.FromDays(31);

    /// <exception cref="ProblemException">A member is unknown, or a value does not fit the pair.</exception>
    public static FlowSettings Apply(Pair pair, Systems systems, FlowSettings settings, JsonElement? patch)
    {
        if (patch is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) }) throw JsonBody.Invalid("The settings must be a JSON object.", "#/settings");
        var merged = patch is { ValueKind: JsonValueKind.Object } changes ? Merge(Json.ToNode(settings)!.AsObject(), WithWholeRests(pair, settings, JsonObject.Create(changes)!)) : null;
        var result = merged is null ? settings : Read(merged);
        Check(pair, systems, result);

        // What the vendor has is not the tenant's to choose.
        return result with { StatusBoards = settings.StatusBoards, Vocabularies = settings.Vocabularies };
    }

    /// <summary>Whoever changes one member of a pair's own rule, or switches it off, leaves the others as they are.</summary>
    private static JsonObject WithWholeRests(Pair pair, FlowSettings settings, JsonObject patch)
    {
        foreach (var kind in pair.Kinds.Where(kind => kind.AutoPause is not null && settings.Kind(kind.Name).AutoPause is null))
        {
            if ((patch["kinds"] as JsonObject)?[kind.Name] is JsonObject chosen && chosen["autoPause"] is JsonObject rest) chosen["autoPause"] = Merge(Json.ToNode(kind.AutoPause)!.AsObject(), rest);
        }

        return patch;
    }

    /// <summary>A null in the patch takes the member back to its default.</summary>
    private static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) target.Remove(name);
            else if (value is JsonObject inner) target[name] = Merge(target[name]?.DeepClone() as JsonObject ?? [], inner);
            else target[name] = value.DeepClone();
        }

        return target;
    }

    private static FlowSettings Read(JsonObject merged) => JsonBody.Convert<FlowSettings>(JsonSerializer.SerializeToElement(merged), "#/settings");

    private static void Check(Pair pair, Systems systems, FlowSettings settings)
    {
        var check = new BodyCheck()
            .When(settings.Direction is not (Direction.Both or Direction.LeftToRight or Direction.RightToLeft), "#/settings/direction", "A flow runs both, leftToRight or rightToLeft.")
            .When(settings.LockWindow < TimeSpan.Zero || settings.LockWindow > MaxLockWindow, "#/settings/lockWindow", "A lock window lasts from 0 to 7 days.")
            .When(settings.CoolDown < TimeSpan.Zero || settings.CoolDown > MaxCoolDown, "#/settings/coolDown", "A cool-down lasts from 0 to 24 hours.")
            .When(settings.SweepEvery < TimeSpan.Zero || settings.SweepEvery > MaxSweepEvery || (settings.SweepEvery > TimeSpan.Zero && settings.SweepEvery < MinSweepEvery), "#/settings/sweepEvery", "Sweeps are 5 minutes to 31 days apart; 0 switches them off.")
            .When(settings.ReferencesEvery < TimeSpan.Zero || settings.ReferencesEvery > MaxSweepEvery || (settings.ReferencesEvery > TimeSpan.Zero && settings.ReferencesEvery < MinSweepEvery), "#/settings/referencesEvery", "Reference data is read 5 minutes to 31 days apart; 0 leaves it to a person.")
            .When(settings.Runaway.MaxWrites is < 2 or > 1000, "#/settings/runaway/maxWrites", "A link is quarantined after 2 to 1000 writes.")
            .When(settings.Runaway.Within <= TimeSpan.Zero || settings.Runaway.Within > Runaway.Default.Within, "#/settings/runaway/within", "Writes are counted within an hour at most.");
        foreach (var (name, kind) in settings.Kinds)
        {
            var at = $"#/settings/kinds/{Uri.EscapeDataString(name)}";
            if (pair.FindKind(name) is not { } map)
            {
                check.Add(at, "The pair has no such kind.");
                continue;
            }

            new KindSettingsCheck(check, map, kind, side => systems[pair.System(side)].Catalog, at).Run();
        }

        var maps = pair.Kinds.SelectMany(kind => kind.Fields).Select(field => field.ValueMap).OfType<string>().ToHashSet();
        foreach (var (name, pairs) in settings.ValueMaps)
        {
            var at = $"#/settings/valueMaps/{Uri.EscapeDataString(name)}";
            check
                .When(!maps.Contains(name), at, "The pair has no such value map.")
                .When(pairs.Any(values => values is not { Left.Length: > 0, Right.Length: > 0 }), at, "Each pair of values has a left and a right one.");
        }

        foreach (var (name, board, status, category) in settings.StatusCategories.Flat())
        {
            var field = pair.FindKind(name)?.Fields.Select(field => field.Status).FirstOrDefault(field => field is not null);
            check.When(field?.Categories.Contains(category) != true, $"#/settings/statusCategories/{Uri.EscapeDataString(name)}/{Uri.EscapeDataString(board)}/{Uri.EscapeDataString(status)}", field is null ? "The pair maps no statuses of this kind by category." : $"The categories are {string.Join(", ", field.Categories)}.");
        }

        foreach (var (name, board, category, _) in settings.StatusDefaults.Flat())
        {
            var field = pair.FindKind(name)?.Fields.Select(field => field.Status).FirstOrDefault(field => field is not null);
            check.When(field?.Categories.Contains(category) != true, $"#/settings/statusDefaults/{Uri.EscapeDataString(name)}/{Uri.EscapeDataString(board)}/{Uri.EscapeDataString(category)}", field is null ? "The pair maps no statuses of this kind by category." : $"The categories are {string.Join(", ", field.Categories)}.");
        }

        check.When(settings.LockedStatuses.Any(string.IsNullOrEmpty), "#/settings/lockedStatuses", "A status has a name.");
        check.Refuse();
    }

    /// <summary>
    /// Whether a tenant may choose this: values may flow in fewer ways than the pair allows, never in more. Which side sets a field
    /// first is the tenant's own choice where both can be written.
    /// </summary>
    internal static bool CanChoose(FieldMap field, Direction chosen) => field.Direction == chosen || chosen == Direction.Off || (field.Direction, chosen) switch
    {
        (Direction.Both, _) => true,
        (Direction.InitiallyFromLeft or Direction.InitiallyFromRight, _) when field.Left.CanWrite && field.Right.CanWrite => true,
        (Direction.InitiallyFromLeft, Direction.RightToLeft) => true,
        (Direction.InitiallyFromRight, Direction.LeftToRight) => true,
        _ => false,
    };
}
