using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tables.Tests;

[Trait("Category", "Contract")]
public sealed class QueryTests(AzuriteFixture azurite) : TableTest(azurite)
{
    private static readonly Guid SomeId = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly DateTimeOffset SomeMoment = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public async Task Query_MoreThanAThousandRows_FollowsContinuations()
    {
        await AddRowsAsync(1_203);
        var transport = new CountingTransport();

        var keys = await Connect(transport).QueryAsync<TableEntity>(select: ["RowKey"], cancellationToken: Cancel).Select(row => row.RowKey).ToListAsync(Cancel);

        keys.ShouldBe(Enumerable.Range(0, 1_203).Select(number => $"{number:D5}"));
        transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table query"] = 2 });
    }

    [Fact]
    public async Task Query_MaxPerPage_TokenOfAPageContinuesBehindIt()
    {
        await AddRowsAsync(25);
        var pages = await Table.QueryAsync<TableEntity>(maxPerPage: 10, cancellationToken: Cancel).AsPages().ToListAsync(Cancel);

        var rest = await Table.QueryAsync<TableEntity>(cancellationToken: Cancel).AsPages(pages[0].ContinuationToken, pageSizeHint: 4).ToListAsync(Cancel);

        pages.Select(page => page.Values.Count).ShouldBe([10, 10, 5]);
        pages[^1].ContinuationToken.ShouldBeNull();
        rest.Select(page => page.Values.Count).ShouldBe([4, 4, 4, 3]);
        rest[0].Values[0].RowKey.ShouldBe("00010");
    }

    [Theory]
    [InlineData("O'Brien")]
    [InlineData("a b")]
    [InlineData("日本 100%")]
    public async Task Query_OddPartitionKey_PagesThroughIt(string partitionKey)
    {
        for (var row = 0; row < 3; row++)
            await Table.AddEntityAsync(new TableEntity(partitionKey, $"{row} '%"), Cancel);

        var rows = await Table.QueryAsync<TableEntity>(row => row.PartitionKey == partitionKey, maxPerPage: 1, cancellationToken: Cancel).ToListAsync(Cancel);

        rows.Select(row => row.RowKey).ShouldBe(["0 '%", "1 '%", "2 '%"]);
    }

