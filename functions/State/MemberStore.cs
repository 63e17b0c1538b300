using System.Collections.Immutable;
using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>What came of changing a member.</summary>
public enum MemberChange
{
    Changed,
    Unknown,

    /// <summary>Nobody could put right any more what only an administrator can.</summary>
    LastAdministrator,
}

/// <summary>Who and what may come in to a tenant: members, groups, API keys and invitations, in one partition a tenant.</summary>
public sealed class MemberStore(StateTables tables, IdSource ids, TimeProvider time)
{
    private const string KeyPurpose = "apikey";
    private const string InvitationPurpose = "join";

    public async Task<Versioned<Member>?> GetAsync(TenantId tenant, PersonId person, CancellationToken cancellation) =>
        (await tables.Members.GetAsync(Keys.Tenant(tenant), Keys.Member(person), cancellation))?.As(ToMember);

    public async Task<IReadOnlyList<Member>> ListAsync(TenantId tenant, CancellationToken cancellation) => await ListAsync(tenant, Keys.Members, ToMember, cancellation);

    /// <summary>As it is stored, again where somebody else was faster. A tenant's last full administrator stays one.</summary>
    /// <param name="change">Null takes the member away.</param>
    public async Task<MemberChange> ChangeAsync(TenantId tenant, PersonId person, Func<Member, Member?> change, CancellationToken cancellation)
    {
        while (true)
        {
            // Read before the others are counted: whoever takes another administrator away meanwhile has written it anew.
            var access = await AccessAsync(tenant, cancellation);
            if (await GetAsync(tenant, person, cancellation) is not { } found) return MemberChange.Unknown;
            var changed = change(found.Value);
            var action = changed is null
                ? new TableTransactionAction(TableTransactionActionType.Delete, ToRow(found.Value), found.ETag)
                : new TableTransactionAction(TableTransactionActionType.UpdateReplace, ToRow(changed), found.ETag);
            var isLess = found.Value.IsFullAdministrator && changed is not { IsFullAdministrator: true };
            if (isLess && !(await ListAsync(tenant, cancellation)).Any(other => other.Person != person && other.IsFullAdministrator)) return MemberChange.LastAdministrator;
            if (await tables.Members.TrySubmitAsync(isLess ? [action, Write(tenant, access)] : [action], cancellation) is not null) return MemberChange.Changed;
        }
    }

    /// <summary>As it is stored, or as it is by itself, whose version is none.</summary>
    public async Task<Versioned<TenantAccess>> AccessAsync(TenantId tenant, CancellationToken cancellation) =>
        (await tables.Members.GetAsync(Keys.Tenant(tenant), Keys.AccessRow, cancellation))?.As(row => row.Json<TenantAccess>("Access")) ?? new Versioned<TenantAccess>(TenantAccess.Default, default);

    /// <summary>Changes it as it is stored, again where somebody else was faster.</summary>
    public async Task<TenantAccess> ChangeAccessAsync(TenantId tenant, Func<TenantAccess, TenantAccess> change, CancellationToken cancellation)
    {
        while (true)
        {
            var found = await AccessAsync(tenant, cancellation);
            var changed = change(found.Value);
            if (changed == found.Value || await tables.Members.WriteAsync(ToRow(tenant, changed), found.ETag, cancellation) is not null) return changed;
        }
    }

    public async Task InviteAsync(MemberInvitation invitation, CancellationToken cancellation)
    {
        // The look-up first: one that points nowhere is nothing, an invitation without one could not be used.
        await tables.Lookups.InsertAsync(Lookup(InvitationPurpose, invitation.Hash, invitation.Tenant, invitation.Id).Put("ExpiresAt", invitation.ExpiresAt), cancellation);
        await tables.Members.InsertAsync(ToRow(invitation), cancellation);
    }

    /// <summary>Looks at an invitation without using it up.</summary>
    /// <returns>Null where it is unknown, used, taken back or expired.</returns>
    public async Task<Versioned<MemberInvitation>?> FindInvitationAsync(string codeHash, CancellationToken cancellation) =>
        await FindAsync(InvitationPurpose, codeHash, Keys.Invitation, ToInvitation, cancellation) is { } found && found.Value.Hash == codeHash && found.Value.ExpiresAt > time.GetUtcNow() ? found : null;

