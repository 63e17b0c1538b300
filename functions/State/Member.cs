using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Somebody who belongs to a tenant.</summary>
public sealed record Member(TenantId Tenant, PersonId Person, string Name, Role Role)
{
    public string? Email { get; init; }

    /// <summary>Ids of the groups that narrow them; none: they reach all that their role may.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Signs in by a password of the app; otherwise by the issuer.</summary>
    public bool IsLocal { get; init; }

    public bool IsDisabled { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Can put right whatever the others can't: a tenant always has one of them, once it has had one.</summary>
    public bool IsFullAdministrator => Role == Role.Administrator && !IsDisabled && Groups.IsEmpty;
}

/// <summary>Flows and acts to which members and API keys can be narrowed.</summary>
/// <param name="Flows">Null: all of them.</param>
/// <param name="Acts">Null: all of them.</param>
public sealed record Group(string Id, string Name, ImmutableSortedSet<string>? Flows, ImmutableSortedSet<Act>? Acts);

/// <summary>How the people and machines of a tenant may come in, and its groups.</summary>
public sealed record TenantAccess
{
    public static readonly TenantAccess Default = new();

    /// <summary>Addresses or networks (<c>192.0.2.0/24</c>); none: from anywhere.</summary>
    public ImmutableArray<string> AllowedAddresses { get; init; } = [];

    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a session lasts, however busy it is.</summary>
    public TimeSpan SessionLength { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Whether passwords of the app are not enough.</summary>
    public bool IssuerOnly { get; init; }

    public ImmutableArray<Group> Groups { get; init; } = [];
}

/// <summary>A key by which a machine calls the management API for a tenant.</summary>
/// <param name="Hash">All that is kept of it, beside <paramref name="Start"/>.</param>
/// <param name="Start">Its first characters, by which people know it again.</param>
/// <param name="CreatedBy">A name, for people.</param>
public sealed record ApiKey(TenantId Tenant, string Id, string Name, Role Role, string Hash, string Start, string CreatedBy)
{
    public ImmutableArray<string> Groups { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To about an hour; null where it never was.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A link by which somebody becomes a member of a tenant, once.</summary>
/// <param name="Hash">Of the code in the link.</param>
/// <param name="CreatedBy">A name, for people.</param>
public sealed record MemberInvitation(TenantId Tenant, string Id, string Hash, Role Role, string CreatedBy)
{
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Whom it is for; null: whoever has the link.</summary>
    public string? Email { get; init; }

    /// <summary>What the one who invites calls them.</summary>
    public string? Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