    [Fact]
    public async Task Query_CancelledBetweenPages_Stops()
    {
        await AddRowsAsync(3);
        using var cancellation = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Table.QueryAsync<TableEntity>(maxPerPage: 1, cancellationToken: cancellation.Token))
                await cancellation.CancelAsync();
        });
    }

    [Fact]
    public async Task Query_TableNotThere_Is404()
    {
        await Table.DeleteAsync(Cancel);

        var failure = await Should.ThrowAsync<RequestFailedException>(Table.QueryAsync<TableEntity>(cancellationToken: Cancel).ToListAsync(Cancel).AsTask());

        (failure.Status, failure.ErrorCode).ShouldBe((404, TableErrorCode.TableNotFound.ToString()));
    }

    [Fact]
    public async Task Query_FilterOnEveryType_FindsTheOneRow()
    {
        await Table.AddEntityAsync(
            new TableEntity("p", "match")
            {
                ["Text"] = "it's",
                ["Number"] = 7,
                ["Big"] = 1L << 40,
                ["Real"] = 2.5,
                ["Flag"] = true,
                ["Id"] = SomeId,
                ["Moment"] = SomeMoment,
                ["Bytes"] = new byte[] { 1, 0xAB },
            },
            Cancel);
        await Table.AddEntityAsync(new TableEntity("p", "other") { ["Text"] = "it", ["Number"] = 8 }, Cancel);
        string[] filters =
        [
            TableClient.CreateQueryFilter($"Text eq {"it's"}"),
            TableClient.CreateQueryFilter($"Number eq {7}"),
            TableClient.CreateQueryFilter($"Big eq {1L << 40}"),
            TableClient.CreateQueryFilter($"Real eq {2.5}"),
            TableClient.CreateQueryFilter($"Flag eq {true}"),
            TableClient.CreateQueryFilter($"Id eq {SomeId}"),
            TableClient.CreateQueryFilter($"Moment le {SomeMoment} and Moment ge {SomeMoment.UtcDateTime}"),
            TableClient.CreateQueryFilter($"Bytes eq {(byte[])[1, 0xAB]}"),
            TableClient.CreateQueryFilter<TableEntity>(row => row.GetString("Text") == "it's" && row.GetInt64("Big") > 5 && !(row.GetInt32("Number") != 7)),
        ];

        foreach (var filter in filters)
            (await Table.QueryAsync<TableEntity>(filter, cancellationToken: Cancel).ToListAsync(Cancel)).ShouldHaveSingleItem(filter).RowKey.ShouldBe("match");
    }

    [Fact]
    public async Task Query_Select_ReadsOnlyWhatIsNamed()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["First"] = 1, ["Second"] = 2 }, Cancel);

        var row = await Table.QueryAsync<TableEntity>(select: ["RowKey", "Second"], cancellationToken: Cancel).SingleAsync(Cancel);

        (row.RowKey, row.GetInt32("First"), row.GetInt32("Second")).ShouldBe(("r", null, 2));
    }

    [Fact]
    public async Task Query_RangeOfRowKeys_IsOrderedByKey()
    {
        await AddRowsAsync(20);

        var keys = await Table
            .QueryAsync<TableEntity>(row => row.PartitionKey == "p" && row.RowKey.CompareTo("00005") >= 0 && string.Compare(row.RowKey, "00009") < 0, cancellationToken: Cancel)
            .Select(row => row.RowKey)
            .ToListAsync(Cancel);

        keys.ShouldBe(["00005", "00006", "00007", "00008"]);
    }

    [Theory]
    [InlineData("k|", "l|")]
    [InlineData("k|1", "k|10")]
    [InlineData("k|a", "k|é")]
    [InlineData("z", "a")]
    [InlineData("1", "k|")]
    [InlineData("", "zz")]
    [InlineData("I", "k")]
    public async Task Query_PartitionAndRange_FindsWhatAWalkThroughAllRowsFinds(string from, string to)
    {
        string[] partitions = ["p", "o'neill", "1", "01"];
        string[] keys = ["1", "9", "10", "1e1", "Infinity", "a", "k|", "k|1", "k|10", "k|2", "k|a", "k|it's", "k|é", "k|\ud83d\ude00", "l|", "z", "zz"];
        foreach (var partition in partitions)
            await Table.SubmitTransactionAsync(keys.Select((key, n) => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(partition, key) { ["N"] = n % 3 })), Cancel);

        foreach (var partition in partitions)
        {
            (await FindAsync($"PartitionKey eq {partition}")).ShouldBe(Expected(_ => true));
            (await FindAsync($"PartitionKey eq {partition} and N eq {1}")).ShouldBe(Expected(n => n == 1));
            (await FindAsync($"PartitionKey eq {partition} and RowKey ge {from} and RowKey le {to}")).ShouldBe(Between(partition, _ => true, inclusive: true));
            (await FindAsync($"PartitionKey eq {partition} and RowKey gt {from} and RowKey lt {to}")).ShouldBe(Between(partition, _ => true, inclusive: false));
            (await FindAsync($"PartitionKey eq {partition} and RowKey ge {from} and RowKey le {to} and (N eq {1} or N eq {2})")).ShouldBe(Between(partition, n => n > 0, inclusive: true));
            (await FindAsync($"PartitionKey eq {partition} and RowKey ge {from} and RowKey le {to} or PartitionKey eq {"none"} or RowKey eq {"1"}"))
                .ShouldBe([.. Between(partition, _ => true, inclusive: true).Concat(partitions.Select(other => (other, "1"))).Distinct().Order(Ordinal)]);

            List<(string, string)> Expected(Func<int, bool> condition) => [.. keys.Where((_, n) => condition(n % 3)).Select(key => (partition, key)).Order(Ordinal)];
        }

        List<(string, string)> Between(string partition, Func<int, bool> condition, bool inclusive) =>
            [.. keys.Where((key, n) => condition(n % 3) && IsAbove(key, from, inclusive) && IsAbove(to, key, inclusive)).Select(key => (partition, key)).Order(Ordinal)];
    }

    [Fact]
    public async Task Tables_CreateQueryDelete_RoundTrips()
    {
        var service = new TableServiceClient(Emulator.ConnectionString);
        string[] names = [$"{TableName}a", $"{TableName}b", $"{TableName}c"];
        foreach (var name in names)
            (await service.CreateTableAsync(name, Cancel)).Value.Name.ShouldBe(name);

        var end = TableName + "d";
        var paged = await service.QueryAsync((FormattableString)$"TableName gt {TableName} and TableName lt {end}", maxPerPage: 2, cancellationToken: Cancel).AsPages().ToListAsync(Cancel);
        var one = await service.QueryAsync(table => table.Name == names[1], cancellationToken: Cancel).ToListAsync(Cancel);
        (await service.DeleteTableAsync(names[0], Cancel)).Status.ShouldBe(204);

        paged.SelectMany(page => page.Values).Select(table => table.Name).ShouldBe(names);
        paged.Count.ShouldBe(2);
        one.ShouldHaveSingleItem().Name.ShouldBe(names[1]);
        (await service.DeleteTableAsync(names[0], Cancel)).Status.ShouldBe(404);
        service.Query(table => table.Name == names[0]).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tables_CreateTwice_ConflictsUnlessIfNotExists()
    {
        var failure = await Should.ThrowAsync<RequestFailedException>(Table.CreateAsync(Cancel));
        var again = await Table.CreateIfNotExistsAsync(Cancel);

        (failure.Status, failure.ErrorCode).ShouldBe((409, TableErrorCode.TableAlreadyExists.ToString()));
        (again.Value.Name, again.GetRawResponse().Status).ShouldBe((TableName, 409));
    }

    [Fact]
    public async Task Tables_CreateWhileBeingDeleted_FailsEvenIfNotExists()
    {
        var transport = new CannedTransport(409, """{"odata.error":{"code":"TableBeingDeleted","message":{"lang":"en-US","value":"later"}}}""");

        var failure = await Should.ThrowAsync<RequestFailedException>(Connect(transport).CreateIfNotExistsAsync(Cancel));

        (failure.Status, failure.ErrorCode).ShouldBe((409, TableErrorCode.TableBeingDeleted.ToString()));
    }

    private async Task AddRowsAsync(int count)
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(100))
        {
            await Table.SubmitTransactionAsync(
                chunk.Select(number => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{number:D5}"))), Cancel);
        }
    }

    private static Comparer<(string, string)> Ordinal { get; } = Comparer<(string Partition, string Row)>.Create((a, b) =>
        string.CompareOrdinal(a.Partition, b.Partition) is var order and not 0 ? order : string.CompareOrdinal(a.Row, b.Row));

    private static bool IsAbove(string key, string other, bool inclusive) =>
        string.CompareOrdinal(key, other) is var order && (inclusive ? order >= 0 : order > 0);

    private async Task<List<(string, string)>> FindAsync(FormattableString filter)
    {
        var found = new List<(string, string)>();
        await foreach (var row in Table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter(filter), cancellationToken: Cancel))
            found.Add((row.PartitionKey, row.RowKey));
        return found;
    }
}
