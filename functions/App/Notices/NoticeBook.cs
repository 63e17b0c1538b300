using System.Text;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>The rules of tenants as they are stored, and what is sealed in them.</summary>
public sealed class NoticeBook(NoticeStore notices, SecretBox box, TimeProvider time)
{
    /// <summary>What is sealed here belongs to no connection: no id of one has a dot.</summary>
    internal static readonly ConnectionId Owner = new("notices.");

    /// <returns>Those of the app, with no version, where nobody has written any.</returns>
    public async Task<Versioned<NoticeRules>> LoadAsync(TenantId tenant, CancellationToken cancellation) =>
        await notices.GetRulesAsync(tenant, cancellation) ?? new Versioned<NoticeRules>(NoticeRules.Default, default);

    /// <summary>Changes the rules as they are stored, again where somebody else was faster.</summary>
    public async Task<NoticeRules> ChangeAsync(TenantId tenant, Func<NoticeRules, NoticeRules> change, CancellationToken cancellation)
    {
        while (true)
        {
            var found = await LoadAsync(tenant, cancellation);
            var changed = change(found.Value);
            if (changed == found.Value || await notices.PutRulesAsync(tenant, changed, found.ETag, cancellation) is not null) return changed;
        }
    }

    /// <summary>An address as it is stored, without what else is known of it.</summary>
    public NoticeEndpoint Endpoint(TenantId tenant, string address, string shown) => new(box.Seal(tenant, Owner, Encoding.UTF8.GetBytes(address)), shown);

    /// <summary>With a new secret; the one before counts for a day.</summary>
    public NoticeEndpoint WithSecret(TenantId tenant, NoticeEndpoint endpoint, string secret) =>
        endpoint with { Secret = box.Seal(tenant, Owner, secret, endpoint.Secret, time.GetUtcNow()) };

    /// <returns>Null where it is of keys that are gone.</returns>
    public Uri? AddressOf(TenantId tenant, NoticeEndpoint endpoint) => box.Open(tenant, Owner, endpoint.Address) is { } opened ? new Uri(Encoding.UTF8.GetString(opened)) : null;

    public IReadOnlyList<string> SecretsOf(TenantId tenant, NoticeEndpoint endpoint) => endpoint.Secret is { } secret ? box.Open(tenant, Owner, secret, time.GetUtcNow()) : [];

    /// <summary>It says that it is gone: nothing is sent there until somebody has tried it.</summary>
    public Task DisableAsync(TenantId tenant, string key, string because, CancellationToken cancellation) => ChangeAsync(
        tenant,
        rules => rules.Endpoints.TryGetValue(key, out var endpoint) && endpoint.DisabledAt is null ? With(rules, key, endpoint with { DisabledAt = time.GetUtcNow(), DisabledBecause = because }) : rules,
        cancellation);

    /// <summary>It takes what it is sent.</summary>
    public Task EnableAsync(TenantId tenant, string key, CancellationToken cancellation) => ChangeAsync(
        tenant,
        rules => rules.Endpoints.TryGetValue(key, out var endpoint) && endpoint.DisabledAt is not null ? With(rules, key, endpoint with { DisabledAt = null, DisabledBecause = null }) : rules,
        cancellation);

    private static NoticeRules With(NoticeRules rules, string key, NoticeEndpoint endpoint) => rules with { Endpoints = rules.Endpoints.SetItem(key, endpoint) };
}
