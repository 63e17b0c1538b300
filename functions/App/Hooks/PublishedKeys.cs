using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Hooks;

/// <summary>
/// The keys that vendors publish, for their webhooks to be proved with. A key is asked for once for all who wait for it, and kept. Where it
/// proves nothing the vendor may have another by now: it is asked for again, and then both count for a while. However many requests come
/// that nobody signed, the vendor is asked but now and then.
/// </summary>
public sealed partial class PublishedKeys(VendorPipeline pipeline, TimeProvider time, ILogger<PublishedKeys> log)
{
    /// <summary>An address is asked again after this at the earliest.</summary>
    public static readonly TimeSpan AskedEvery = TimeSpan.FromSeconds(30);

    /// <summary>After this a key is asked for again even if it still proves what comes.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(6);

    /// <summary>What was signed before the vendor changed its key may come so late.</summary>
    public static readonly TimeSpan ReplacedKeptFor = TimeSpan.FromHours(1);

    /// <summary>A vendor that publishes nothing any more is believed for so long.</summary>
    private static readonly TimeSpan Believed = TimeSpan.FromDays(1);

    /// <summary>The sender waits for its answer meanwhile.</summary>
    private static readonly TimeSpan TimeOut = TimeSpan.FromSeconds(2);

    private const int MaxBytes = 16 * 1024;

    /// <summary>Vendors have one or two; whoever names more makes them up.</summary>
    private const int MaxAddresses = 8;

    private readonly ConcurrentDictionary<(TenantId, ConnectionId), Shelf> _shelves = [];

    /// <summary>Whether a key that is published there proves a request.</summary>
    /// <param name="tenant">Whose connection it came for; what others made up costs this one nothing.</param>
    /// <param name="connection">The connection that it came for.</param>
    /// <param name="address">One of the vendor's own.</param>
    /// <param name="read">The key in what is published there; null where there is none.</param>
    /// <param name="proves">Whether a key does.</param>
    public async Task<bool> ProveAsync(TenantId tenant, ConnectionId connection, Uri address, Func<string, string?> read, Func<string, bool> proves)
    {
        if (_shelves.GetOrAdd((tenant, connection), _ => new Shelf()).Find(address, time.GetUtcNow()) is not { } kept) return false;
        if (!kept.IsFresh(time.GetUtcNow())) await AskAsync(kept, address, read);
        if (kept.Keys(time.GetUtcNow()).Any(proves)) return true;
        await AskAsync(kept, address, read);
        return kept.Keys(time.GetUtcNow()).Any(proves);
    }

    private Task AskAsync(Kept kept, Uri address, Func<string, string?> read) => kept.AskAsync(time.GetUtcNow(), async () =>
    {
        // Whoever is first holds the gate until this is awaited.
        await Task.Yield();
        if (await pipeline.ReadPublishedAsync(address, MaxBytes, TimeOut) is { } published && Read(read, published) is { Length: > 0 } key) kept.Put(key, time.GetUtcNow());
        else Log.NotHad(log, address.Host);
    });

    private static string? Read(Func<string, string?> read, string published)
    {
        try
        {
            return read(published);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The addresses of one connection.</summary>
    private sealed class Shelf
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<Uri, Kept> _kept = [];

        /// <returns>Null where too many have been named of late.</returns>
        public Kept? Find(Uri address, DateTimeOffset now)
        {
            lock (_gate)
            {
                if (_kept.TryGetValue(address, out var kept)) return kept;
                foreach (var (old, _) in _kept.Where(item => item.Value.IsIdle(now)).ToList()) _kept.Remove(old);
                if (_kept.Count >= MaxAddresses) return null;
                return _kept[address] = new Kept();
            }
        }
    }

    /// <summary>What is known of one address.</summary>
    private sealed class Kept
    {
        private readonly Lock _gate = new();
        private (string Key, DateTimeOffset At)? _current;
        private (string Key, DateTimeOffset Until)? _replaced;
        private DateTimeOffset _askedAt = DateTimeOffset.MinValue;
        private Task? _asking;

        public bool IsFresh(DateTimeOffset now)
        {
            lock (_gate) return _current is { } current && now - current.At < KeptFor;
        }

        /// <summary>Nothing is known, and nobody has asked lately.</summary>
        public bool IsIdle(DateTimeOffset now)
        {
            lock (_gate) return _asking is null && now - _askedAt >= AskedEvery && (_current is not { } current || now - current.At >= Believed);
        }

        public ImmutableArray<string> Keys(DateTimeOffset now)
        {
            lock (_gate)
            {
                return
                [
                    .. _current is { } current && now - current.At < Believed ? [current.Key] : ImmutableArray<string>.Empty,
                    .. _replaced is { } replaced && now < replaced.Until ? [replaced.Key] : ImmutableArray<string>.Empty,
                ];
            }
        }

        public void Put(string key, DateTimeOffset now)
        {
            lock (_gate)
            {
                if (_current is { } current && current.Key != key) _replaced = (current.Key, now + ReplacedKeptFor);
                _current = (key, now);
            }
        }

        /// <summary>Done when whoever asks now has the answer; at once where somebody asked a moment ago.</summary>
        public Task AskAsync(DateTimeOffset now, Func<Task> ask)
        {
            lock (_gate)
            {
                if (_asking is { } asking) return asking;
                if (now - _askedAt < AskedEvery) return Task.CompletedTask;
                _askedAt = now;
                return _asking = EndAsync(ask());
            }
        }

        private async Task EndAsync(Task asked)
        {
            try
            {
                await asked;
            }
            finally
            {
                lock (_gate) _asking = null;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The key of webhooks could not be had from {Host}.")]
        public static partial void NotHad(ILogger log, string host);
    }
}
