using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Manage;

/// <summary>Whether a tenant's choices for a kind fit the pair and both systems.</summary>
internal sealed class KindSettingsCheck(BodyCheck check, KindMap kind, KindSettings settings, Func<Side, SystemCatalog> systems, string at)
{
    private const int MostFilters = 20;
    private const int MostCustomFields = 50;
    private const int LongestRest = 3650;

    public void Run()
    {
        check
            .When(settings.NewLeftToRight == true && !FlowSettings.Allows(kind.NewRecords, Side.Left), $"{at}/newLeftToRight", "The pair creates no such records in this direction.")
            .When(settings.NewRightToLeft == true && !FlowSettings.Allows(kind.NewRecords, Side.Right), $"{at}/newRightToLeft", "The pair creates no such records in this direction.")
            .When(settings.OnNoMatch == OnNoMatch.Create && kind.NewRecords == Direction.Off, $"{at}/onNoMatch", "The pair creates no such records.")
            .When(settings.OnAmbiguous == OnAmbiguous.Create && kind.NewRecords == Direction.Off, $"{at}/onAmbiguous", "The pair creates no such records.")
            .When(settings.NewestWins && !Sides.Both.All(side => systems(side).TellsChangeTime), $"{at}/newestWins", "Not both systems tell for certain when a record was changed.");
        check.When(settings.Bare && kind.Substance.IsEmpty, $"{at}/bare", "Records of this kind always say something.");
        if (kind.Parent is { } parent) CheckInside(parent);
        else CheckPolicies();

        foreach (var (name, direction) in settings.Fields) CheckField(name, direction);
        foreach (var name in settings.Blanks.Keys) check.When(FieldOf(name) is null, $"{at}/blanks/{Uri.EscapeDataString(name)}", "The kind has no such field.");
        check.When(settings.CustomFields.Length > MostCustomFields, $"{at}/customFields", $"A kind has {MostCustomFields} fields of the tenant's own at most.");
        for (var i = 0; i < settings.CustomFields.Length; i++) CheckCustomField(settings.CustomFields[i], i);
        check.When(settings.Filters.Length > MostFilters, $"{at}/filters", $"A kind has {MostFilters} filters at most.");
        for (var i = 0; i < settings.Filters.Length; i++) CheckFilter(settings.Filters[i], $"{at}/filters/{i}");
        if (settings.AutoPause is { } rest) CheckAutoPause(rest);
    }

    private void CheckInside(string parent)
    {
        var pointer = settings switch
        {
            { WhenGone: not null } => "whenGone",
            { WhenArchived: not null } => "whenArchived",
            { ReviveEdited: not null } => "reviveEdited",
            { OnNoMatch: not null } => "onNoMatch",
            { OnAmbiguous: not null } => "onAmbiguous",
            { AutoPause: not null } => "autoPause",
            { Filters.IsEmpty: false } => "filters",
            _ => null,
        };
        if (pointer is not null) check.Add($"{at}/{pointer}", $"It lives and ends with its {parent}: choose this for the {parent}.");
    }

    private void CheckPolicies()
    {
        var hasArchive = kind.Fields.Any(field => field.Name == KindMap.Lifecycle);
        check
            .When(settings.WhenGone == LifecyclePolicy.Archive && !hasArchive, $"{at}/whenGone", "Records of this kind cannot be archived.")
            .When(settings.WhenArchived is not null && !hasArchive, $"{at}/whenArchived", "Records of this kind cannot be archived.");
    }

    private void CheckField(string name, Direction direction)
    {
        var pointer = $"{at}/fields/{Uri.EscapeDataString(name)}";
        if (FieldOf(name) is not { } field) check.Add(pointer, "The kind has no such field.");
        else if (field.IsConsent) check.When(direction != field.Direction, pointer, "Consent always goes over, in the directions of the flow.");
        else check.When(!FlowSettingsPatch.CanChoose(field, direction), pointer, $"The pair lets this field go {Json.ToNode(field.Direction)}: that can be narrowed, not widened.");
    }

    private void CheckCustomField(CustomField field, int number)
    {
        var pointer = $"{at}/customFields/{number}";
        check
            .When(string.IsNullOrWhiteSpace(field.Name) || field.Name.Length > 100, $"{pointer}/name", "A field has a name of 1 to 100 characters.")
            .When(kind.Fields.Any(known => known.Name == field.Name) || settings.CustomFields.Take(number).Any(other => other.Name == field.Name), $"{pointer}/name", "The kind has a field of this name already.")
            .When(field.Type == FieldType.Reference, $"{pointer}/type", "References are the pair's to map.")
            .When(field.MaxLength is < 1 or > 100_000, $"{pointer}/maxLength", "A text has 1 to 100000 characters.")
            .When(field.MaxLength is not null && field.Type != FieldType.Text, $"{pointer}/maxLength", "Only a text has a length.");
        foreach (var side in Sides.Both)
        {
            var name = side == Side.Left ? field.Left : field.Right;
            var place = $"{pointer}/{(side == Side.Left ? "left" : "right")}";
            if (Known(side, name, Enum.Parse<SystemFieldType>(field.Type.ToString())) is not { } known)
            {
                check.Add(place, NoSuchField(side));
                continue;
            }

            check
                .When(known.Type.ToString() != field.Type.ToString(), place, $"In {systems(side).DisplayName} this field is a {known.Type.ToString().ToLowerInvariant()}.")
                .When(!known.Writable && FlowSettings.AllowsAtCreation(field.Direction, side.Other()), place, $"{systems(side).DisplayName} does not let this field be written: choose another direction.")
                .When(kind.Fields.Any(mapped => mapped.End(side).Name == name), place, "The pair maps this field already.");
        }
    }

    private void CheckFilter(RecordFilter filter, string pointer) => check
        .When(Known(filter.Side, filter.Field) is null, $"{pointer}/field", NoSuchField(filter.Side))
        .When(filter.AnyOf.Any(string.IsNullOrWhiteSpace), $"{pointer}/anyOf", "A value has at least one visible character.");

    private void CheckAutoPause(AutoPause rest) => check
        .When(FieldOf(rest.Field) is null, $"{at}/autoPause/field", "The kind has no such field.")
        .When(!rest.Off && (rest.Values.IsDefaultOrEmpty || rest.Values.Any(string.IsNullOrWhiteSpace)), $"{at}/autoPause/values", "Name at least one value.")
        .When(rest.AfterDays is < 0 or > LongestRest, $"{at}/autoPause/afterDays", $"A record rests 0 to {LongestRest} days before its link is paused.");

    private FieldMap? FieldOf(string name) =>
        kind.Fields.FirstOrDefault(field => field.Name == name) ?? settings.CustomFields.FirstOrDefault(field => field.Name == name)?.ToMap();

    private SystemField? Known(Side side, string name, SystemFieldType type = SystemFieldType.Text) =>
        systems(side) is var system && system.HasKind(kind.VendorKind(side)) ? system.Kind(kind.VendorKind(side)).Field(name, type) : null;

    private string NoSuchField(Side side) => $"{kind.VendorKind(side)} of {systems(side).DisplayName} have no such field.";
}
