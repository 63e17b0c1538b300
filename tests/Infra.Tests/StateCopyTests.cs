using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using SyncFunctions.Copy;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Infra.Tests;

public sealed class StateCopyTests
{
    private readonly StateClients _from = Clients("");
    private readonly StateClients _to = Clients("b20270131");
    private readonly StringWriter _output = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static StateClients Clients(string prefix)
    {
        var account = new MemoryStorage();
        return StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options => options.Transport = account) with { Prefix = prefix };
    }

    [Fact]
    public async Task Copy_OfAllTypesAndPartitions_IsTheSameInPrefixedTables()
    {
        await new StateTables(_from).CreateAsync(Cancel);
        var links = _from.Tables.GetTableClient("links");
        for (var i = 0; i < 230; i++)
            await links.AddEntityAsync(new TableEntity($"p{i % 2}", $"{i:D4}") { ["Text"] = $"ä{i}", ["Bytes"] = new byte[] { 1, (byte)i }, ["Long"] = 5_000_000_000L + i, ["At"] = DateTimeOffset.UnixEpoch.AddDays(i), ["Yes"] = true, ["Part"] = 0.5 }, Cancel);
        await _from.Blobs.GetBlobContainerClient("sweeps").GetBlobClient("t/f/r/k/l/00000000").UploadAsync(BinaryData.FromString("rows"), new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["count"] = "4" } }, Cancel);

        await new StateCopy(_from, _to, _output).RunAsync(Cancel);

        var copied = await _to.Tables.GetTableClient("b20270131links").QueryAsync<TableEntity>(cancellationToken: Cancel).ToListAsync(Cancel);
        copied.Count.ShouldBe(230);
        await foreach (var row in links.QueryAsync<TableEntity>(cancellationToken: Cancel))
        {
            var same = copied.Single(other => other.PartitionKey == row.PartitionKey && other.RowKey == row.RowKey);
            foreach (var name in new[] { "Text", "Bytes", "Long", "At", "Yes", "Part" }) same[name].ShouldBe(row[name]);
        }

        var blob = _to.Blobs.GetBlobContainerClient("b20270131sweeps").GetBlobClient("t/f/r/k/l/00000000");
        (await blob.DownloadContentAsync(Cancel)).Value.Content.ToString().ShouldBe("rows");
        _output.ToString().ShouldContain("links: 230 rows");
    }

    [Fact]
    public async Task Copy_OfAnEarlierVersion_LeavesTheTableEmptyThatItDidNotHave()
    {
        await _from.Tables.GetTableClient("due").CreateIfNotExistsAsync(Cancel);
        await _from.Tables.GetTableClient("due").AddEntityAsync(new TableEntity("p", "r"), Cancel);

        await new StateCopy(_from, _to, _output).RunAsync(Cancel);

        (await _to.Tables.GetTableClient("b20270131due").QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel)).ShouldBe(1);
        (await _to.Tables.GetTableClient("b20270131people").QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel)).ShouldBe(0);
    }

    [Fact]
    public async Task Copy_OfAnotherAccount_IsRefused() =>
        (await Should.ThrowAsync<InvalidOperationException>(() => new StateCopy(_from, _to, _output).RunAsync(Cancel))).Message.ShouldContain("'StateStorage'");

    [Fact]
    public async Task Copy_OverSomethingElse_IsRefusedBeforeAnythingIsWritten()
    {
        await new StateTables(_from).CreateAsync(Cancel);
        await _from.Tables.GetTableClient("due").AddEntityAsync(new TableEntity("p", "r"), Cancel);
        await new StateTables(_to).CreateAsync(Cancel);
        await _to.Tables.GetTableClient("b20270131people").AddEntityAsync(new TableEntity("p", "r"), Cancel);

        (await Should.ThrowAsync<InvalidOperationException>(() => new StateCopy(_from, _to, _output).RunAsync(Cancel))).Message.ShouldContain("people");

        (await _to.Tables.GetTableClient("b20270131due").QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel)).ShouldBe(0);
    }
}
