using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>What the crash points run on answers like the emulator.</summary>
public sealed class MemoryStorageTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_SameCalls_AnswerLikeTheEmulator()
    {
        var memory = await TablesAsync(new TableServiceClient(MemoryStorage.ConnectionString, new TableClientOptions { Transport = new MemoryStorage() }));
        var emulator = await TablesAsync(new TableServiceClient(azurite.ConnectionString));

        memory.ShouldBe(emulator);
        memory.Count.ShouldBeGreaterThan(25);
    }

    [Fact]
    public async Task Queues_SameCalls_AnswerLikeTheEmulator()
    {
        var memory = await QueuesAsync(new QueueServiceClient(MemoryStorage.ConnectionString, new QueueClientOptions { Transport = new MemoryStorage() }));
        var emulator = await QueuesAsync(new QueueServiceClient(azurite.ConnectionString));

        memory.ShouldBe(emulator);
        memory.Count.ShouldBeGreaterThan(12);
    }

    [Fact]
    public async Task Blobs_SameCalls_AnswerLikeTheEmulator()
    {
        var memory = await BlobsAsync(new BlobServiceClient(MemoryStorage.ConnectionString, new BlobClientOptions { Transport = new MemoryStorage() }));
        var emulator = await BlobsAsync(new BlobServiceClient(azurite.ConnectionString));

        memory.ShouldBe(emulator);
        memory.Count.ShouldBeGreaterThan(15);
    }

    private static async Task<List<string>> BlobsAsync(BlobServiceClient service)
    {
        var log = new Story();
        var container = service.GetBlobContainerClient(AzuriteFixture.NewPrefix());
        await log.TryAsync("missing container", async () => (await container.GetBlobClient("a").UploadAsync(BinaryData.FromString("1"), overwrite: true, Cancel)).GetRawResponse());
        await log.TryAsync("create", async () => (await container.CreateIfNotExistsAsync(cancellationToken: Cancel)).GetRawResponse());
        log.Add($"create again: {await container.CreateIfNotExistsAsync(cancellationToken: Cancel) is null}");
        await log.TryAsync("missing blob", async () => (await container.GetBlobClient("a/1").DownloadContentAsync(Cancel)).GetRawResponse());
        var options = new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["count"] = "7" } };
        string[] names = ["a/2", "a/1", "b/~00e9 |x", "a/3"];
        foreach (var name in names)
            await log.TryAsync($"upload {name}", async () => (await container.GetBlobClient(name).UploadAsync(BinaryData.FromString($"<{name}>"), options, Cancel)).GetRawResponse());
        await log.TryAsync("upload again", async () => (await container.GetBlobClient("a/1").UploadAsync(BinaryData.FromString("another"), overwrite: true, Cancel)).GetRawResponse());
        await log.TryAsync("upload, but only if new", async () => (await container.GetBlobClient("a/1").UploadAsync(BinaryData.FromString("third"), overwrite: false, Cancel)).GetRawResponse());
        var read = (await container.GetBlobClient("b/~00e9 |x").DownloadContentAsync(Cancel)).Value;
        log.Add($"read: {read.Content} {read.Details.Metadata["count"]} {read.Details.ETag == default}");
        log.Add($"replaced: {(await container.GetBlobClient("a/1").DownloadContentAsync(Cancel)).Value.Content}");
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, "a/", Cancel))
            log.Add($"listed: {blob.Name} {blob.Properties.ContentLength} {(blob.Metadata.TryGetValue("count", out var count) ? count : "-")}");
        var pages = await container.GetBlobsAsync(cancellationToken: Cancel).AsPages(pageSizeHint: 3).ToListAsync(Cancel);
        log.Add($"pages of 3: {string.Join(" | ", pages.Select(page => string.Join(", ", page.Values.Select(blob => blob.Name))))}");
        log.Add($"exists: {(await container.GetBlobClient("a/3").ExistsAsync(Cancel)).Value} {(await container.GetBlobClient("none").ExistsAsync(Cancel)).Value}");
        log.Add($"deleted: {(await container.GetBlobClient("a/3").DeleteIfExistsAsync(cancellationToken: Cancel)).Value}");
        log.Add($"deleted again: {(await container.GetBlobClient("a/3").DeleteIfExistsAsync(cancellationToken: Cancel)).Value}");
        await log.TryAsync("delete what is not there", () => container.GetBlobClient("a/3").DeleteAsync(cancellationToken: Cancel));
        return log.Lines;
    }

    private static async Task<List<string>> TablesAsync(TableServiceClient service)
    {
        var log = new Story();
        var table = service.GetTableClient(AzuriteFixture.NewPrefix());
        await log.TryAsync("missing table", () => table.AddEntityAsync(Row("p", "1", 1), Cancel));
        await log.TryAsync("create", async () => (await table.CreateIfNotExistsAsync(Cancel)).GetRawResponse());
        await log.TryAsync("create again", async () => (await table.CreateIfNotExistsAsync(Cancel)).GetRawResponse());
        await log.TryAsync("missing row", async () => (await table.GetEntityIfExistsAsync<TableEntity>("p", "1", cancellationToken: Cancel)).GetRawResponse());
        await log.TryAsync("add", () => table.AddEntityAsync(Row("p", "1", 1), Cancel));
        await log.TryAsync("add again", () => table.AddEntityAsync(Row("p", "1", 2), Cancel));
        await log.TryAsync("upsert odd keys", () => table.UpsertEntityAsync(Row("o'd é d", "i|x y~01", 7), TableUpdateMode.Replace, Cancel));
        var first = (await table.GetEntityAsync<TableEntity>("p", "1", cancellationToken: Cancel)).Value;
        await log.TryAsync("update", () => table.UpdateEntityAsync(Row("p", "1", 3), first.ETag, TableUpdateMode.Replace, Cancel));
        await log.TryAsync("update with the old version", () => table.UpdateEntityAsync(Row("p", "1", 4), first.ETag, TableUpdateMode.Replace, Cancel));
        await log.TryAsync("update a missing row", () => table.UpdateEntityAsync(Row("p", "none", 4), ETag.All, TableUpdateMode.Replace, Cancel));
        await log.TryAsync("delete with the old version", () => table.DeleteEntityAsync("p", "1", first.ETag, Cancel));
        await log.TryAsync("delete a missing row", () => table.DeleteEntityAsync("p", "none", ETag.All, Cancel));
        await log.TryAsync("transaction", async () => (await table.SubmitTransactionAsync(
            [Add("p", "2", 20), Add("p", "3", 30), Replace("p", "1", 10, ETag.All), Upsert("p", "4", 40)], Cancel)).GetRawResponse());
        await log.TryAsync("transaction that adds an existing row", async () => (await table.SubmitTransactionAsync(
            [Add("p", "5", 50), Add("p", "2", 21)], Cancel)).GetRawResponse());
        await log.TryAsync("transaction with the old version", async () => (await table.SubmitTransactionAsync(
            [Replace("p", "1", 11, first.ETag), Add("p", "5", 50)], Cancel)).GetRawResponse());
        await log.TryAsync("transaction that deletes a missing row", async () => (await table.SubmitTransactionAsync(
            [Add("p", "5", 50), Delete("p", "none")], Cancel)).GetRawResponse());
        await log.TryAsync("transaction that deletes", async () => (await table.SubmitTransactionAsync([Delete("p", "3"), Add("p", "5", 50)], Cancel)).GetRawResponse());

        string[] filters =
        [
            "PartitionKey eq 'p'",
            "RowKey ge '2' and RowKey lt '5'",
            "PartitionKey eq 'o''d é d'",
            "PartitionKey eq 'p' and (Number eq 10 or Number gt 40)",
            "At le datetime'2026-01-01T00:00:20Z'",
            "Timestamp ge datetime'2026-01-01T00:00:00Z'",
            "PartitionKey eq 'p' and Timestamp lt datetime'2026-01-01T00:00:00Z'",
            "Flag eq true",
            "Nothing eq 'x'",
            "PartitionKey ge 'o' and PartitionKey lt 'q' and RowKey ge '2'",
            "(RowKey eq '1') or (RowKey eq '4') or (RowKey eq 'none')",
            "PartitionKey eq 'p' and RowKey ge '1' and RowKey le '5' and ((RowKey eq '1') or (RowKey eq '4') or (RowKey ge '2' and RowKey lt '3'))",
            "PartitionKey eq 'p' and (RowKey le '1' or RowKey gt '2') and Number ne 10",
            "PartitionKey eq 'p' or PartitionKey eq 'o''d é d'",
            TableClient.CreateQueryFilter($"Text eq {"t20"} and At ge {new DateTimeOffset(2026, 1, 1, 0, 0, 20, TimeSpan.Zero)}"),
        ];
        foreach (var filter in filters)
        {
            var rows = await table.QueryAsync<TableEntity>(filter, cancellationToken: Cancel).ToListAsync(Cancel);
            log.Add($"{filter}: {string.Join(", ", rows.Select(row => $"{row.PartitionKey}/{row.RowKey} {row["Number"]} {row["Text"]} {row.GetDateTimeOffset("At"):O} {row.GetBinary("Bytes")!.Length}"))}");
        }

        var pages = await table.QueryAsync<TableEntity>("PartitionKey eq 'p'", maxPerPage: 3, cancellationToken: Cancel).AsPages().ToListAsync(Cancel);
        log.Add($"pages of 3: {string.Join(" | ", pages.Select(page => string.Join(", ", page.Values.Select(row => row.RowKey))))}");
        await table.DeleteAsync(Cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
        return log.Lines;
    }

    private static async Task<List<string>> QueuesAsync(QueueServiceClient service)
    {
        var log = new Story();
        var queue = service.GetQueueClient(AzuriteFixture.NewPrefix());
        await log.TryAsync("missing queue", async () => (await queue.ReceiveMessagesAsync(16, TimeSpan.FromMinutes(1), Cancel)).GetRawResponse());
        await log.TryAsync("create", () => queue.CreateAsync(cancellationToken: Cancel));
        await log.TryAsync("create again", async () => await queue.CreateIfNotExistsAsync(cancellationToken: Cancel) ?? throw new RequestFailedException(204, "there already"));
        await log.TryAsync("send", async () => (await queue.SendMessageAsync("<é> & 1", Cancel)).GetRawResponse());
        await queue.SendMessageAsync("2", timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: Cancel);
        log.Add($"so many: {(await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount}");

        var messages = (await queue.ReceiveMessagesAsync(16, TimeSpan.FromMinutes(1), Cancel)).Value;
        log.Add(Described(messages));
        log.Add($"while they are hidden: {Described((await queue.ReceiveMessagesAsync(16, TimeSpan.FromMinutes(1), Cancel)).Value)}");
        var renewed = await queue.UpdateMessageAsync(messages[0].MessageId, messages[0].PopReceipt, (string?)null, TimeSpan.FromMinutes(2), Cancel);
        log.Add($"renewed: {renewed.GetRawResponse().Status} {renewed.Value.PopReceipt.Length > 0}");
        await log.TryAsync("delete with the old receipt", () => queue.DeleteMessageAsync(messages[0].MessageId, messages[0].PopReceipt, Cancel));
        await log.TryAsync("delete", () => queue.DeleteMessageAsync(messages[0].MessageId, renewed.Value.PopReceipt, Cancel));
        await log.TryAsync("delete again", () => queue.DeleteMessageAsync(messages[0].MessageId, renewed.Value.PopReceipt, Cancel));
        await log.TryAsync("give back", async () => (await queue.UpdateMessageAsync(messages[1].MessageId, messages[1].PopReceipt, (string?)null, TimeSpan.Zero, Cancel)).GetRawResponse());
        log.Add(Described((await queue.ReceiveMessagesAsync(16, TimeSpan.FromMinutes(1), Cancel)).Value));
        log.Add($"peeked: {(await queue.PeekMessagesAsync(16, Cancel)).Value.Length}");
        await log.TryAsync("the receipt of the delivery before", () => queue.DeleteMessageAsync(messages[1].MessageId, messages[1].PopReceipt, Cancel));
        return log.Lines;
    }

    private static string Described(QueueMessage[] messages) => string.Join(", ", messages.Select(message =>
        $"'{message.MessageText}' {message.DequeueCount} lives {(message.ExpiresOn - message.InsertedOn)!.Value.TotalDays:0} days, hidden {message.NextVisibleOn > message.InsertedOn + TimeSpan.FromSeconds(30)}"));

    private static TableEntity Row(string partition, string row, int number) => new(partition, row)
    {
        ["Number"] = number,
        ["Text"] = $"t{number}",
        ["Flag"] = number % 20 == 0,
        ["At"] = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(number),
        ["Bytes"] = new byte[number],
    };

    private static TableTransactionAction Add(string partition, string row, int number) => new(TableTransactionActionType.Add, Row(partition, row, number));

    private static TableTransactionAction Upsert(string partition, string row, int number) => new(TableTransactionActionType.UpsertReplace, Row(partition, row, number));

    private static TableTransactionAction Replace(string partition, string row, int number, ETag version) =>
        new(TableTransactionActionType.UpdateReplace, Row(partition, row, number), version);

    private static TableTransactionAction Delete(string partition, string row) =>
        new(TableTransactionActionType.Delete, new TableEntity(partition, row), ETag.All);

    /// <summary>What was answered to what.</summary>
    private sealed class Story
    {
        public List<string> Lines { get; } = [];

        public void Add(string line) => Lines.Add(line);

        public async Task TryAsync(string what, Func<Task<Response>> call)
        {
            try
            {
                Add($"{what}: {(await call()).Status}");
            }
            catch (RequestFailedException refused)
            {
                Add($"{what}: {refused.Status} {refused.ErrorCode}");
            }
        }
    }
}
