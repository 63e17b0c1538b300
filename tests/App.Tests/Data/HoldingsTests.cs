using System.IO.Compression;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using SyncFunctions.App.Data;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Tests.Contracts;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Data;

public sealed class HoldingsTests
{
    /// <summary>Whose id begins like that of another.</summary>
    private const string Other = "acme-2";

    /// <summary>Where a tenant's rows stand in each table, as the head of Keys.cs says.</summary>
    private static readonly Dictionary<string, (string Partition, string Row)> Places = new()
    {
        ["tenants"] = ("{0}", "flow|marker"),
        ["connections"] = ("{0}", "marker"),
        ["flows"] = ("{0}|f", "doc|marker"),
        ["projects"] = ("{0}|f", "q|marker"),
        ["due"] = ("07", "{0}|marker"),
        ["links"] = ("{0}|f|company", "k|marker"),
        ["runs"] = ("{0}|f", "r|marker"),
        ["log"] = ("{0}|f", "1|marker"),
        ["apicalls"] = ("{0}|c", "1|marker"),
        ["activity"] = ("{0}|f", "1|marker"),
        ["lookups"] = ("hook|{0}marker", "lookup"),
        ["locks"] = ("{0}|c", "marker"),
        ["budgets"] = ("{0}|c", "marker"),
        ["conflicts"] = ("{0}|f", "c|marker"),
        ["claims"] = ("{0}|f", "call|marker"),
        ["notices"] = ("{0}", "n|marker"),
        ["audit"] = ("{0}", "1|marker"),
        ["members"] = ("{0}", "g|marker"),
        ["people"] = ("{0}marker", "t|{0}"),
    };

    private static IEnumerable<string> Tables { get; } = new StateTables(StateClients.Create(_ => MemoryStorage.ConnectionString)).Names;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_HasEveryTableAndContainer_OrSaysWhyNot_AndNoSecret()
    {
        await using var calls = await ManageCalls.StartAsync();
        var clients = calls.World.Get<StateClients>();
        await PlantAsync(clients);
        await calls.World.AddConnectionAsync("synergy", "left", credentials: new Credentials("token", "synergy-static-key"));

        using var zip = new ZipArchive(await ExportAsync(calls));
        var manifest = JsonSerializer.Deserialize<JsonElement>(await TextAsync(zip, "manifest.json"));
        var leftOut = manifest.GetProperty("leftOut").EnumerateArray().ToDictionary(file => file.GetProperty("name").GetString()!, file => file.GetProperty("why").GetString());

        foreach (var table in Tables)
        {
            if (leftOut.TryGetValue(table, out var why))
            {
                why.ShouldNotBeNullOrEmpty(table);
                continue;
            }

            var text = await TextAsync(zip, $"{table}.ndjson");
            text.ShouldContain($"marker-acme-{table}\"", customMessage: table);
            text.ShouldNotContain($"marker-{Other}-", customMessage: table);
            text.ShouldNotContain("top-secret", customMessage: table);
            manifest.GetProperty("files").EnumerateArray().Single(file => file.GetProperty("name").GetString() == $"{table}.ndjson").GetProperty("count").GetInt32().ShouldBe(text.Split('\n').Length - 1);
        }

        (await TextAsync(zip, "plans/f/marker.json")).ShouldBe("marker-acme-plans");
        (await TextAsync(zip, "conflict-values/f/marker.json")).ShouldBe("marker-acme-conflicts");
        leftOut.Keys.ShouldContain("sweeps");
        (await TextAsync(zip, "connections.ndjson")).ShouldContain("\"accountId\":\"demo\"");
        (await TextAsync(zip, "connections.ndjson")).ShouldNotContain("\"secret\"");
    }

