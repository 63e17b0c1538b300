using Azure;
using Azure.Data.Tables;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

/// <summary>The three verbs, their lost races and their lost answers.</summary>
public sealed class TableTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private Table Table => Tables.Flows;

    [Fact]
    public async Task Insert_Exists_IsLost()
    {
        (await Table.InsertAsync(NewRow("first"), Cancel)).ShouldNotBeNull();

        (await Table.InsertAsync(NewRow("second"), Cancel)).ShouldBeNull();
        (await ReadAsync())!.Text("Value").ShouldBe("first");
    }

    [Fact]
    public async Task Insert_AnswerLost_IsRecognisedAsOurs()
    {
        LoseAnswer("table insert");

        var version = await Table.InsertAsync(NewRow("first"), Cancel);

        version.ShouldBe((await ReadAsync())!.ETag);
        Transport.ByOperation["table insert"].ShouldBe(2);
    }

    [Fact]
    public async Task Replace_ChangedMeanwhile_IsLost()
    {
        var read = await Table.InsertAsync(NewRow("first"), Cancel);
        await Table.ReplaceAsync(NewRow("second"), read!.Value, Cancel);

        (await Table.ReplaceAsync(NewRow("third"), read.Value, Cancel)).ShouldBeNull();
        (await ReadAsync())!.Text("Value").ShouldBe("second");
    }

    [Fact]
    public async Task Replace_GoneMeanwhile_IsLost()
    {
        var read = await Table.InsertAsync(NewRow("first"), Cancel);
        await Table.DeleteAsync("p", "r", read!.Value, Cancel);

        (await Table.ReplaceAsync(NewRow("second"), read.Value, Cancel)).ShouldBeNull();
        (await ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Replace_AnswerLost_IsRecognisedAsOurs()
    {
        var read = await Table.InsertAsync(NewRow("first"), Cancel);
        LoseAnswer("table replace");

        var version = await Table.ReplaceAsync(NewRow("second"), read!.Value, Cancel);

        version.ShouldBe((await ReadAsync())!.ETag);
        Transport.ByOperation["table replace"].ShouldBe(2);
    }

    [Fact]
    public async Task Replace_AllProperties_LeavesNoneOfTheOld()
    {
        var read = await Table.InsertAsync(NewRow("first").Put("Old", "there"), Cancel);

        await Table.ReplaceAsync(NewRow("second"), read!.Value, Cancel);

        (await ReadAsync())!.ContainsKey("Old").ShouldBeFalse();
    }

    [Fact]
    public async Task Delete_ChangedMeanwhile_IsLost()
    {
        var read = await Table.InsertAsync(NewRow("first"), Cancel);
        await Table.ReplaceAsync(NewRow("second"), read!.Value, Cancel);

        (await Table.DeleteAsync("p", "r", read.Value, Cancel)).ShouldBeFalse();
        (await ReadAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task Delete_Gone_IsLost()
    {
        var read = await Table.InsertAsync(NewRow("first"), Cancel);
        (await Table.DeleteAsync("p", "r", read!.Value, Cancel)).ShouldBeTrue();

        (await Table.DeleteAsync("p", "r", read.Value, Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task Transaction_AnswerLost_IsRecognisedAsOurs()
    {
        LoseAnswer("table transaction");

        var versions = await Table.TrySubmitAsync(
            [new(TableTransactionActionType.Add, NewRow("first")), new(TableTransactionActionType.UpsertReplace, Row.New("p", "other").Put("Value", 1))], Cancel);

        versions.ShouldNotBeNull()[0].ShouldBe((await ReadAsync())!.ETag);
        Transport.ByOperation["table transaction"].ShouldBe(2);
    }

    [Fact]
    public async Task Transaction_OneConflict_DoesNothing()
    {
        await Table.InsertAsync(NewRow("first"), Cancel);

        var versions = await Table.TrySubmitAsync(
            [new(TableTransactionActionType.Add, Row.New("p", "other")), new(TableTransactionActionType.Add, NewRow("second"))], Cancel);

        versions.ShouldBeNull();
        (await Table.GetAsync("p", "other", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Verbs_TableNotThere_AreFailures()
    {
        var tables = new StateTables(Clients with { Prefix = AzuriteFixture.NewPrefix() });

        await Should.ThrowAsync<RequestFailedException>(tables.Flows.InsertAsync(NewRow("first"), Cancel));
        await Should.ThrowAsync<RequestFailedException>(tables.Flows.ReplaceAsync(NewRow("first"), new ETag("W/\"datetime'2026-01-01T00%3A00%3A00.0Z'\""), Cancel));
        await Should.ThrowAsync<RequestFailedException>(tables.Flows.TrySubmitAsync(
            [new(TableTransactionActionType.Add, NewRow("first")), new(TableTransactionActionType.Add, Row.New("p", "other"))], Cancel));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(6, 3)]
    [InlineData(40, 10)]
    public async Task Find_AHundredKeys_TakesFewQueriesWhereTheirRowsStandSideBySide(int apart, int queries)
    {
        await AppendLog.AppendAsync(Table, Enumerable.Range(0, 50 * apart).Select(number => Row.New("p", $"row{number:D4}")), Cancel);
        Transport.Reset();

        // Every second half of the keys is of no row.
        var rows = await Table.FindAsync("p", Enumerable.Range(0, 100).Select(number => $"row{number / 2 * apart:D4}{(number % 2 == 0 ? "" : "x")}"), Cancel);

        rows.Select(row => row.RowKey).ShouldBe(Enumerable.Range(0, 50).Select(number => $"row{number * apart:D4}"), ignoreOrder: true);
        Transport.Count.ShouldBeLessThanOrEqualTo(queries);
    }

    [Fact]
    public async Task Page_ContinuationFromOutside_StaysInTheRange()
    {
        await AppendLog.AppendAsync(Table, new[] { "a|1", "b|1", "b|2", "b|3", "c|1" }.Select(key => Row.New("p", key)), Cancel);

        (await KeysAsync(null)).ShouldBe("b|1 b|2, then b|2");
        (await KeysAsync("b|2")).ShouldBe("b|3, then ");
        (await KeysAsync("a|")).ShouldBe("b|1 b|2, then b|2");
        (await KeysAsync("zzz' or RowKey ge 'a")).ShouldBe(", then ");

        async Task<string> KeysAsync(string? continuation)
        {
            var page = await Table.PageAsync("p", KeyRange.Prefix("b|"), null, continuation, 2, Cancel);
            return $"{string.Join(' ', page.Items.Select(row => row.RowKey))}, then {page.Continuation}";
        }
    }

    [Fact]
    public async Task Row_BinaryOverAPropertysLimit_ComesBack()
    {
        var bytes = new byte[200_000];
        new Random(1).NextBytes(bytes);
        await Table.InsertAsync(Row.New("p", "big").PutBytes("Data", bytes).PutBytes("Empty", []), Cancel);

        var row = (await Table.GetAsync("p", "big", Cancel))!;

        row.Bytes("Data").ShouldBe(bytes);
        row.Bytes("Empty").ShouldBe([]);
        row.Bytes("None").ShouldBeNull();
    }

    [Fact]
    public async Task Row_TimesAtBothEnds_ComeBack()
    {
        await Table.InsertAsync(Row.New("p", "times").Put("First", DateTimeOffset.MinValue).Put("Last", DateTimeOffset.MaxValue), Cancel);

        var row = (await Table.GetAsync("p", "times", Cancel))!;

        (row.Time("First"), row.Time("Last")).ShouldBe((DateTimeOffset.MinValue, DateTimeOffset.MaxValue));
    }

    [Fact]
    public void Row_TimeBeforeTheServicesCalendar_IsItsFirstDay() =>
        Row.New("p", "r").Put("First", DateTimeOffset.MinValue)["First"].ShouldBe(new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("short", "short")]
    [InlineData("exactly10!", "exactly10!")]
    [InlineData("more than 10", "more than…")]
    [InlineData("12345678😀90", "12345678…")]
    public void Clip_Text_IsCutBetweenCharacters(string text, string clipped) => Row.Clip(text, 10).ShouldBe(clipped);

    private static TableEntity NewRow(string value) => Row.New("p", "r").Put("Value", value).Put("Time", Now).Put("Flag", true).PutBytes("Bytes", [1, 2]);

    private Task<TableEntity?> ReadAsync() => Table.GetAsync("p", "r", Cancel);
}
