using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>One kind of thing that is stored of tenants.</summary>
/// <param name="Name">Of its table or container.</param>
/// <param name="What">It is, for people.</param>
/// <param name="WhyNotShown">Null: whoever asks for what is stored of a tenant gets it.</param>
public sealed record Holding(string Name, string What, string? WhyNotShown);

/// <summary>
/// All that is stored of a tenant, wherever it stands: to be given to it, and to be taken away. A table that is not named here is found by
/// a test, which puts something of a tenant into every one.
/// </summary>
public sealed class TenantHoldings
{
    private const int MostAtOnce = 100;
    private const int MostRead = 1000;

    /// <summary>What a row is taken away by.</summary>
    private static readonly string[] KeysAlone = ["PartitionKey", "RowKey"];

    /// <summary>Of the app's own working, of which nobody else can make anything.</summary>
    private const string OnlySecrets = "It holds hashes of secrets alone, by which requests find what they are for.";

    /// <summary>What these words stand in is a secret, or what one is told by.</summary>
    private static readonly string[] SecretWords = ["secret", "hash", "password", "verifier", "sealed"];

    private readonly ImmutableArray<Rows> _rows;
    private readonly ImmutableArray<Blobs> _blobs;

    public TenantHoldings(StateTables tables)
    {
        _rows =
        [
            new("tenants", "The organisation itself", tables.Tenants, [Listed, OwnPartition]),
            new("connections", "Connections to systems, without their credentials", tables.Connections, [OwnPartition]),
            new("flows", "Flows with their settings, how far they have come, and their setup", tables.Flows, [OwnPartitions]),
            new("projects", "Projects with their state", tables.Projects, [OwnPartitions]),
            new("due", "When flows are looked at next", tables.Due, [OwnRows]),
            new("links", "Links of records, what both sides had when they last agreed, what is known of records without a link, and work to be done", tables.Links, [OwnPartitions]) { HasRecords = true },
            new("runs", "Runs and what they did", tables.Runs, [OwnPartitions]),
            new("log", "The integration log", tables.Log, [OwnPartitions]),
            new("apicalls", "Calls to systems that failed", tables.ApiCalls, [OwnPartitions]),
            new("activity", "How much went over, by the hour", tables.Activity, [OwnPartitions]),
            new("conflicts", "Fields that were changed on both sides, with both values", tables.Conflicts, [OwnPartitions]) { HasRecords = true },
            new("claims", "Requests that were answered, to be answered the same again", tables.Claims, [OwnPartitions]) { HasRecords = true },
            new("locks", "Records that are held, since two flows share an account", tables.Locks, [OwnPartitions]),
            new("budgets", "Calls made a day", tables.Budgets, [OwnPartitions]),
            new("members", "People, API keys, invitations, groups, and how people may come in", tables.Members, [OwnPartition]),
            new("people", "Which people belong to it; what they are called stands with the members", tables.People, [Owned]),
            // An address to which something is sent may hold a key.
            new("notices", "Who is told what, and what was told", tables.Notices, [OwnPartition]) { Secret = "address" },
            new("audit", "Who did what", tables.Audit, [OwnPartition]),
            new("lookups", "Invitations, keys and addresses for webhooks", tables.Lookups, [Owned]) { WhyNotShown = OnlySecrets },
        ];
        _blobs =
        [
            new("conflict-values", "Values of conflicts that are too long for a row", tables.ConflictValues),
            new("plans", "What dry runs found", tables.Plans),
            new("sweeps", "What comprehensive runs saw", tables.Sweeps) { WhyNotShown = "It holds ids and hashes of records for as long as a run goes on." },
        ];
    }

    public IReadOnlyList<Holding> InTables => [.. _rows.Select(rows => new Holding(rows.Name, rows.What, rows.WhyNotShown))];

    public IReadOnlyList<Holding> InBlobs => [.. _blobs.Select(blobs => new Holding(blobs.Name, blobs.What, blobs.WhyNotShown))];

    /// <summary>The rows of a table, one by one, without what is secret.</summary>
    public async IAsyncEnumerable<JsonObject> ReadAsync(Holding holding, TenantId tenant, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rows = _rows.Single(rows => rows.Name == holding.Name);
        foreach (var scope in rows.Scopes)
        {
            await foreach (var row in rows.Table.QueryAsync(scope(tenant), null, cancellation)) yield return Shown(row, rows);
        }
    }

