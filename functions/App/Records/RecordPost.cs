using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Records;

/// <summary>A record that another system posts, found to fit the flow.</summary>
/// <param name="Id">The record's on its side; null where it is to be found by its fields.</param>
/// <param name="Fields">Under the pair's names; none where the record is only to be looked at.</param>
public sealed record RecordPost(KindMap Kind, Side Side, string? Id, FieldSet Fields)
{
    private const int MaxIdLength = 256;
    private const int MaxTextLength = 100_000;

    /// <param name="Kind">The pair's word.</param>
    /// <param name="Side">The system that the record is of; that from which the flow goes, where it is left out.</param>
    /// <param name="Id">The record's in that system. With fields, they are written to it; without, it is looked at.</param>
    /// <param name="Fields">By the names of the flow's field table. Without an id the record is found by what the flow matches on, or made.</param>
    public sealed record Body(string? Kind, Side? Side, string? Id, IReadOnlyDictionary<string, JsonElement>? Fields);

    /// <exception cref="ProblemException">It does not fit; everything that is wrong is named.</exception>
    public static RecordPost Read(FlowContext flow, Body body)
    {
        var check = new BodyCheck();
        var side = body.Side ?? (flow.Settings.Direction switch { Direction.LeftToRight => Side.Left, Direction.RightToLeft => Side.Right, _ => flow.Pair.ImportFrom });
        var kinds = flow.Pair.Kinds.Where(kind => kind is { Parent: null, PartOf: null, IsReference: false });
        var kind = kinds.FirstOrDefault(kind => kind.Name == body.Kind);
        check
            .When(kind is null, "#/kind", $"The kinds that can be posted to this flow are {string.Join(", ", kinds.Select(known => known.Name))}.")
            .When(body.Id is { Length: 0 or > MaxIdLength }, "#/id", $"An id has 1 to {MaxIdLength} characters.")
            .When(body.Id is null && body.Fields is not { Count: > 0 }, "#", "An id, fields or both are required.");
        var fields = FieldSet.Empty;
        foreach (var (name, json) in (kind is null ? null : body.Fields) ?? ImmutableDictionary<string, JsonElement>.Empty)
        {
            if (ValueOf(flow, kind!, side, name, json, out var wrong) is { } value) fields = fields.With(name, value);
            else check.Add($"#/fields/{Uri.EscapeDataString(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))}", wrong);
        }

        if (kind is not null && body is { Id: null, Fields.Count: > 0 })
            check.When(Matching.Keys(kind, new Record("", fields)).IsEmpty, "#/fields", $"Without an id a record is found by {string.Join(", or by ", kind.MatchRules.Select(rule => string.Join(" and ", rule.Fields)))}.");
        check.Refuse();
        return new RecordPost(kind!, side, body.Id, fields);
    }

    private static FieldValue? ValueOf(FlowContext flow, KindMap kind, Side side, string name, JsonElement json, out string wrong)
    {
        var system = flow.On(side).Connector.Catalog;
        if (kind.Fields.FirstOrDefault(field => field.Name == name) is not { } field || flow.Settings.DirectionOf(kind, field) == Direction.Off)
        {
            wrong = "The kind has no such field, or the flow leaves it alone.";
            return null;
        }

        var end = field.End(side);
        var known = end.Name is { } vendorName && system.HasKind(kind.VendorKind(side)) ? system.Kind(kind.VendorKind(side)).Field(vendorName) : null;
        wrong = $"{system.DisplayName} has no such field that could be written.";
        if (!end.CanWrite || (known is { Writable: false } && !IsReadOnly(flow, kind, side))) return null;
        wrong = $"The value is a {field.Type.ToString().ToLowerInvariant()}{(field.Type == FieldType.Day ? " such as 2026-01-31" : "")}, or null.";
        if (ValueOf(field.Type, json) is not { } value) return null;
        var most = Math.Min(end.MaxLength ?? MaxTextLength, known?.MaxLength ?? MaxTextLength);
        wrong = $"{system.DisplayName} takes {most} characters at most.";
        if (value is FieldValue.Text { Value: var text } && text.Length > most) return null;
        wrong = $"{value} has no counterpart in {system.DisplayName}.";
        if (field.Name == KindMap.Lifecycle && value != KindMap.Active && value != KindMap.Archived) return null;
        return flow.Settings.CanTranslate(kind, field, side, value) ? value : null;
    }

    /// <summary>Records of the kind are nobody's to write, which is no fault of the body.</summary>
    internal static bool IsReadOnly(FlowContext flow, KindMap kind, Side side) =>
        flow.On(side).Connector.Catalog is var system && system.HasKind(kind.VendorKind(side)) && system.Kind(kind.VendorKind(side)) is { Further.IsEmpty: true } known && known.Fields.All(field => !field.Writable);

    private static FieldValue? ValueOf(FieldType type, JsonElement json) => (type, json.ValueKind) switch
    {
        (_, JsonValueKind.Null) => FieldValue.None,
        (FieldType.Text, JsonValueKind.String) => Text(json) is { } text ? new FieldValue.Text(text) : null,
        (FieldType.Number, JsonValueKind.Number) => json.TryGetDecimal(out var number) ? new FieldValue.Number(number) : null,
        (FieldType.Flag, JsonValueKind.True or JsonValueKind.False) => new FieldValue.Flag(json.GetBoolean()),
        (FieldType.Day, JsonValueKind.String) => DateOnly.TryParseExact(Text(json), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? new FieldValue.Day(day) : null,
        (FieldType.Set, JsonValueKind.Array) => json.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? Text(item) : null).ToList() is var items && !items.Contains(null) ? new FieldValue.Set(items.OfType<string>()) : null,
        (FieldType.Reference, JsonValueKind.String) => Text(json) is { Length: > 0 and <= MaxIdLength } id ? new FieldValue.Reference(id) : null,
        _ => null,
    };

    /// <summary>Null where it is no Unicode text.</summary>
    private static string? Text(JsonElement json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
