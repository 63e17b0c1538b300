using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>People who sign in, with their sessions and the tenants to which they belong: one partition a person.</summary>
public sealed class PersonStore(StateTables tables, TimeProvider time)
{
    /// <returns>False where the person is known.</returns>
    public async Task<bool> InsertAsync(Person person, CancellationToken cancellation) =>
        await tables.People.InsertAsync(ToRow(person), cancellation) is not null;

    public async Task<Versioned<Person>?> GetAsync(PersonId person, CancellationToken cancellation) =>
        (await tables.People.GetAsync(Keys.Person(person), Keys.PersonRow, cancellation))?.As(ToPerson);

    /// <returns>False where somebody else replaced it.</returns>
    public async Task<bool> ReplaceAsync(Versioned<Person> person, CancellationToken cancellation) =>
        await tables.People.ReplaceAsync(ToRow(person.Value), person.ETag, cancellation) is not null;

    /// <summary>Knows the person from now on as the issuer describes them now.</summary>
    public async Task RememberAsync(Person described, CancellationToken cancellation)
    {
        while (!await InsertAsync(described, cancellation))
        {
            if (await GetAsync(described.Id, cancellation) is not { } found) continue;
            var changed = found.Value with { Name = described.Name, Email = described.Email };
            if (changed == found.Value || await ReplaceAsync(found with { Value = changed }, cancellation)) return;
        }
    }

    /// <summary>Before the person becomes a member: one that points nowhere is skipped, a member without one would not be let in.</summary>
    public Task PointAtTenantAsync(PersonId person, TenantId tenant, CancellationToken cancellation) =>
        tables.People.InsertAsync(Row.New(Keys.Person(person), Keys.PersonTenant(tenant)).Put("Tenant", tenant.Value), cancellation);

    public Task LeaveTenantAsync(PersonId person, TenantId tenant, CancellationToken cancellation) =>
        tables.People.DeleteAsync(Keys.Person(person), Keys.PersonTenant(tenant), ETag.All, cancellation);

    /// <summary>Forgets everybody who belonged to this tenant alone.</summary>
    public async Task ForgetAsync(TenantId tenant, CancellationToken cancellation)
    {
        var id = tenant.Value;
        await foreach (var pointer in tables.People.QueryAsync(Filter.Where($"Tenant eq {id}"), null, cancellation))
        {
            var rows = await tables.People.ListAsync(Filter.Partition(pointer.PartitionKey), int.MaxValue, cancellation);
            if (rows.Exists(row => (row.GetString("Tenant") is { } other && other != id) || (row.RowKey == Keys.PersonRow && ToPerson(row).IsOperator))) continue;

            // The pointer last: whoever goes on after a kill finds the person by it.
            foreach (var row in rows.OrderBy(row => row.RowKey == pointer.RowKey)) await tables.People.DeleteAsync(row.PartitionKey, row.RowKey, ETag.All, cancellation);
        }
    }

    /// <summary>The tenants to which the person may belong: their members say whether they do.</summary>
    public async Task<IReadOnlyList<TenantId>> TenantsAsync(PersonId person, CancellationToken cancellation)
    {
        var rows = await tables.People.ListAsync(Filter.And(Filter.Partition(Keys.Person(person)), Filter.In(Keys.PersonTenants)), int.MaxValue, cancellation);
        return [.. rows.Select(row => new TenantId(row.Text("Tenant")))];
    }

    public async Task BeginAsync(Session session, CancellationToken cancellation)
    {
        if (await tables.People.InsertAsync(ToRow(session), cancellation) is null) throw new InvalidOperationException("Two random tokens are the same.");
    }

    /// <returns>Null where it is unknown or has ended.</returns>
    public async Task<Versioned<Session>?> FindSessionAsync(PersonId person, string token, CancellationToken cancellation) =>
        (await tables.People.GetAsync(Keys.Person(person), Keys.Session(Keys.OfSecret(token)), cancellation))?.As(ToSession) is { } found && !found.Value.HasEnded(time.GetUtcNow()) ? found : null;