    /// <summary>Uses the invitation up and makes the person a member, both or neither.</summary>
    /// <returns>False where somebody else used it, or the person is a member already.</returns>
    public async Task<bool> JoinAsync(Versioned<MemberInvitation> invitation, Member member, CancellationToken cancellation) =>
        await tables.Members.TrySubmitAsync(
            [new(TableTransactionActionType.Delete, ToRow(invitation.Value), invitation.ETag), new(TableTransactionActionType.Add, ToRow(member))], cancellation) is not null;

    /// <summary>Those that nobody has used yet.</summary>
    public async Task<IReadOnlyList<MemberInvitation>> InvitationsAsync(TenantId tenant, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return [.. (await ListAsync(tenant, Keys.Invitations, ToInvitation, cancellation)).Where(invitation => invitation.ExpiresAt > now)];
    }

    /// <returns>False where there is none.</returns>
    public Task<bool> TakeBackInvitationAsync(TenantId tenant, string id, CancellationToken cancellation) =>
        tables.Members.DeleteAsync(Keys.Tenant(tenant), Keys.Invitation(id), ETag.All, cancellation);

    public async Task InsertKeyAsync(ApiKey key, CancellationToken cancellation)
    {
        await tables.Lookups.InsertAsync(Lookup(KeyPurpose, key.Hash, key.Tenant, key.Id).Put("ExpiresAt", key.ExpiresAt), cancellation);
        await tables.Members.InsertAsync(ToRow(key), cancellation);
    }

    /// <returns>Null where it is unknown, revoked or expired.</returns>
    public async Task<Versioned<ApiKey>?> FindKeyAsync(string hash, CancellationToken cancellation) =>
        await FindAsync(KeyPurpose, hash, Keys.ApiKey, ToKey, cancellation) is { } found && found.Value.Hash == hash && !(found.Value.ExpiresAt <= time.GetUtcNow()) ? found : null;

    public async Task<Versioned<ApiKey>?> GetKeyAsync(TenantId tenant, string id, CancellationToken cancellation) =>
        (await tables.Members.GetAsync(Keys.Tenant(tenant), Keys.ApiKey(id), cancellation))?.As(ToKey);

    public async Task<IReadOnlyList<ApiKey>> KeysAsync(TenantId tenant, CancellationToken cancellation) => await ListAsync(tenant, Keys.ApiKeys, ToKey, cancellation);

    /// <summary>Where another request with the key does so at the same time, that is as good.</summary>
    public Task NoteUsedAsync(Versioned<ApiKey> key, DateTimeOffset at, CancellationToken cancellation) =>
        tables.Members.ReplaceAsync(ToRow(key.Value with { LastUsedAt = at }), key.ETag, cancellation);

    /// <summary>At once.</summary>
    public async Task RevokeKeyAsync(ApiKey key, CancellationToken cancellation)
    {
        await tables.Members.DeleteAsync(Keys.Tenant(key.Tenant), Keys.ApiKey(key.Id), ETag.All, cancellation);
        await tables.Lookups.DeleteAsync(Keys.LookupOfHash(KeyPurpose, key.Hash), Keys.LookupRow, ETag.All, cancellation);
    }

