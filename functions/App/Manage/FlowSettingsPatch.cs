using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Manage;

/// <summary>A tenant's choices, merged by member into what a flow has (RFC 7396), and checked against its pair.</summary>
public static class FlowSettingsPatch
{
    public static readonly TimeSpan MaxLockWindow = TimeSpan.FromDays(7);

    /// <exception cref="ProblemException">A member is unknown, or a value does not fit the pair.</exception>
    public static FlowSettings Apply(Pair pair, FlowSettings settings, JsonElement? patch)
    {
        if (patch is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) }) throw JsonBody.Invalid("The settings must be a JSON object.", "#/settings");
        var merged = patch is { ValueKind: JsonValueKind.Object } changes ? Merge(Json.ToNode(settings)!.AsObject(), JsonObject.Create(changes)!) : null;
        var result = merged is null ? settings : Read(merged);
        Check(pair, result);
        return result;
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

    private static void Check(Pair pair, FlowSettings settings)
    {
        var check = new BodyCheck()
            .When(settings.Direction is not (Direction.Both or Direction.LeftToRight or Direction.RightToLeft), "#/settings/direction", "A flow runs both, leftToRight or rightToLeft.")
            .When(settings.LockWindow < TimeSpan.Zero || settings.LockWindow > MaxLockWindow, "#/settings/lockWindow", "A lock window lasts from 0 to 7 days.");
        foreach (var (name, kind) in settings.Kinds)
        {
            var at = $"#/settings/kinds/{Uri.EscapeDataString(name)}";
            if (pair.FindKind(name) is not { } map)
            {
                check.Add(at, "The pair has no such kind.");
                continue;
            }

            check
                .When(kind.NewLeftToRight == true && !FlowSettings.Allows(map.NewRecords, Side.Left), $"{at}/newLeftToRight", "The pair creates no such records in this direction.")
                .When(kind.NewRightToLeft == true && !FlowSettings.Allows(map.NewRecords, Side.Right), $"{at}/newRightToLeft", "The pair creates no such records in this direction.");
            foreach (var (field, direction) in kind.Fields) CheckField(check, map, field, direction, $"{at}/fields/{Uri.EscapeDataString(field)}");
        }

        var maps = pair.Kinds.SelectMany(kind => kind.Fields).Select(field => field.ValueMap).OfType<string>().ToHashSet();
        foreach (var (name, pairs) in settings.ValueMaps)
        {
            var at = $"#/settings/valueMaps/{Uri.EscapeDataString(name)}";
            check
                .When(!maps.Contains(name), at, "The pair has no such value map.")
                .When(pairs.Any(values => values is not { Left.Length: > 0, Right.Length: > 0 }), at, "Each pair of values has a left and a right one.");
        }

        check.When(settings.LockedStatuses.Any(string.IsNullOrEmpty), "#/settings/lockedStatuses", "A status has a name.");
        check.Refuse();
    }

    private static void CheckField(BodyCheck check, KindMap kind, string name, Direction direction, string at)
    {
        if (kind.Fields.FirstOrDefault(field => field.Name == name) is not { } field)
            check.Add(at, "The kind has no such field.");
        else
            check.When(!CanChoose(field, direction), at, $"The pair lets this field go {Json.ToNode(field.Direction)}: that can be narrowed, not widened.");
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
