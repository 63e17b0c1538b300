using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Salesforce.SalesforceCatalog;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>Salesforce's JSON: what may be chosen several times is one text with semicolons, a flag is never null.</summary>
internal static class SalesforceRecords
{
    private const char Separator = ';';

    /// <summary>A row of a query.</summary>
    public static SalesforceRow ReadRow(SalesforceObject known, JsonElement json) => new(
        Read(known, json),
        json.At("SystemModstamp").AsTime("SystemModstamp", TimeZoneInfo.Utc),
        json.At("IsDeleted").AsFlag("IsDeleted") == true,
        json.At("MasterRecordId").AsText("MasterRecordId") is { Length: > 0 } master ? SalesforceId.Normal(master) : null);

    public static Record Read(SalesforceObject known, JsonElement json)
    {
        var record = known.Shape.Read(json);
        var sets = known.Kind.Fields.Where(field => field.Type == SystemFieldType.Set && record.Fields.ContainsKey(field.Name));
        return record with
        {
            Id = SalesforceId.Normal(record.Id) ?? throw new UnexpectedAnswerException("a record has an id that is none."),
            Fields = record.Fields.With(FieldSet.From(sets.Select(field => KeyValuePair.Create<string, FieldValue>(field.Name, Chosen(record.Fields[field.Name]))))),
        };
    }

    /// <summary>The fields as they stand in a body of a write.</summary>
    /// <param name="isNew">A record that is made may have values that no edit may give it, and the other way round.</param>
    public static VendorResult<JsonObject> Write(SalesforceObject known, FieldSet fields, bool isNew, ImmutableDictionary<string, string> settings)
    {
        if (isNew ? !known.CanCreate : !known.CanUpdate)
            return new VendorFailure(FailureKind.Forbidden, $"The user who connected Salesforce may not {(isNew ? "create" : "edit")} {known.Kind.Name}.") { Right = RightOf(known.Name) };
        foreach (var (name, value) in fields)
        {
            if (known.Kind.Field(name) is not { } field)
            {
                // What nobody has asked for, by a setting of their own, is not missed.
                if (SettingsOfFields.GetValueOrDefault(name) is not { } setting)
                    return new VendorFailure(FailureKind.Permanent, $"This Salesforce org has no field {name} of {known.Kind.Name}, or the user who connected it may not see it.");
                if (Catalog.Setting(settings, setting) is { Length: > 0 } named && named != Catalog.Settings[setting].Default)
                    return new VendorFailure(FailureKind.Misconfigured, $"This Salesforce org has no field {named} of {known.Kind.Name}, or the user who connected it may not see it: see the setting {setting}.");
                fields = fields.Without(name);
            }
            else if (known.Rights[name] is var rights && !(isNew ? rights.Create : rights.Update) && field.Writable)
            {
                return new VendorFailure(FailureKind.Permanent, $"The field {known.PathOf(name)} of {known.Kind.Name} cannot be {(isNew ? "set" : "changed")} by the user who connected Salesforce.");
            }
            else if (field.Type == SystemFieldType.Set && value.AsSet().Items.FirstOrDefault(item => item.Contains(Separator, StringComparison.Ordinal)) is not null)
            {
                return new VendorFailure(FailureKind.Permanent, $"A value of {known.PathOf(name)} holds a semicolon, which Salesforce takes for the end of a value.");
            }
        }

        if (!known.Shape.Write(fields).TryGet(out var body, out var failure))
            return failure;
        foreach (var name in fields.Keys)
        {
            var path = known.PathOf(name)!;
            body[path] = (known.Kind.Field(name)!.Type, body[path]) switch
            {
                (SystemFieldType.Set, JsonArray { Count: > 0 } items) => string.Join(Separator, items.Select(item => item!.GetValue<string>())),
                (SystemFieldType.Set, _) => null,
                (SystemFieldType.Flag, null) => false,
                (_, var other) => other?.DeepClone(),
            };
        }

        return body;
    }

    /// <summary>The right that is missing, in words that an administrator finds in a profile.</summary>
    public static string RightOf(string type) => $"Create and Edit on {type}";

    private static FieldValue.Set Chosen(FieldValue value) =>
        new(value.AsSet().Items.SelectMany(item => item.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
}

/// <param name="Stamp">What the list of changes is in the order of.</param>
/// <param name="Master">The record into which this one was merged.</param>
internal sealed record SalesforceRow(Record Record, DateTimeOffset? Stamp, bool IsDeleted, string? Master);
