using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors;

/// <summary>What is known about a system without asking it.</summary>
public sealed record SystemCatalog
{
    /// <summary>As in addresses and settings: <c>synergy</c>.</summary>
    public required string System { get; init; }

    /// <summary>As people call it: <c>Total Synergy</c>.</summary>
    public required string DisplayName { get; init; }

    public required OAuthGrant Grant { get; init; }

    /// <summary>The code grant is protected by PKCE (RFC 7636).</summary>
    public bool UsesPkce { get; init; }

    /// <summary>What an administrator may type in instead of the consent page, or null.</summary>
    public string? TokenHelp { get; init; }

    /// <summary>The parts of what is typed in, where it has several; they are kept as one, joined by colons.</summary>
    public ImmutableArray<string> TokenParts { get; init; } = [];

    public required ImmutableArray<SystemKind> Kinds { get; init; }

    /// <summary>Settings with their defaults: addresses and whatever the vendor's documents leave unverified.</summary>
    public required ImmutableDictionary<string, SystemSetting> Settings { get; init; }

    /// <summary>How far before the last walk's start the next walk begins, for lists that lag or have coarse times.</summary>
    public required TimeSpan Overlap { get; init; }

    /// <summary>How long after a write a record may still be missing from lists: "not found" counts only after it.</summary>
    public required TimeSpan ReadLag { get; init; }

    /// <summary>The vendor's daily budget by plan (<c>standard</c>, <c>premium</c>), empty where it has none.</summary>
    public ImmutableDictionary<string, int> DailyCalls { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>The vendor counts calls by the hour as well: polls that ran ahead of the day would leave none for the rest of an hour.</summary>
    public bool CountsByHour { get; init; }

    /// <summary>A call that has not been answered for so long is given up; what it wrote may still be applied.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The vendor counts the calls that are under way by account: connections to one account share <see cref="VendorPipeline.ConcurrencySetting"/>.</summary>
    public bool CountsByAccount { get; init; }

    /// <summary>A write that names the version it is for is refused where the record has another: <see cref="IConnector.UpdateAsync"/>.</summary>
    public bool ConditionalWrites { get; init; }

    /// <summary>Lists show records as they were a while ago, so that a change in one is believed only when the record itself has it, too.</summary>
    public bool ListsLag { get; init; }

    /// <summary>How the system tells us of changes; null where it has no webhooks and polls alone find them.</summary>
    public WebhookFormat? Webhooks { get; init; }

    /// <summary>Its records' time of change is the time of their last edit, to the second, so that it may be compared with another system's once the clocks are.</summary>
    public bool TellsChangeTime { get; init; }

    /// <summary>Where people use the system, by a connection's settings; null where nobody knows.</summary>
    public Func<ImmutableDictionary<string, string>, Uri?> Site { get; init; } = _ => null;

    /// <summary>Where people see a record there, by the kind and its id; null where nobody knows.</summary>
    public Func<ImmutableDictionary<string, string>, string, string, Uri?> RecordPage { get; init; } = (_, _, _) => null;

    public SystemKind Kind(string name) => Kinds.First(kind => kind.Name == name);

    public bool HasKind(string name) => Kinds.Any(kind => kind.Name == name);

    /// <summary>The value of a setting, or its default where it is not set.</summary>
    public string Setting(ImmutableDictionary<string, string> settings, string name) => settings.GetValueOrDefault(name) ?? Settings[name].Default;
}

public enum OAuthGrant
{
    None,

    /// <summary>The redirect brings a code.</summary>
    Code,

    /// <summary>The redirect brings the token in the fragment.</summary>
    Implicit,
}

/// <param name="Name">The connector's word for a kind of record, e.g. <c>projects</c>.</param>
/// <param name="ParentKind">The kind whose records hold these, e.g. stages in projects; listed per parent.</param>
/// <param name="ListsChanges">The list can be narrowed to what changed since a time.</param>
public sealed record SystemKind(string Name, string? ParentKind = null, bool ListsChanges = true, bool CanSearch = false)
{
    public required ImmutableArray<SystemField> Fields { get; init; }

    /// <summary>Fields that each account makes for itself, so that no list here can name them.</summary>
    public ImmutableArray<FurtherFields> Further { get; init; } = [];

    /// <summary>The field of this name, or null.</summary>
    /// <param name="name">The vendor's name.</param>
    /// <param name="type">What it is taken for where an account made it and it may be of several types.</param>
    public SystemField? Field(string name, SystemFieldType type = SystemFieldType.Text) =>
        Fields.FirstOrDefault(field => field.Name == name) ?? Further.Select(further => further.Find(name, type)).FirstOrDefault(field => field is not null);
}

/// <param name="Pattern">Their names, with one star for what an account calls them: <c>merge_fields.*</c>, <c>*__c</c>.</param>
/// <param name="Types">What they may be.</param>
public sealed record FurtherFields(string Pattern, params ImmutableArray<SystemFieldType> Types)
{
    private readonly int _star = Pattern.IndexOf('*', StringComparison.Ordinal);

    /// <summary>Where they stand in a record: <c>merge_fields</c>; empty where they stand in the record itself.</summary>
    public string Holder => Pattern[..Math.Max(0, Pattern.LastIndexOf('.', _star))];

    /// <summary>The field of a name that fits, as the first of <see cref="Types"/> where it is not of <paramref name="type"/>. Names go into addresses and queries: they have letters, digits, underscores and dots.</summary>
    public SystemField? Find(string name, SystemFieldType type) =>
        name.Length >= Pattern.Length && name.StartsWith(Pattern[.._star], StringComparison.Ordinal) && name.EndsWith(Pattern[(_star + 1)..], StringComparison.Ordinal)
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.')
            ? new SystemField(name, Types.Contains(type) ? type : Types[0])
            : null;
}

/// <param name="MaxLength">What the vendor keeps of a text; longer ones are cut by us, not by it.</param>
public sealed record SystemField(string Name, SystemFieldType Type, bool Writable = true, int? MaxLength = null);

public enum SystemFieldType
{
    Text,
    Number,
    Flag,
    Day,

    /// <summary>A moment, in whole seconds: a text such as <c>2026-01-31T08:00:00Z</c>, always in UTC.</summary>
    Time,
    Set,
    Reference,
}

/// <param name="Kind">Who may set it: the operator of the app for all connections, or a tenant's administrator for one.</param>
/// <param name="Secret">Never shown again once it is set.</param>
/// <param name="Required">Nothing is found without it.</param>
public sealed record SystemSetting(string Default, string Help, SettingScope Kind = SettingScope.App, bool Secret = false, bool Required = false);

public enum SettingScope
{
    App,
    Connection,
}
