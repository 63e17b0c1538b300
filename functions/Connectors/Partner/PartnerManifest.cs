using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace SyncFunctions.Connectors.Partner;

/// <summary>What makes one system that speaks the partner contract (<c>partner-api.yaml</c>) different from the next: names, kinds, fields, limits.</summary>
public sealed record PartnerManifest(string System, string DisplayName, Uri Address)
{
    /// <summary>Where an administrator finds a token to type in; null where the system has consent alone.</summary>
    public string? TokenHelp { get; init; }

    public PartnerLimits Limits { get; init; } = new();

    public required ImmutableArray<PartnerKind> Kinds { get; init; }

    /// <param name="json">The text of a manifest.</param>
    /// <param name="manifest">Null where something is wrong.</param>
    /// <param name="problems">Everything that is wrong, each with the JSON pointer of its place.</param>
    public static bool TryParse(string json, [NotNullWhen(true)] out PartnerManifest? manifest, out ImmutableArray<ManifestProblem> problems) =>
        ManifestReader.TryRead(json, out manifest, out problems);

    public PartnerKind Kind(string name) => Kinds.First(kind => kind.Name == name);
}

/// <summary>One thing that is wrong with a manifest.</summary>
/// <param name="Pointer">Where: a JSON pointer (RFC 6901) as a fragment, <c>#/kinds/2/fields/0/type</c>.</param>
public sealed record ManifestProblem(string Pointer, string Message)
{
    public override string ToString() => $"{Pointer}: {Message}";
}

/// <param name="CallsPerMinute">What the system allows an account; null where it says nothing.</param>
public sealed record PartnerLimits(int? CallsPerMinute = null, int PageSize = 100, int ConcurrentCalls = 8)
{
    /// <summary>How far before the last walk's start the next walk begins.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a write a record may still be missing from lists.</summary>
    public TimeSpan ReadLag { get; init; } = TimeSpan.FromSeconds(30);
}

/// <param name="Parent">The kind whose records hold these, at whatever depth.</param>
/// <param name="ReadOnly">Its records are made and changed in the system alone.</param>
public sealed record PartnerKind(string Name, string? Parent = null, bool ListsChanges = true, bool Searchable = true, bool ReadOnly = false)
{
    public required ImmutableArray<PartnerField> Fields { get; init; }

    /// <summary>What makes a name for people: of the first set of fields that has a text, all.</summary>
    public ImmutableArray<ImmutableArray<string>> Label { get; init; } = [];
}

/// <param name="Reference">The kind of the records that it refers to.</param>
/// <param name="Required">A new record has to have it.</param>
public sealed record PartnerField(string Name, SystemFieldType Type, bool ReadOnly = false, bool Required = false, int? MaxLength = null, string? Reference = null)
{
    /// <summary>The only texts that it takes; all if empty.</summary>
    public ImmutableArray<string> Values { get; init; } = [];
}
