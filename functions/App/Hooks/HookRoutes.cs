using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Azure;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <summary>Where a webhook's records go: the live flows of its connection, each with the pair and the connection's side in it.</summary>
/// <param name="Secret">What the vendor signs with; blank where it signs nothing.</param>
public sealed record HookRoute(string IdHash, Versioned<HookTarget> Target, WebhookFormat Format, string Secret, ImmutableArray<HookFlow> Flows)
{
    /// <summary>No secret in a log.</summary>
    public override string ToString() => $"a hook of {Flows.Length} flows";
}

public sealed record HookFlow(FlowKey Key, Pair Pair, Side Side);

/// <summary>Finds what belongs to a hook id. What was found is kept for a few seconds, so that a burst costs no reads.</summary>
public sealed class HookRoutes(LookupStore lookups, ConnectionStore connections, FlowStore flows, SecretBox box, Systems systems, PairCatalog pairs, TimeProvider time)
{
    /// <summary>A hook that was rotated, or a flow that was switched on, elsewhere is known here after this. Polls find what came meanwhile.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(1);

    private const int MaxKept = 10_000;

    private readonly ConcurrentDictionary<string, (HookRoute Route, DateTimeOffset At)> _kept = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _noted = [];

    /// <returns>Null where there is no such hook, or another took its place.</returns>
    public async Task<HookRoute?> FindAsync(string hook, CancellationToken cancellation)
    {
        var hash = Keys.OfSecret(hook);
        var now = time.GetUtcNow();
        if (_kept.TryGetValue(hash, out var kept) && now - kept.At < KeptFor) return kept.Route;
        Forget(hash);
        if (await lookups.FindHookAsync(hash, cancellation) is not { } found) return null;
        var (tenant, id) = (found.Value.Tenant, found.Value.Connection);
        if (await connections.GetAsync(tenant, id, cancellation) is not { Value: { Hook: { } current } connection } || current.IdHash != hash) return null;
        if (systems.Find(connection.System)?.Catalog.Webhooks is not { } format) return null;
        var secret = current.Secret is { } sealedSecret ? box.Open(tenant, id, sealedSecret) : [];
        if (secret is null) return null;

        var route = new HookRoute(
            hash,
            found,
            format,
            Encoding.UTF8.GetString(secret),
            [
                .. from flow in await flows.OfConnectionAsync(tenant, id, cancellation)
                   where flow is { Enabled: true, Mode: FlowMode.Continuous, WentLiveAt: not null } && pairs.Find(flow.Pair) is not null
                   from side in Sides.Both
                   where flow.ConnectionOn(side) == id
                   select new HookFlow(flow.Key, pairs[flow.Pair], side),
            ]);
        if (_kept.Count >= MaxKept) _kept.Clear();
        _kept[hash] = (route, now);
        return route;
    }

    /// <summary>A call that proved to be the vendor's. To the minute, since every note is a write; and not worth a failure.</summary>
    public async Task NoteCalledAsync(HookRoute route, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var last = _noted.GetValueOrDefault(route.IdHash, route.Target.Value.LastCalledAt ?? DateTimeOffset.MinValue);
        if (now - last < NotedEvery) return;
        _noted[route.IdHash] = now;
        try
        {
            await lookups.NoteHookCalledAsync(route.IdHash, route.Target, now, cancellation);
        }
        catch (RequestFailedException)
        {
            _noted.TryRemove(route.IdHash, out _);
        }
    }

    /// <summary>The hook has ended.</summary>
    public void Forget(string idHash)
    {
        _kept.TryRemove(idHash, out _);
        _noted.TryRemove(idHash, out _);
    }
}
