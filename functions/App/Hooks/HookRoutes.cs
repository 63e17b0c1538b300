using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Azure;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Connections;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <summary>Where a webhook's records go: the live flows of its connection, each with the pair and the connection's side in it.</summary>
/// <param name="Secrets">What the vendor signs with: one, or while one takes another's place two. None where it has no secret with us.</param>
/// <param name="Settings">The connection's.</param>
public sealed record HookRoute(
    string IdHash, string System, Versioned<HookTarget> Target, ImmutableArray<string> Secrets, ImmutableDictionary<string, string> Settings, ImmutableArray<HookFlow> Flows)
{
    /// <summary>A secret that nobody has.</summary>
    public static string NoSecret { get; } = BrowserCookie.NewSecret();

    /// <summary>No secret in a log.</summary>
    public override string ToString() => $"a hook of {Flows.Length} flows";
}

/// <param name="Kinds">Those of which a change on this side can mean anything.</param>
public sealed record HookFlow(FlowKey Key, ImmutableArray<KindMap> Kinds, Side Side);

/// <summary>Finds what belongs to a hook id. What was found is kept for a few seconds, so that a burst costs no reads.</summary>
public sealed class HookRoutes(LookupStore lookups, ConnectionStore connections, FlowStore flows, SecretBox box, Connectors.Systems systems, SystemSettings settings, PairCatalog pairs, TimeProvider time)
{
    /// <summary>A hook that was rotated, or a flow that was switched on, elsewhere is known here after this. Polls find what came meanwhile.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(1);

    private const int MaxKept = 10_000;

    private readonly ConcurrentDictionary<string, (HookRoute Route, DateTimeOffset At)> _kept = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _noted = [];

    /// <summary>Webhooks are for flows that follow their systems all the time.</summary>
    public static bool IsServed(Flow flow) => flow is { Enabled: true, Mode: FlowMode.Continuous, WentLiveAt: not null };

    /// <returns>Null where the system has no such hook, or another took its place.</returns>
    public async Task<HookRoute?> FindAsync(string system, string hook, CancellationToken cancellation) =>
        await FindAsync(Keys.OfSecret(hook), cancellation) is { } route && route.System == system ? route : null;

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

    /// <summary>The hook is another now, or has ended.</summary>
    public void Forget(string idHash)
    {
        _kept.TryRemove(idHash, out _);
        _noted.TryRemove(idHash, out _);
    }

    private async Task<HookRoute?> FindAsync(string hash, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_kept.TryGetValue(hash, out var kept) && now - kept.At < KeptFor) return kept.Route;
        Forget(hash);
        if (await lookups.FindHookAsync(hash, cancellation) is not { } found) return null;
        var (tenant, id) = (found.Value.Tenant, found.Value.Connection);
        if (await connections.GetAsync(tenant, id, cancellation) is not { Value: { Hook: { } current } connection } || current.IdHash != hash) return null;
        if (systems.Find(connection.System)?.Catalog is not { Webhooks: not null } catalog) return null;

        var route = new HookRoute(
            hash,
            connection.System,
            found,
            [.. Secrets(current, now).Select(secret => box.Open(tenant, id, secret)).OfType<byte[]>().Select(Encoding.UTF8.GetString)],
            settings.Of(catalog, connection),
            [
                .. from flow in await flows.OfConnectionAsync(tenant, id, cancellation)
                   where IsServed(flow) && pairs.Find(flow.Pair) is not null
                   from side in Sides.Both
                   where flow.ConnectionOn(side) == id
                   select new HookFlow(flow.Key, [.. pairs[flow.Pair].For(flow.Settings).Kinds.Where(kind => flow.Settings.Hears(kind, side))], side),
            ]);
        if (_kept.Count >= MaxKept) _kept.Clear();
        _kept[hash] = (route, now);
        return route;
    }

    private static IEnumerable<byte[]> Secrets(ConnectionHook hook, DateTimeOffset now)
    {
        if (hook.Secret is { } secret) yield return secret;
        if (hook.ReplacedSecret is { } replaced && hook.ReplacedUntil > now) yield return replaced;
    }
}