    /// <summary>Removes invitations that nobody used in time.</summary>
    public async Task RemoveExpiredAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await foreach (var row in tables.Members.QueryAsync(Filter.And(Filter.In(Keys.Invitations), Filter.Where($"ExpiresAt lt {now}")), null, cancellation))
            await tables.Members.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation);
    }

    private async Task<List<T>> ListAsync<T>(TenantId tenant, KeyRange range, Func<TableEntity, T> read, CancellationToken cancellation) =>
        [.. (await tables.Members.ListAsync(Filter.And(Filter.Partition(Keys.Tenant(tenant)), Filter.In(range)), int.MaxValue, cancellation)).Select(read)];

    private async Task<Versioned<T>?> FindAsync<T>(string purpose, string hash, Func<string, string> key, Func<TableEntity, T> read, CancellationToken cancellation) =>
        await tables.Lookups.GetAsync(Keys.LookupOfHash(purpose, hash), Keys.LookupRow, cancellation) is { } lookup
            ? (await tables.Members.GetAsync(Keys.Tenant(new TenantId(lookup.Text("Tenant"))), key(lookup.Text("Id")), cancellation))?.As(read)
            : null;

    private static TableEntity Lookup(string purpose, string hash, TenantId tenant, string id) =>
        Row.New(Keys.LookupOfHash(purpose, hash), Keys.LookupRow).Put("Tenant", tenant.Value).Put("Id", id);

    private TableTransactionAction Write(TenantId tenant, Versioned<TenantAccess> access) => access.ETag == default
        ? new TableTransactionAction(TableTransactionActionType.Add, ToRow(tenant, access.Value))
        : new TableTransactionAction(TableTransactionActionType.UpdateReplace, ToRow(tenant, access.Value), access.ETag);

    // The stamp makes two writes of the same settings two writes: one of two who take administrators away at the same time has to look again.
    private TableEntity ToRow(TenantId tenant, TenantAccess access) => Row.New(Keys.Tenant(tenant), Keys.AccessRow).PutJson("Access", access).Put("Stamp", ids.NewStamp());

    private static TableEntity ToRow(Member member) => Row.New(Keys.Tenant(member.Tenant), Keys.Member(member.Person))
        .Put("Tenant", member.Tenant.Value)
        .Put("Person", member.Person.Value)
        .Put("Name", member.Name)
        .Put("Email", member.Email)
        .Put<Role>("Role", member.Role)
        .PutJson("Groups", member.Groups)
        .Put("IsLocal", member.IsLocal)
        .Put("IsDisabled", member.IsDisabled)
        .Put("CreatedAt", member.CreatedAt);

    private static Member ToMember(TableEntity row) => new(new TenantId(row.Text("Tenant")), new PersonId(row.Text("Person")), row.Text("Name"), row.Enum<Role>("Role"))
    {
        Email = row.GetString("Email"),
        Groups = row.Json<ImmutableArray<string>>("Groups"),
        IsLocal = row.Flag("IsLocal"),
        IsDisabled = row.Flag("IsDisabled"),
        CreatedAt = row.Time("CreatedAt"),
    };

    private static TableEntity ToRow(ApiKey key) => Row.New(Keys.Tenant(key.Tenant), Keys.ApiKey(key.Id))
        .Put("Tenant", key.Tenant.Value)
        .Put("Id", key.Id)
        .Put("Name", key.Name)
        .Put<Role>("Role", key.Role)
        .PutJson("Groups", key.Groups)
        .Put("Hash", key.Hash)
        .Put("Start", key.Start)
        .Put("CreatedBy", key.CreatedBy)
        .Put("CreatedAt", key.CreatedAt)
        .Put("ExpiresAt", key.ExpiresAt)
        .Put("LastUsedAt", key.LastUsedAt);

    private static ApiKey ToKey(TableEntity row) => new(
        new TenantId(row.Text("Tenant")), row.Text("Id"), row.Text("Name"), row.Enum<Role>("Role"), row.Text("Hash"), row.Text("Start"), row.Text("CreatedBy"))
    {
        Groups = row.Json<ImmutableArray<string>>("Groups"),
        CreatedAt = row.Time("CreatedAt"),
        ExpiresAt = row.TimeOrNull("ExpiresAt"),
        LastUsedAt = row.TimeOrNull("LastUsedAt"),
    };

    private static TableEntity ToRow(MemberInvitation invitation) => Row.New(Keys.Tenant(invitation.Tenant), Keys.Invitation(invitation.Id))
        .Put("Tenant", invitation.Tenant.Value)
        .Put("Id", invitation.Id)
        .Put("Hash", invitation.Hash)
        .Put<Role>("Role", invitation.Role)
        .PutJson("Groups", invitation.Groups)
        .Put("Email", invitation.Email)
        .Put("Name", invitation.Name)
        .Put("CreatedBy", invitation.CreatedBy)
        .Put("CreatedAt", invitation.CreatedAt)
        .Put("ExpiresAt", invitation.ExpiresAt);

    private static MemberInvitation ToInvitation(TableEntity row) => new(
        new TenantId(row.Text("Tenant")), row.Text("Id"), row.Text("Hash"), row.Enum<Role>("Role"), row.Text("CreatedBy"))
    {
        Groups = row.Json<ImmutableArray<string>>("Groups"),
        Email = row.GetString("Email"),
        Name = row.GetString("Name"),
        CreatedAt = row.Time("CreatedAt"),
        ExpiresAt = row.Time("ExpiresAt"),
    };
}