    [Fact]
    public async Task Erasure_LeavesNothingOfTheTenant_AndAllOfOthers_AlsoWhereItWasCutOff()
    {
        await using var calls = await ManageCalls.StartAsync();
        var clients = calls.World.Get<StateClients>();
        await calls.World.Get<TenantStore>().InsertAsync(new Tenant(new TenantId(Other), "Acme", calls.World.Time.GetUtcNow()), Cancel);
        await PlantAsync(clients);
        await calls.World.AddConnectionAsync("synergy", "left", credentials: new Credentials("token", "synergy-static-key"));
        var others = (await RowsAsync(clients)).Where(row => row.Contains(Other)).Order().ToList();
        others.Count.ShouldBeGreaterThan(Places.Count);

        (await EraseAsync(calls, "Acme Ltd")).Status.ShouldBe(400);
        (await EraseAsync(calls, "Acme")).Status.ShouldBe(202);
        (await calls.SendAsync<GetTenant>("GET", "tenants/acme", null, (function, request) => function.Run(request, "acme", Cancel))).Status.ShouldBe(404);
        (await CreateAsync(calls)).Status.ShouldBe(409, "Its rows would be taken for the new one's.");

        // A kill in the middle: whoever takes over begins anew.
        calls.Storage.FailFrom(calls.Storage.Count + 12, FailurePoint.BeforeSending);
        await Should.ThrowAsync<Exception>(() => calls.World.Get<TenantErasure>().RunAsync(HttpWorld.Tenant, null, Cancel));
        calls.Storage.Reset();

        // Its message is given up, too: the operator has it go on.
        var queue = new QueueServiceClient(MemoryStorage.ConnectionString, new QueueClientOptions { Transport = calls.Storage }).GetQueueClient(AppQueues.Erasures);
        while ((await queue.ReceiveMessageAsync(cancellationToken: Cancel)).Value is { } lost) await queue.DeleteMessageAsync(lost.MessageId, lost.PopReceipt, Cancel);
        (await ResumeAsync(calls, "acme")).Status.ShouldBe(202);
        (await queue.ReceiveMessageAsync(cancellationToken: Cancel)).Value.ShouldNotBeNull();
        (await ResumeAsync(calls, Other)).Status.ShouldBe(404);
        await EndAsync(calls);

        (await RowsAsync(clients)).Where(row => row.Contains("acme") && !row.Contains(Other)).ShouldBeEmpty();
        (await RowsAsync(clients)).Where(row => row.Contains(Other)).Order().ShouldBe(others);
        var shown = await calls.SendAsync<GetErasure>("GET", "erasures/acme", null, (function, request) => function.Run(request, "acme", Cancel));
        shown.Json.GetProperty("endedAt").ValueKind.ShouldBe(JsonValueKind.String);
        shown.Json.GetProperty("tenant").ValueKind.ShouldBe(JsonValueKind.Null);
        (await CreateAsync(calls)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task Erasure_OfALiveFlow_EndsItsRunsAndForgetsThem()
    {
        await using var world = await FlowWorld.LiveAsync();
        await using var hub = await FlowHub.StartAsync(world);
        await world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await hub.RunAsync(RunMode.Comprehensive);
        var durable = new TableServiceClient(MemoryStorage.ConnectionString, new TableClientOptions { Transport = hub.Storage });
        (await RowsAsync(durable, FlowHub.Tables)).ShouldContain(row => row.Contains("acme"));

        var erasure = world.Get<TenantErasure>();
        await erasure.BeginAsync(HttpWorld.Tenant, Cancel);
        (await world.Get<FlowStore>().GetAsync(FlowWorld.Key, Cancel)).ShouldNotBeNull().Value.Enabled.ShouldBeFalse("It stops at once.");
        while (await world.Get<ErasureStore>().GetAsync(HttpWorld.Tenant, Cancel) is { Value.EndedAt: null }) await erasure.RunAsync(HttpWorld.Tenant, hub.Client, Cancel);

        (await RowsAsync(world.Get<StateClients>())).Where(row => row.Contains("acme")).ShouldBeEmpty();
        (await RowsAsync(durable, FlowHub.Tables)).Where(row => row.Contains("acme")).ShouldBeEmpty();
    }

    [Fact]
    public async Task ManyRows_AreReadAndTakenAwayByTheHundred()
    {
        const int Links = 3000;
        await using var calls = await ManageCalls.StartAsync();
        var scope = new LinkScope(new FlowKey(HttpWorld.Tenant, new FlowId("f")), "company");
        foreach (var some in Enumerable.Range(0, Links).Chunk(1000)) await calls.World.Get<LinkStore>().CommitAsync(scope, [.. some.Select(LinkOf)], Cancel);
        var rows = 3 * Links;

        calls.Storage.Reset();
        using (var zip = new ZipArchive(await ExportAsync(calls))) (await TextAsync(zip, "links.ndjson")).Count(character => character == '\n').ShouldBe(rows);
        calls.Storage.Count.ShouldBeLessThan(100 + (rows / 1000));

        calls.Storage.Reset();
        await calls.World.Get<TenantHoldings>().EraseAsync(HttpWorld.Tenant, [], () => true, Cancel);
        calls.Storage.Count.ShouldBeLessThan(100 + (rows / 100) + (rows / 1000));
        (await RowsAsync(calls.World.Get<StateClients>())).Where(row => row.Contains("acme")).ShouldBeEmpty();
    }

    private static LinkUnit LinkOf(int number)
    {
        var link = new Link(new LinkId($"link{number}"), "company") { State = LinkState.Active, LeftId = $"l{number}", RightId = $"r{number}" };
        return new LinkUnit { Link = link, Index = [.. Sides.Both.Select(side => IndexWrite.Insert(new IndexEntry(side, link.IdOn(side)!) { Link = link.Id, Label = $"Company {number}", SeenAt = DateTimeOffset.UnixEpoch }))] };
    }

    private static async Task PlantAsync(StateClients clients)
    {
        foreach (var table in Tables)
        {
            Places.ContainsKey(table).ShouldBeTrue($"Where do a tenant's rows stand in '{table}'? TenantHoldings has to know, too.");
            foreach (var tenant in new[] { "acme", Other })
            {
                await clients.Tables.GetTableClient(table).UpsertEntityAsync(
                    new TableEntity(string.Format(null, Places[table].Partition, tenant), string.Format(null, Places[table].Row, tenant))
                    {
                        ["Marker"] = $"marker-{tenant}-{table}",
                        ["Tenant"] = tenant,
                        ["Flow"] = "f",
                        ["Id"] = "marker",
                        ["System"] = "synergy",
                        ["Name"] = "marker",
                        ["Settings"] = JsonSerializer.SerializeToUtf8Bytes(new { }),
                        ["Health"] = nameof(ConnectionHealth.Pending),
                        ["CreatedAt"] = DateTimeOffset.UnixEpoch,
                        ["PasswordHash"] = table is "links" or "conflicts" or "claims" ? "" : "top-secret",
                        ["Rules"] = JsonSerializer.SerializeToUtf8Bytes(new { Text = "told", Secret = table is "links" or "conflicts" or "claims" ? "" : "top-secret" }),
                        ["Sealed"] = new byte[] { 1, 2, 3 },
                    },
                    TableUpdateMode.Replace,
                    Cancel);
            }
        }

        foreach (var container in new[] { "plans", "conflicts", "sweeps" })
        {
            foreach (var tenant in new[] { "acme", Other })
                await clients.Blobs.GetBlobContainerClient(container).GetBlobClient($"{tenant}/f/marker").UploadAsync(BinaryData.FromString($"marker-{tenant}-{container}"), overwrite: true, Cancel);
        }
    }

    /// <summary>All that is stored, each as one text.</summary>
    private static async Task<List<string>> RowsAsync(StateClients clients)
    {
        var rows = await RowsAsync(clients.Tables, Tables);
        foreach (var container in new[] { "plans", "conflicts", "sweeps" })
        {
            await foreach (var blob in clients.Blobs.GetBlobContainerClient(container).GetBlobsAsync(cancellationToken: Cancel)) rows.Add($"{container}/{blob.Name}");
        }

        return rows;
    }

    private static async Task<List<string>> RowsAsync(TableServiceClient tables, IEnumerable<string> names)
    {
        var rows = new List<string>();
        foreach (var name in names)
        {
            await foreach (var row in tables.GetTableClient(name).QueryAsync<TableEntity>("PartitionKey ge ''", cancellationToken: Cancel))
                rows.Add($"{name} {string.Join(' ', row.Where(property => property.Key is not ("Timestamp" or "odata.etag")).Select(property => $"{property.Key}={(property.Value is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : property.Value)}"))}");
        }

        return rows;
    }

    /// <summary>As a server's: every write has to be awaited.</summary>
    private sealed class ServerStream(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.WriteAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override void Flush() => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    private static async Task<MemoryStream> ExportAsync(ManageCalls calls)
    {
        var tenant = await calls.World.Get<TenantStore>().GetAsync(HttpWorld.Tenant, Cancel);
        var stream = new MemoryStream();
        await new TenantExport(tenant!, calls.World.Get<TenantHoldings>(), calls.World.Time.GetUtcNow()).WriteAsync(new ServerStream(stream), Cancel);
        stream.Position = 0;
        return stream;
    }

    private static async Task<string> TextAsync(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name).ShouldNotBeNull(name).Open());
        return await reader.ReadToEndAsync(Cancel);
    }

    private static Task<Answer> EraseAsync(ManageCalls calls, string confirm) =>
        calls.SendAsync<EraseTenant>("POST", "tenants/acme/erase", new { confirm }, (function, request) => function.Run(request, "acme", Cancel));

    private static Task<Answer> ResumeAsync(ManageCalls calls, string tenant) =>
        calls.SendAsync<ResumeErasure>("POST", $"erasures/{tenant}/resume", null, (function, request) => function.Run(request, tenant, Cancel));

    private static Task<Answer> CreateAsync(ManageCalls calls) =>
        calls.SendAsync<CreateTenant>("POST", "tenants", new { id = "acme", name = "Acme" }, (function, request) => function.Run(request, Cancel));

    private static async Task EndAsync(ManageCalls calls)
    {
        while (await calls.World.Get<ErasureStore>().GetAsync(HttpWorld.Tenant, Cancel) is { Value.EndedAt: null }) await calls.World.Get<TenantErasure>().RunAsync(HttpWorld.Tenant, null, Cancel);
    }
}
