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

    /// <summary>
    /// The kind inside whose records these live, each with an id of its own (tickets in projects): they are looked at project by project, and
    /// all of a linked project's belong to it.
    /// </summary>
    public string? PartOf { get; init; }

    /// <summary>For what is <see cref="PartOf"/> another kind: the reference that leads to the project, or to another part of it.</summary>
    public string? HeldBy { get; init; }

    /// <summary>Staff, companies, work types and the like, which others refer to: all of them are brought over from the import side, every few hours and on demand.</summary>
    public bool IsReference { get; init; }

    /// <summary>What an archiving paused is resumed by a person, not by the end of it.</summary>
    public bool ResumesByHand { get; init; }

    /// <summary>Unless the tenant chooses otherwise.</summary>
    public AutoPause? AutoPause { get; init; }

    /// <summary>For a kind with parts: what lists of its records show besides their names.</summary>
    public ListedFields? Listed { get; init; }

    /// <summary>A record in which all of these are blank says nothing, and is left where it is unless the tenant wants it.</summary>
    public ImmutableArray<string> Substance { get; init; } = [];

    /// <summary>A record that has one of these values is locked on its side: its changes stay there, the other direction stays open.</summary>
    public StatusLock? StatusLock { get; init; }

    public string VendorKind(Side side) => side == Side.Left ? LeftKind : RightKind;

    public FieldMap Field(string name) => Fields.First(field => field.Name == name);

    /// <summary>What people call a record of this kind, from its canonical fields.</summary>
    public static string LabelOf(Record record)
    {
        string?[] names = [Text("name"), string.Join(' ', new[] { Text("firstName"), Text("lastName") }.OfType<string>()), Text("email"), Text("number"), Text("title")];
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
            if (ValueOf(map, side, vendor, settings) is not { } value) continue;
            if (settings.Translate(map, side, value) is { } translated) fields = fields.With(map.Name, translated);
            else unmapped = unmapped.Add(map.Name, value.ToString()!);
        }

        var record = vendor with { Fields = fields, Unmapped = unmapped, Block = BlockOf(side, vendor, fields, settings) };
        return record with { Label = LabelOf(record) };
    }

    /// <summary>This kind with the fields that the tenant maps in addition.</summary>
    public KindMap With(KindSettings choices) =>
        choices.CustomFields.IsDefaultOrEmpty ? this : this with { Fields = [.. Fields, .. choices.CustomFields.Where(custom => !Fields.Any(field => field.Name == custom.Name)).Select(custom => custom.ToMap())] };

    private FieldValue? ValueOf(FieldMap field, Side side, Record vendor, FlowSettings settings) =>
        field.Status is { } status && status.Side == side ? settings.CategoryOf(Name, status, vendor.Fields)
        : field.Vocabulary is { } vocabulary ? settings.Within(vocabulary, field.End(side).From(vendor))
        : field.End(side).From(vendor);

    private Block? BlockOf(Side side, Record vendor, FieldSet fields, FlowSettings settings)
    {
        if (!Substance.IsEmpty && !settings.Kind(Name).Bare && Substance.All(name => fields.Find(name) is null or { IsBlank: true }))
            return new Block(Blocks.Outgoing, SkipReason.Bare, $"It has no {string.Join(", no ", Substance)}.", IsFilter: true);
        var filters = from filter in settings.Kind(Name).Filters
                      where filter.Side == side && !filter.Admits(vendor)
                      select new Block(filter.Blocks, SkipReason.Filtered, $"The record is outside the filter on {filter.Field}.", IsFilter: true);
        return StatusLock?.Check(side, vendor, settings) is { } status
            ? Block.All([new Block(Blocks.Outgoing, SkipReason.StatusLocked, $"The status {status} is locked.", IsFilter: false), .. filters])
            : Block.All(filters);
    }

    /// <summary>Canonical fields under the vendor's names, ready to be sent. References are vendor ids by then.</summary>
    /// <param name="target">What is to be written to, under the vendor's names, where it is known: a status is one of its board's.</param>
    public FieldSet Express(Side side, FieldSet canonical, FlowSettings settings, Record? target = null) => FieldSet.From(
        from field in canonical
        let map = Field(field.Key)
        let end = map.End(side)
        where end.Name is not null
        let chosen = map.Status is { } status && status.Side == side ? settings.StatusFor(Name, status, field.Value, target?.Fields) : null
        where map.Status?.Side != side || chosen is not null
        let own = map.Vocabulary is { } vocabulary && target is not null ? settings.Outside(vocabulary, end.From(target)) : null
        select chosen is not null ? KeyValuePair.Create(end.Name!, chosen) : Plain(map, end, own is null ? field.Value : field.Value.AsSet().With(own), side, settings));

    /// <summary>The fields that cannot be put into the vendor's words, as far as the target is known.</summary>
    public IEnumerable<string> Inexpressible(Side side, FieldSet canonical, FlowSettings settings, Record? target) =>
        canonical.Keys.Where(name => Field(name).Status is { } status && status.Side == side && settings.StatusFor(Name, status, canonical[name], target?.Fields) is null);

    private static KeyValuePair<string, FieldValue> Plain(FieldMap map, FieldEnd end, FieldValue canonical, Side side, FlowSettings settings)
    {
        var value = end.Shape(settings.TranslateBack(map, side, canonical));
        return KeyValuePair.Create(end.Name!, end.Write is null ? value : end.Write(value));
    }
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
