using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>How one kind of record is synchronised between the two systems of a pair. Shipped in code.</summary>
public sealed record KindMap
{
    /// <summary>The canonical field that every kind with an archive has: <see cref="Active"/> or <see cref="Archived"/>.</summary>
    public const string Lifecycle = "lifecycle";

    public static readonly FieldValue Active = new FieldValue.Text("active");
    public static readonly FieldValue Archived = new FieldValue.Text("archived");

    /// <summary>The pair's word, e.g. <c>company</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The left connector's word, e.g. <c>companies</c>.</summary>
    public required string LeftKind { get; init; }

    public required string RightKind { get; init; }

    public required ImmutableArray<FieldMap> Fields { get; init; }

    /// <summary>Tried in order; the first on which both records have a value decides.</summary>
    public ImmutableArray<MatchRule> MatchRules { get; init; } = [];

    /// <summary>The side that wins a conflict.</summary>
    public Side Master { get; init; } = Side.Left;

    /// <summary>The directions in which new records are created, unless the tenant switches them off.</summary>
    public Direction NewRecords { get; init; } = Direction.Both;

    public LifecyclePolicy WhenGone { get; init; } = LifecyclePolicy.Archive;

    /// <summary><see cref="LifecyclePolicy.Archive"/>: the lifecycle flows like any other field.</summary>
    public LifecyclePolicy WhenArchived { get; init; } = LifecyclePolicy.Archive;

    /// <summary>What becomes of a new record for which no counterpart is found.</summary>
    public OnNoMatch OnNoMatch { get; init; } = OnNoMatch.Create;

    /// <summary>The kind whose records hold these one to one (progress in projects): linked with their parent, synchronised per parent.</summary>
    public string? Parent { get; init; }

    /// <summary>A record that has one of these values is locked on its side: its changes stay there, the other direction stays open.</summary>
    public StatusLock? StatusLock { get; init; }

    public string VendorKind(Side side) => side == Side.Left ? LeftKind : RightKind;

    public FieldMap Field(string name) => Fields.First(field => field.Name == name);

    /// <summary>What people call a record of this kind, from its canonical fields.</summary>
    public static string LabelOf(Record record)
    {
        string?[] names = [Text("name"), string.Join(' ', new[] { Text("firstName"), Text("lastName") }.OfType<string>()), Text("email"), Text("number")];
        return names.FirstOrDefault(name => !string.IsNullOrWhiteSpace(name)) ?? record.Id;

        string? Text(string field) => record.Fields.Find(field) is { IsBlank: false } value ? value.ToString() : null;
    }

    /// <summary>A vendor's record in canonical form.</summary>
    public Record Project(Side side, Record vendor, FlowSettings settings)
    {
        var fields = FieldSet.Empty;
        var unmapped = ImmutableSortedDictionary<string, string>.Empty;
        foreach (var map in Fields)
        {
            if (map.End(side).From(vendor.Fields) is not { } value) continue;
            if (settings.Translate(map, side, value) is { } translated) fields = fields.With(map.Name, translated);
            else unmapped = unmapped.Add(map.Name, value.ToString()!);
        }

        var record = vendor with { Fields = fields, Unmapped = unmapped, Block = BlockOf(side, vendor, settings) };
        return record with { Label = LabelOf(record) };
    }

    /// <summary>This kind with the fields that the tenant maps in addition.</summary>
    public KindMap With(KindSettings choices) =>
        choices.CustomFields.IsDefaultOrEmpty ? this : this with { Fields = [.. Fields, .. choices.CustomFields.Where(custom => !Fields.Any(field => field.Name == custom.Name)).Select(custom => custom.ToMap())] };

    private Block? BlockOf(Side side, Record vendor, FlowSettings settings)
    {
        var filters = from filter in settings.Kind(Name).Filters
                      where filter.Side == side && !filter.Admits(vendor)
                      select new Block(filter.Blocks, SkipReason.Filtered, $"The record is outside the filter on {filter.Field}.", IsFilter: true);
        return StatusLock?.Check(side, vendor, settings) is { } status
            ? Block.All([new Block(Blocks.Outgoing, SkipReason.StatusLocked, $"The status {status} is locked.", IsFilter: false), .. filters])
            : Block.All(filters);
    }

    /// <summary>Canonical fields under the vendor's names, ready to be sent. References are vendor ids by then.</summary>
    public FieldSet Express(Side side, FieldSet canonical, FlowSettings settings) => FieldSet.From(
        from field in canonical
        let map = Field(field.Key)
        let end = map.End(side)
        where end.Name is not null
        let value = end.Shape(settings.TranslateBack(map, side, field.Value))
        select KeyValuePair.Create(end.Name, end.Write is null ? value : end.Write(value)));
}

/// <param name="Side">The side on which the lock holds.</param>
/// <param name="VendorFields">Vendor fields whose value may be the locked status.</param>
public sealed record StatusLock(Side Side, params ImmutableArray<string> VendorFields)
{
    /// <summary>The locked status the record has, or null.</summary>
    internal string? Check(Side side, Record vendor, FlowSettings settings) =>
        side != Side || settings.LockedStatuses.IsEmpty
            ? null
            : VendorFields
                .Select(name => vendor.Fields.Find(name)?.ToString())
                .FirstOrDefault(status => status is not null && settings.LockedStatuses.Contains(status, StringComparer.OrdinalIgnoreCase));
}

/// <summary>Records whose values of all these fields are the same (letter case and spaces aside) are the same record.</summary>
public sealed record MatchRule(params ImmutableArray<string> Fields)
{
    /// <summary>What a record and its match have in common, or null where one of the fields is blank.</summary>
    public string? Key(Record record)
    {
        var parts = new List<string>(Fields.Length);
        foreach (var field in Fields)
        {
            if (record.Fields.Find(field) is not { IsBlank: false } value) return null;
            parts.Add(string.Join(' ', value.ToString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant());
        }

        return $"{string.Join('+', Fields)}={string.Join('\u001f', parts)}";
    }
}
