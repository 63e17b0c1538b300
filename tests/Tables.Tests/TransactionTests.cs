using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tables.Tests;

[Trait("Category", "Contract")]
public sealed class TransactionTests(AzuriteFixture azurite) : TableTest(azurite)
{
    [Fact]
    public async Task Submit_EveryAction_IsDoneAndAnswered()
    {
        await Table.AddEntityAsync(new TableEntity("p", "merge") { ["Kept"] = 1 }, Cancel);
        await Table.AddEntityAsync(new TableEntity("p", "replace") { ["Dropped"] = 1 }, Cancel);
        await Table.AddEntityAsync(new TableEntity("p", "delete"), Cancel);
        var etag = (await Table.GetEntityAsync<TableEntity>("p", "replace", cancellationToken: Cancel)).Value.ETag;

        var answer = await Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "add") { ["Value"] = 1 }),
                new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "merge") { ["Value"] = 2 }, ETag.All),
                new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "replace") { ["Value"] = 3 }, etag),
                new(TableTransactionActionType.Delete, new TableEntity("p", "delete")),
                new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "upsert1") { ["Value"] = 4 }),
                new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "upsert2") { ["Value"] = 5 }),
            ],
            Cancel);

        var rows = await Table.QueryAsync<TableEntity>(cancellationToken: Cancel).ToDictionaryAsync(row => row.RowKey, cancellationToken: Cancel);
        rows.ToDictionary(row => row.Key, row => row.Value.GetInt32("Value")).ShouldBe(
            new Dictionary<string, int?> { ["add"] = 1, ["merge"] = 2, ["replace"] = 3, ["upsert1"] = 4, ["upsert2"] = 5 }, ignoreOrder: true);
        (rows["merge"].GetInt32("Kept"), rows["replace"].GetInt32("Dropped")).ShouldBe((1, null));
        answer.Value.Select(part => part.Status).ShouldBe([204, 204, 204, 204, 204, 204]);
        answer.Value[0].Headers.ETag.ShouldBe(rows["add"].ETag);
        answer.Value[2].Headers.ETag.ShouldBe(rows["replace"].ETag);
    }

    [Fact]
    public async Task Submit_OneConflict_NothingIsDoneAndItsIndexIsTold()
    {
        await Table.AddEntityAsync(new TableEntity("p", "taken"), Cancel);

        var failure = await Should.ThrowAsync<TableTransactionFailedException>(Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "first")),
                new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "second")),
                new(TableTransactionActionType.Add, new TableEntity("p", "taken")),
                new(TableTransactionActionType.Add, new TableEntity("p", "last")),
            ],
            Cancel));

        (failure.Status, failure.ErrorCode).ShouldBe((409, TableErrorCode.EntityAlreadyExists.ToString()));
        failure.FailedTransactionActionIndex.ShouldBe(2);
        (await Table.QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel)).ShouldBe(1);
    }

    [Fact]
    public async Task Submit_ChangedMeanwhile_LosesTheRace()
    {
        var old = (await Table.AddEntityAsync(new TableEntity("p", "head"), Cancel)).Headers.ETag!.Value;
        await Table.UpsertEntityAsync(new TableEntity("p", "head") { ["Value"] = 1 }, cancellationToken: Cancel);

        var failure = await Should.ThrowAsync<TableTransactionFailedException>(Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "row")),
                new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "head") { ["Value"] = 2 }, old),
            ],
            Cancel));

        (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex)
            .ShouldBe((412, TableErrorCode.UpdateConditionNotSatisfied.ToString(), 1));
        (await Table.GetEntityIfExistsAsync<TableEntity>("p", "row", cancellationToken: Cancel)).HasValue.ShouldBeFalse();
    }

    [Fact]
    public async Task Submit_DeleteOfNothing_Fails()
    {
        var failure = await Should.ThrowAsync<TableTransactionFailedException>(
            Table.SubmitTransactionAsync([new(TableTransactionActionType.Delete, new TableEntity("p", "nothing"))], Cancel));

        (failure.Status, failure.FailedTransactionActionIndex).ShouldBe((404, 0));
    }

    [Fact]
    public async Task Submit_UpdateWithoutETag_InsertsLikeTheOfficialClient()
    {
        await Table.SubmitTransactionAsync([new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "r"))], Cancel);

        (await Table.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel)).HasValue.ShouldBeTrue();
    }

    [Fact]
    public async Task Submit_AHundred_AreDone_AHundredAndOneAreRefused()
    {
        await Table.SubmitTransactionAsync(Adds("a", 100), Cancel);

        var failure = await Should.ThrowAsync<TableTransactionFailedException>(Table.SubmitTransactionAsync(Adds("b", 101), Cancel));

        failure.Status.ShouldBe(400);
        (await Table.QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel)).ShouldBe(100);
    }

    [Fact]
    public async Task Submit_Nothing_IsRefusedBeforeSending() =>
        await Should.ThrowAsync<InvalidOperationException>(Table.SubmitTransactionAsync([], Cancel));

    [Fact]
    public async Task Submit_TableNotThere_Fails()
    {
        await Table.DeleteAsync(Cancel);

        var failure = await Should.ThrowAsync<TableTransactionFailedException>(Table.SubmitTransactionAsync(Adds("a", 2), Cancel));

        failure.Status.ShouldBe(404);
    }

    [Theory]
    [MemberData(nameof(EntityTests.OddKeys), MemberType = typeof(EntityTests))]
    public async Task Submit_OddKeys_AreAddedUpdatedAndDeleted(string key)
    {
        await Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity(key, key) { ["Value"] = "{\"a\":'1'}\r\n--batch HTTP/1.1" }),
                new(TableTransactionActionType.Add, new TableEntity(key, key + "2")),
            ],
            Cancel);
        await Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.UpdateMerge, new TableEntity(key, key) { ["Other"] = 2 }, ETag.All),
                new(TableTransactionActionType.Delete, new TableEntity(key, key + "2")),
            ],
            Cancel);

        var row = (await Table.QueryAsync<TableEntity>(cancellationToken: Cancel).ToListAsync(Cancel)).ShouldHaveSingleItem();

        (row.PartitionKey, row.RowKey, row.GetString("Value"), row.GetInt32("Other")).ShouldBe((key, key, "{\"a\":'1'}\r\n--batch HTTP/1.1", 2));
    }

    [Fact]
    public async Task Submit_ManyWritersOnOneHead_EachWinsExactlyOncePerVersion()
    {
        await Table.AddEntityAsync(new TableEntity("p", "head") { ["Version"] = 0 }, Cancel);
        const int Writers = 8;
        const int WinsEach = 5;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var wins = 0; wins < WinsEach;)
            {
                var head = (await Table.GetEntityAsync<TableEntity>("p", "head", cancellationToken: Cancel)).Value;
                var version = head.GetInt32("Version")!.Value + 1;
                head["Version"] = version;
                try
                {
                    await Table.SubmitTransactionAsync(
                        [
                            new(TableTransactionActionType.Add, new TableEntity("p", $"event-{version:D3}") { ["Writer"] = writer }),
                            new(TableTransactionActionType.UpdateReplace, head, head.ETag),
                        ],
                        Cancel);
                    wins++;
                }
                catch (TableTransactionFailedException lost) when (lost.Status is 409 or 412)
                {
                    // Another writer took this version.
                }
            }
        }));

        var events = await Table.QueryAsync<TableEntity>(row => row.RowKey.CompareTo("event-") > 0 && row.RowKey.CompareTo("f") < 0, cancellationToken: Cancel).ToListAsync(Cancel);
        events.Select(row => row.RowKey).ShouldBe(Enumerable.Range(1, Writers * WinsEach).Select(version => $"event-{version:D3}"));
        events.CountBy(row => row.GetInt32("Writer")!.Value).ShouldAllBe(count => count.Value == WinsEach);
    }

    private static IEnumerable<TableTransactionAction> Adds(string prefix, int count) =>
        Enumerable.Range(0, count).Select(number => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{prefix}{number:D3}")));
}