    /// <summary>Where another request of the session does so at the same time, that is as good.</summary>
    public Task NoteUsedAsync(Versioned<Session> session, DateTimeOffset at, string? address, CancellationToken cancellation) =>
        tables.People.ReplaceAsync(ToRow(session.Value with { LastUsedAt = at, Address = address }), session.ETag, cancellation);

    /// <summary>Those that have not ended.</summary>
    public async Task<IReadOnlyList<Session>> SessionsAsync(PersonId person, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return [.. (await SessionRowsAsync(person, cancellation)).Select(ToSession).Where(session => !session.HasEnded(now))];
    }

    public Task EndAsync(PersonId person, string sessionHash, CancellationToken cancellation) =>
        tables.People.DeleteAsync(Keys.Person(person), Keys.Session(sessionHash), ETag.All, cancellation);

    /// <param name="but">The hash of the session that goes on; null: none does.</param>
    public async Task EndAllAsync(PersonId person, string? but, CancellationToken cancellation)
    {
        foreach (var row in await SessionRowsAsync(person, cancellation))
        {
            if (row.Text("Hash") != but) await tables.People.DeleteAsync(row.PartitionKey, row.RowKey, ETag.All, cancellation);
        }
    }

    /// <summary>Signs the person out everywhere and keeps nothing of them: whoever is invited again begins anew, with a password of their own.</summary>
    public async Task RemoveAsync(PersonId person, CancellationToken cancellation)
    {
        await EndAllAsync(person, but: null, cancellation);
        await tables.People.DeleteAsync(Keys.Person(person), Keys.PersonRow, ETag.All, cancellation);
    }

    /// <summary>Removes sessions that have ended by their time.</summary>
    public async Task RemoveExpiredAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await foreach (var row in tables.People.QueryAsync(Filter.Where($"ExpiresAt lt {now}"), null, cancellation))
            await tables.People.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation);
    }

    private Task<List<TableEntity>> SessionRowsAsync(PersonId person, CancellationToken cancellation) =>
        tables.People.ListAsync(Filter.And(Filter.Partition(Keys.Person(person)), Filter.In(Keys.Sessions)), int.MaxValue, cancellation);

    private static TableEntity ToRow(Person person) => Row.New(Keys.Person(person.Id), Keys.PersonRow)
        .Put("Issuer", person.Issuer)
        .PutId("Subject", person.Subject)
        .Put("Name", person.Name)
        .Put("Email", person.Email)
        .Put("PasswordHash", person.PasswordHash)
        .Put("IsOperator", person.IsOperator)
        .Put("CreatedAt", person.CreatedAt);

    private static Person ToPerson(TableEntity row) => new(row.Text("Issuer"), row.Id("Subject"), row.Text("Name"))
    {
        Email = row.GetString("Email"),
        PasswordHash = row.GetString("PasswordHash"),
        IsOperator = row.Flag("IsOperator"),
        CreatedAt = row.Time("CreatedAt"),
    };

    private static TableEntity ToRow(Session session) => Row.New(Keys.Person(session.Person), Keys.Session(session.Hash))
        .Put("Person", session.Person.Value)
        .Put("Hash", session.Hash)
        .Put("Name", session.Name)
        .Put("Email", session.Email)
        .Put("IsOperator", session.IsOperator)
        .Put("IsLocal", session.IsLocal)
        .Put("CreatedAt", session.CreatedAt)
        .Put("LastUsedAt", session.LastUsedAt)
        .Put("IdleTicks", (long?)session.Idle.Ticks)
        .Put("Address", session.Address)
        .Put("Browser", session.Browser)
        .Put("ExpiresAt", session.ExpiresAt);

    private static Session ToSession(TableEntity row) => new(new PersonId(row.Text("Person")), row.Text("Hash"), row.Text("Name"))
    {
        Email = row.GetString("Email"),
        IsOperator = row.Flag("IsOperator"),
        IsLocal = row.Flag("IsLocal"),
        CreatedAt = row.Time("CreatedAt"),
        LastUsedAt = row.Time("LastUsedAt"),
        Idle = TimeSpan.FromTicks(row.GetInt64("IdleTicks") ?? 0),
        Address = row.GetString("Address"),
        Browser = row.GetString("Browser"),
        ExpiresAt = row.Time("ExpiresAt"),
    };
}
