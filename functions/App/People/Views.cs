using System.Collections.Immutable;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

public sealed record UserView(string Id, string Name, string? Email, Role Role, ImmutableArray<string> Groups, bool Disabled, bool Local, DateTimeOffset CreatedAt)
{
    public static UserView Of(Member member) => new(member.Person.Value, member.Name, member.Email, member.Role, member.Groups, member.IsDisabled, member.IsLocal, member.CreatedAt);
}

/// <param name="Flows">Null: all of them.</param>
/// <param name="Acts">Null: all of them. Reading is always among them.</param>
public sealed record GroupView(string Id, string Name, ImmutableSortedSet<string>? Flows, ImmutableSortedSet<Act>? Acts)
{
    public static GroupView Of(Group group) => new(group.Id, group.Name, group.Flows, group.Acts);
}

/// <param name="Key">Shown this once: only its hash is kept. Null from then on.</param>
public sealed record KeyView(
    string Id, string Name, Role Role, ImmutableArray<string> Groups, string Start, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, string? Key)
{
    public static KeyView Of(ApiKey key) => new(key.Id, key.Name, key.Role, key.Groups, key.Start, key.CreatedBy, key.CreatedAt, key.ExpiresAt, key.LastUsedAt, null);

    /// <summary>No secret in a log.</summary>
    public override string ToString() => $"{nameof(KeyView)} {Id}";
}

/// <param name="Link">Shown this once: only the hash of its code is kept. Null from then on.</param>
public sealed record InvitationView(
    string Id, Role Role, ImmutableArray<string> Groups, string? Email, string? Name, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, Uri? Link)
{
    public static InvitationView Of(MemberInvitation invitation) => new(
        invitation.Id, invitation.Role, invitation.Groups, invitation.Email, invitation.Name, invitation.CreatedBy, invitation.CreatedAt, invitation.ExpiresAt, null);

    /// <summary>No secret in a log.</summary>
    public override string ToString() => $"{nameof(InvitationView)} {Id}";
}

/// <param name="AllowedAddresses">None: from anywhere.</param>
/// <param name="IdleMinutes">How long a session may rest.</param>
/// <param name="SessionHours">How long it lasts, however busy it is.</param>
/// <param name="YourAddress">The address that this was asked from; null where it is not known.</param>
public sealed record AccessView(ImmutableArray<string> AllowedAddresses, int IdleMinutes, int SessionHours, bool IssuerOnly, string? YourAddress)
{
    public static AccessView Of(TenantAccess access, string? yourAddress) =>
        new(access.AllowedAddresses, (int)access.Idle.TotalMinutes, (int)access.SessionLength.TotalHours, access.IssuerOnly, yourAddress);
}
