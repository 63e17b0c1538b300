using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Connectors.Partner;

/// <summary>
/// Reads a manifest and finds everything that is wrong with it at once. <c>partner-manifest.schema.json</c> says the same as far as a
/// schema can; what refers from one place of the manifest to another is checked here alone.
/// </summary>
internal sealed partial class ManifestReader
{
    /// <summary>Names that records have of their own, and those of the parameters of lists, among which fields stand as filters.</summary>
    private static readonly string[] Reserved = ["id", "createdAt", "modifiedAt", "version", "since", "cursor", "limit", "parent"];

    private readonly ImmutableArray<ManifestProblem>.Builder _problems = ImmutableArray.CreateBuilder<ManifestProblem>();

    public static bool TryRead(string json, [NotNullWhen(true)] out PartnerManifest? manifest, out ImmutableArray<ManifestProblem> problems)
    {
        var reader = new ManifestReader();
        manifest = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            manifest = reader.Manifest(new Place(document.RootElement, "#"));
        }
        catch (JsonException exception)
        {
            reader.Add("#", $"It is no JSON: line {exception.LineNumber + 1}.");
        }

        problems = reader._problems.ToImmutable();
        manifest = problems.IsEmpty ? manifest : null;
        return manifest is not null;
    }

    private PartnerManifest? Manifest(Place root)
    {
        if (!IsObject(root, "$schema", "system", "displayName", "address", "tokenHelp", "limits", "kinds"))
            return null;
        var kinds = List(root.At("kinds"), Kind);
        Unique(root.At("kinds"), kinds.Select(kind => kind.Name), "kind");
        for (var i = 0; i < kinds.Length && kinds.Length == root.At("kinds").Json.GetArrayLength(); i++)
            CheckReferences(root.At("kinds").At(i), kinds[i], kinds);
        return new PartnerManifest(
            Text(root.At("system"), SystemName(), "a name of 2 to 30 small letters, digits and '-'"),
            Text(root.At("displayName"), Line(60), "a text of at most 60 characters"),
            Address(root.At("address")))
        {
            TokenHelp = root.Has("tokenHelp") ? Text(root.At("tokenHelp"), Line(500), "a text of at most 500 characters") : null,
            Limits = root.Has("limits") ? Limits(root.At("limits")) : new PartnerLimits(),
            Kinds = kinds,
        };
    }

    private PartnerLimits Limits(Place place)
    {
        if (!IsObject(place, "callsPerMinute", "pageSize", "concurrentCalls", "overlapSeconds", "readLagSeconds"))
            return new PartnerLimits();
        var none = new PartnerLimits();
        return new PartnerLimits(
            place.Has("callsPerMinute") ? Number(place.At("callsPerMinute"), 1, 1_000_000) : null,
            place.Has("pageSize") ? Number(place.At("pageSize"), 20, 10_000) : none.PageSize,
            place.Has("concurrentCalls") ? Number(place.At("concurrentCalls"), 1, 64) : none.ConcurrentCalls)
        {
            Overlap = place.Has("overlapSeconds") ? TimeSpan.FromSeconds(Number(place.At("overlapSeconds"), 0, 3600)) : none.Overlap,
            ReadLag = place.Has("readLagSeconds") ? TimeSpan.FromSeconds(Number(place.At("readLagSeconds"), 0, 3600)) : none.ReadLag,
        };
    }

    private PartnerKind? Kind(Place place)
    {
        if (!IsObject(place, "name", "parent", "listsChanges", "searchable", "readOnly", "label", "fields"))
            return null;
        var name = Text(place.At("name"), KindName(), "a name of at most 40 letters and digits that begins with a small letter");
        if (name == "account")
            Add(place.At("name").Pointer, "No kind can be called 'account'.");
        var fields = List(place.At("fields"), Field);
        Unique(place.At("fields"), fields.Select(field => field.Name), "field");
        return new PartnerKind(
            name,
            place.Has("parent") ? Text(place.At("parent"), KindName(), "the name of a kind") : null,
            Flag(place, "listsChanges", missing: true),
            Flag(place, "searchable", missing: true),
            Flag(place, "readOnly", missing: false))
        {
            Fields = fields,
            Label = Label(place, fields),
        };
    }

    private ImmutableArray<ImmutableArray<string>> Label(Place kind, ImmutableArray<PartnerField> fields)
    {
        if (!kind.Has("label"))
            return [.. fields.Where(field => field.Type == SystemFieldType.Text).Take(1).Select(field => ImmutableArray.Create(field.Name))];
        return List(kind.At("label"), set => List(set, name =>
        {
            var text = Text(name, FieldName(), "the name of a field");
            if (text.Length > 0 && fields.All(field => field.Name != text))
                Add(name.Pointer, $"The kind has no field '{text}'.");
            return text;
        }));
    }

    private PartnerField? Field(Place place)
    {
        if (!IsObject(place, "name", "type", "readOnly", "required", "maxLength", "values", "reference"))
            return null;
        var name = Text(place.At("name"), FieldName(), "a name of at most 60 letters and digits that begins with a small letter");
        if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
            Add(place.At("name").Pointer, $"'{name}' is no name for a field: the contract gives it a meaning of its own.");
        var type = Type(place.At("type"));
        var field = new PartnerField(name, type ?? SystemFieldType.Text, Flag(place, "readOnly", missing: false), Flag(place, "required", missing: false))
        {
            MaxLength = place.Has("maxLength") ? Number(place.At("maxLength"), 1, 10_000_000) : null,
            Values = place.Has("values") ? List(place.At("values"), value => Text(value, Line(200), "a text of at most 200 characters")) : [],
            Reference = place.Has("reference") ? Text(place.At("reference"), KindName(), "the name of a kind") : null,
        };
        Unique(place.At("values"), field.Values, "value");
        if (field is { ReadOnly: true, Required: true })
            Add(place.At("required").Pointer, "A field that is read-only cannot be required.");
        if (type is not null and not SystemFieldType.Text && (place.Has("maxLength") || place.Has("values")))
            Add(place.Pointer, "Only a text has maxLength or values.");
        if (type is not null && (type == SystemFieldType.Reference) != place.Has("reference"))
            Add(place.Pointer, type == SystemFieldType.Reference ? "A reference says in 'reference' which kind it refers to." : "Only a reference has 'reference'.");
        return field;
    }

    private void CheckReferences(Place place, PartnerKind kind, ImmutableArray<PartnerKind> kinds)
    {
        bool IsKnown(string? name) => name is null or "" || kinds.Any(known => known.Name == name);
        if (!IsKnown(kind.Parent))
            Add(place.At("parent").Pointer, $"There is no kind '{kind.Parent}'.");
        else if (kind.Parent is not null && kinds.FirstOrDefault(known => known.Name == kind.Parent) is { Parent: not null })
            Add(place.At("parent").Pointer, $"'{kind.Parent}' lives inside another kind itself: name the outermost one.");
        for (var i = 0; i < kind.Fields.Length && kind.Fields.Length == place.At("fields").Json.GetArrayLength(); i++)
        {
            if (!IsKnown(kind.Fields[i].Reference))
                Add(place.At("fields").At(i).At("reference").Pointer, $"There is no kind '{kind.Fields[i].Reference}'.");
        }
    }

    private SystemFieldType? Type(Place place)
    {
        string[] names = [.. Enum.GetNames<SystemFieldType>().Select(type => type.ToLowerInvariant())];
        var text = place.Json.ValueKind == JsonValueKind.String ? place.Json.GetString()! : "";
        if (names.Contains(text))
            return Enum.Parse<SystemFieldType>(text, ignoreCase: true);
        Add(place.Pointer, $"A type is one of {string.Join(", ", names)}.");
        return null;
    }

    private Uri Address(Place place)
    {
        var text = place.Json.ValueKind == JsonValueKind.String ? place.Json.GetString()! : "";
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Query: "", Fragment: "", UserInfo: "" }
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            return address;
        Add(place.Pointer, "An https address is required.");
        return new Uri("https://invalid/");
    }

    private bool IsObject(Place place, params ReadOnlySpan<string> known)
    {
        if (place.Json.ValueKind != JsonValueKind.Object)
        {
            Add(place.Pointer, place.IsMissing ? "It is required." : "An object is required.");
            return false;
        }

        foreach (var property in place.Json.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                Add(place.At(property.Name).Pointer, $"There is no such member; known are {string.Join(", ", known)}.");
        }

        return true;
    }

    private ImmutableArray<T> List<T>(Place place, Func<Place, T?> read)
    {
        if (place.Json.ValueKind != JsonValueKind.Array || place.Json.GetArrayLength() == 0)
        {
            Add(place.Pointer, place.IsMissing ? "It is required." : "An array with at least one item is required.");
            return [];
        }

        return [.. Enumerable.Range(0, place.Json.GetArrayLength()).Select(i => read(place.At(i))).Where(item => item is not null).Select(item => item!)];
    }

    private void Unique(Place list, IEnumerable<string> names, string what)
    {
        // Readers of JSON that take names in any case are common: two that differ by case alone are one name too many.
        foreach (var twice in names.Where(name => name.Length > 0).GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            Add(list.Pointer, $"The {what} '{twice.Key}' is there twice.");
    }

    private string Text(Place place, Regex form, string what)
    {
        if (place.Json.ValueKind == JsonValueKind.String && place.Json.GetString() is { } text && form.IsMatch(text))
            return text;
        Add(place.Pointer, place.IsMissing ? "It is required." : $"It is not {what}.");
        return "";
    }

    private int Number(Place place, int least, int most)
    {
        if (place.Json.ValueKind == JsonValueKind.Number && place.Json.TryGetInt32(out var number) && number >= least && number <= most)
            return number;
        Add(place.Pointer, $"A whole number from {least} to {most} is required.");
        return least;
    }

    private bool Flag(Place place, string name, bool missing)
    {
        var flag = place.At(name);
        if (flag.IsMissing)
            return missing;
        if (flag.Json.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Add(flag.Pointer, "true or false is required.");
        return flag.Json.ValueKind == JsonValueKind.True;
    }

    private void Add(string pointer, string message) => _problems.Add(new ManifestProblem(pointer, message));

    [GeneratedRegex("^[a-z][a-z0-9-]{1,29}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SystemName();

    [GeneratedRegex("^[a-z][A-Za-z0-9]{0,39}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KindName();

    [GeneratedRegex("^[a-z][A-Za-z0-9]{0,59}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldName();

    private static Regex Line(int length) => new($"^[^\\p{{Cc}}]{{1,{length}}}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>A value, or the lack of one, and where it stands.</summary>
    private readonly record struct Place(JsonElement Json, string Pointer)
    {
        public bool IsMissing => Json.ValueKind == JsonValueKind.Undefined;

        public Place At(string name) => new(
            Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value) ? value : default,
            $"{Pointer}/{name.Replace("~", "~0").Replace("/", "~1")}");

        public Place At(int index) => new(Json[index], $"{Pointer}/{index}");

        public bool Has(string name) => !At(name).IsMissing;
    }
}