    /// <summary>The blobs of a container, with their content.</summary>
    public async IAsyncEnumerable<(string Name, Stream Content)> OpenAsync(Holding holding, TenantId tenant, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var container = _blobs.Single(blobs => blobs.Name == holding.Name).Container;
        var prefix = Keys.BlobsOf(tenant);
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation))
            yield return (blob.Name[prefix.Length..], (await container.GetBlobClient(blob.Name).DownloadStreamingAsync(cancellationToken: cancellation)).Value.Content);
    }

    /// <summary>Takes away rows and blobs, table by table, until nothing is left or it is to stop.</summary>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="except">Tables that are left alone.</param>
    /// <param name="goOn">Asked after every hundred; false: whoever calls again goes on here.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>How many there were, and whether that was all.</returns>
    public async Task<(int Removed, bool Finished)> EraseAsync(TenantId tenant, IReadOnlyCollection<string> except, Func<bool> goOn, CancellationToken cancellation)
    {
        var removed = 0;
        foreach (var rows in _rows.Where(rows => !except.Contains(rows.Name)))
        {
            foreach (var scope in rows.Scopes)
            {
                while (await rows.Table.ListAsync(scope(tenant), MostRead, cancellation, KeysAlone) is { Count: > 0 } found)
                {
                    foreach (var some in found.GroupBy(row => row.PartitionKey).SelectMany(partition => partition.Chunk(MostAtOnce)))
                    {
                        await RemoveAsync(rows.Table, some, cancellation);
                        removed += some.Length;
                        if (!goOn()) return (removed, false);
                    }
                }
            }
        }

        foreach (var container in _blobs.Select(blobs => blobs.Container))
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Keys.BlobsOf(tenant), cancellation))
            {
                await container.GetBlobClient(blob.Name).DeleteIfExistsAsync(cancellationToken: cancellation);
                removed++;
                if (!goOn()) return (removed, false);
            }
        }

        return (removed, true);
    }

    /// <summary>Rows of one partition, whatever they are by now: nothing of them is to stay.</summary>
    private static async Task RemoveAsync(Table table, IReadOnlyList<TableEntity> rows, CancellationToken cancellation)
    {
        if (await table.TrySubmitAsync([.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All))], cancellation) is not null) return;
        foreach (var row in rows) await table.DeleteAsync(row.PartitionKey, row.RowKey, ETag.All, cancellation);
    }

    private static string Listed(TenantId tenant) => Filter.And(Filter.Partition(Keys.TenantList), Filter.Row(Keys.Tenant(tenant)));

    private static string OwnPartition(TenantId tenant) => Filter.Partition(Keys.Tenant(tenant));

    private static string OwnPartitions(TenantId tenant)
    {
        var (from, to) = (Keys.FlowsOf(tenant).From, Keys.FlowsOf(tenant).To);
        return Filter.Where($"PartitionKey ge {from} and PartitionKey lt {to}");
    }

    private static string OwnRows(TenantId tenant) => Filter.In(Keys.FlowsOf(tenant));

    private static string Owned(TenantId tenant)
    {
        var id = tenant.Value;
        return Filter.Where($"Tenant eq {id}");
    }

    private static JsonObject Shown(TableEntity row, Rows rows)
    {
        var shown = new JsonObject { ["partition"] = row.PartitionKey, ["row"] = row.RowKey };
        foreach (var (name, value) in row.Where(property => !Row.IsSystem(property.Key)).OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            if (value is null || rows.IsSecret(name)) continue;
            if (value is byte[] && char.IsAsciiDigit(name[^1]) && row.ContainsKey(name.TrimEnd("0123456789".ToCharArray()))) continue;
            var member = JsonNamingPolicy.CamelCase.ConvertName(name);
            if (value is not byte[]) shown[member] = JsonSerializer.SerializeToNode(value);
            else if (Parsed(row.Bytes(name)!) is { } json) shown[member] = WithoutSecrets(rows, json);
        }

        return shown;
    }

    /// <summary>Null for what is no JSON: it is sealed.</summary>
    private static JsonNode? Parsed(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? WithoutSecrets(Rows rows, JsonNode? json) => json switch
    {
        JsonObject members => new JsonObject(members.Where(member => !rows.IsSecret(member.Key)).Select(member => KeyValuePair.Create(member.Key, WithoutSecrets(rows, member.Value?.DeepClone())))),
        JsonArray items => new JsonArray([.. items.Select(item => WithoutSecrets(rows, item?.DeepClone()))]),
        _ => json,
    };

    private sealed record Rows(string Name, string What, Table Table, ImmutableArray<Func<TenantId, string>> Scopes)
    {
        public string? WhyNotShown { get; init; }

        /// <summary>What stands in it are fields of records: none is a secret of ours, whatever it is called.</summary>
        public bool HasRecords { get; init; }

        /// <summary>A member that is one here, beside those that are everywhere.</summary>
        public string? Secret { get; init; }

        public bool IsSecret(string name) => !HasRecords
            && (SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) || name is "RecordsKey" || string.Equals(name, Secret, StringComparison.OrdinalIgnoreCase));
    }

    private sealed record Blobs(string Name, string What, BlobContainerClient Container)
    {
        public string? WhyNotShown { get; init; }
    }
}
