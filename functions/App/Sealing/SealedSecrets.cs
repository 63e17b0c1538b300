using SyncFunctions.App.Notices;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sealing;

/// <summary>
/// All that is stored sealed, of all tenants: credentials, the secrets of vendors' webhooks and of our own, addresses of notices. What a consent
/// that is under way has sealed is left out: it is over within minutes.
/// </summary>
public sealed class SealedSecrets(ConnectionStore connections, FlowStore flows, NoticeStore notices, SecretBox box, TimeProvider time)
{
    /// <summary>A request does not wait for longer; the next one goes on.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private delegate byte[] Each(TenantId tenant, ConnectionId owner, byte[] envelope);

    /// <summary>How many there are by the ids of the keys that they are sealed with.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var found in await connections.ListEveryAsync(cancellation)) Of(found.Value, Count);
        foreach (var found in await flows.ListEveryAsync(cancellation)) Of(found.Value, Count);
        foreach (var (tenant, rules) in await notices.ListRulesAsync(cancellation)) Of(tenant, rules.Value, Count);
        return counts;

        byte[] Count(TenantId tenant, ConnectionId owner, byte[] envelope)
        {
            var key = SecretBox.KeyId(envelope) ?? "";
            counts[key] = counts.GetValueOrDefault(key) + 1;
            return envelope;
        }
    }

    /// <summary>Seals with the current key what an older one has sealed. What somebody else changes meanwhile is left to the next time.</summary>
    public async Task ResealAsync(CancellationToken cancellation)
    {
        var giveUp = time.GetUtcNow() + Longest;
        foreach (var found in await connections.ListEveryAsync(cancellation))
        {
            if (Of(found.Value, box.Renew) is var renewed && renewed != found.Value && time.GetUtcNow() < giveUp)
                await connections.ReplaceAsync(found with { Value = renewed }, cancellation);
        }

        foreach (var found in await flows.ListEveryAsync(cancellation))
        {
            if (Of(found.Value, box.Renew) is var renewed && renewed != found.Value && time.GetUtcNow() < giveUp)
                await flows.ReplaceAsync(found with { Value = renewed }, cancellation);
        }

        foreach (var (tenant, found) in await notices.ListRulesAsync(cancellation))
        {
            if (Of(tenant, found.Value, box.Renew) is var renewed && renewed != found.Value && time.GetUtcNow() < giveUp)
                await notices.PutRulesAsync(tenant, renewed, found.ETag, cancellation);
        }
    }

    private static StoredConnection Of(StoredConnection connection, Each each)
    {
        return connection with
        {
            Secret = connection.Secret is { } secret ? Here(secret) : null,
            Hook = connection.Hook is { } hook
                ? hook with
                {
                    Secret = hook.Secret is { } signing ? Here(signing) : null,
                    ReplacedSecret = hook.ReplacedSecret is { } replaced ? Here(replaced) : null,
                    Registration = hook.Registration is { } registration ? registration with { HookId = Here(registration.HookId) } : null,
                }
                : null,
        };

        byte[] Here(byte[] envelope) => each(connection.Tenant, connection.Id, envelope);
    }

    private static Flow Of(Flow flow, Each each) => flow with
    {
        WebhookSecrets = flow.WebhookSecrets.SetItems(flow.WebhookSecrets.Select(secret => KeyValuePair.Create(secret.Key, Of(flow.Key.Tenant, flow.Left, secret.Value, each)))),
    };

    private static NoticeRules Of(TenantId tenant, NoticeRules rules, Each each)
    {
        return rules with { Endpoints = rules.Endpoints.SetItems(rules.Endpoints.Select(endpoint => KeyValuePair.Create(endpoint.Key, Here(endpoint.Value)))) };

        NoticeEndpoint Here(NoticeEndpoint endpoint) => endpoint with
        {
            Address = each(tenant, NoticeBook.Owner, endpoint.Address),
            Secret = endpoint.Secret is { } secret ? Of(tenant, NoticeBook.Owner, secret, each) : null,
        };
    }

    private static WebhookSecret Of(TenantId tenant, ConnectionId owner, WebhookSecret secret, Each each) => secret with
    {
        Sealed = each(tenant, owner, secret.Sealed),
        Replaced = secret.Replaced is { } replaced ? each(tenant, owner, replaced) : null,
    };
}
