using System.Globalization;
using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tables.Tests;

[Trait("Category", "Contract")]
public sealed class EntityTests(AzuriteFixture azurite) : TableTest(azurite)
{
    public enum Colour
    {
        Red,
        Green,
    }

    public static TheoryData<object> Values =>
    [
        "text",
        "",
        "Žluťoučký 'kůň' \"{}\\ 日本 🚀 \u2028 \r\n\t",
        true,
        false,
        0,
        int.MinValue,
        long.MaxValue,
        long.MinValue,
        5L,
        0.5,
        5.0,
        -0.0,
        1e300,
        double.Epsilon,
        double.NaN,
        new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"),
        new DateTimeOffset(2026, 2, 28, 23, 59, 59, 999, TimeSpan.FromHours(2)).AddTicks(1234),
        new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero),
        new byte[] { 0, 1, 254, 255 },
        Array.Empty<byte>(),
    ];

    public static TheoryData<string> OddKeys =>
    [
        "",
        " ",
        "a b",
        "O'Brien",
        "''",
        "100% of a&b=c;d+e,f",
        "(x)!*@$:[]{}|^`~<>\"",
        "PartitionKey='x'",
        "Ærøskøbing 日本語 🚀",
        "e\u0301",
        "%2F%25",
        "..",
    ];

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public async Task TableEntity_EveryType_RoundTripsAsItsType(object value)
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["Value"] = value }, Cancel);

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value["Value"];

        read.ShouldBeOfType(value.GetType());
        read.ShouldBe(value);
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task Keys_OddCharacters_AreFoundChangedAndDeleted(string key)
    {
        await Table.AddEntityAsync(new TableEntity(key, key) { ["Value"] = 1 }, Cancel);

        var read = (await Table.GetEntityAsync<TableEntity>(key, key, cancellationToken: Cancel)).Value;
        (read.PartitionKey, read.RowKey).ShouldBe((key, key));
        read["Value"] = 2;
        await Table.UpdateEntityAsync(read, read.ETag, TableUpdateMode.Replace, Cancel);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {key} and RowKey eq {key}");
        var found = await Table.QueryAsync<TableEntity>(filter, cancellationToken: Cancel).ToListAsync(Cancel);
        found.ShouldHaveSingleItem().GetInt32("Value").ShouldBe(2);
        (await Table.DeleteEntityAsync(key, key, cancellationToken: Cancel)).Status.ShouldBe(204);
        (await Table.GetEntityIfExistsAsync<TableEntity>(key, key, cancellationToken: Cancel)).HasValue.ShouldBeFalse();
    }

    [Fact]
    public async Task TypedEntity_EveryPropertyType_RoundTrips()
    {
        var written = new Everything
        {
            PartitionKey = "p",
            RowKey = "r",
            Text = "text",
            Flag = true,
            Number = 7,
            Big = 1L << 40,
            Real = 3,
            Id = Guid.NewGuid(),
            Moment = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.FromHours(-3)),
            Utc = new DateTime(2026, 5, 6, 7, 8, 9, DateTimeKind.Utc),
            Bytes = [1, 2],
            Data = BinaryData.FromBytes((byte[])[3, 4]),
            Colour = Colour.Green,
            MaybeNumber = 8,
            MaybeColour = Colour.Green,
            Renamed = "renamed",
            Ignored = "not stored",
        };
        await Table.AddEntityAsync(written, Cancel);

        var read = (await Table.GetEntityAsync<Everything>("p", "r", cancellationToken: Cancel)).Value;
        var raw = (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value;

        (read.Text, read.Flag, read.Number, read.Big, read.Real, read.Id).ShouldBe((written.Text, true, 7, 1L << 40, 3.0, written.Id));
        (read.Moment, read.Utc, read.Utc.Kind).ShouldBe((written.Moment, written.Utc, DateTimeKind.Utc));
        read.Bytes.ShouldBe(written.Bytes);
        read.Data!.ToArray().ShouldBe(written.Data.ToArray());
        (read.Colour, read.MaybeColour, read.MaybeNumber, read.MaybeBig).ShouldBe((Colour.Green, Colour.Green, 8, null));
        (read.Renamed, read.Ignored).ShouldBe(("renamed", null));
        read.ETag.ShouldNotBe(default);
        read.Timestamp!.Value.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        raw.GetString("other-name").ShouldBeNull();
        raw.GetString("OtherName").ShouldBe("renamed");
        raw.GetString("Colour").ShouldBe("Green");
        raw["Real"].ShouldBe(3.0);
        raw.Keys.ShouldNotContain(name => name == "Ignored" || name == "MaybeBig" || name == "Renamed");
    }

    [Fact]
    public async Task TableEntity_Read_HoldsKeysTimestampAndETag()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"), Cancel);

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value;

        read.Keys.ShouldBe(["odata.etag", "PartitionKey", "RowKey", "Timestamp"], ignoreOrder: true);
        read.ETag.ToString().ShouldStartWith("W/\"datetime'");
    }

    [Theory]
    [InlineData(DateTimeKind.Local)]
    [InlineData(DateTimeKind.Unspecified)]
    public async Task Add_DateTimeThatIsNotUtc_IsRefused(DateTimeKind kind)
    {
        var entity = new TableEntity("p", "r") { ["Value"] = new DateTime(2026, 1, 1, 0, 0, 0, kind) };

        (await Should.ThrowAsync<NotSupportedException>(Table.AddEntityAsync(entity, Cancel))).Message.ShouldContain(kind.ToString());
    }

    [Fact]
    public async Task Add_EnumInTableEntity_IsRefused() =>
        await Should.ThrowAsync<NotSupportedException>(Table.AddEntityAsync(new TableEntity("p", "r") { ["Value"] = Colour.Red }, Cancel));

    [Fact]
    public async Task Add_KeyTaken_Conflicts()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"), Cancel);

        var failure = await Should.ThrowAsync<RequestFailedException>(Table.AddEntityAsync(new TableEntity("p", "r"), Cancel));

        (failure.Status, failure.ErrorCode).ShouldBe((409, TableErrorCode.EntityAlreadyExists.ToString()));
    }

    [Fact]
    public async Task Add_Added_AnswersWithTheETagThatReadingShows()
    {
        var added = await Table.AddEntityAsync(new TableEntity("p", "r"), Cancel);

        var read = await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel);

        added.Status.ShouldBe(204);
        added.Headers.ETag.ShouldBe(read.Value.ETag);
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge)]
    [InlineData(TableUpdateMode.Replace)]
    public async Task Update_ChangedMeanwhile_LosesTheRace(TableUpdateMode mode)
    {
        var first = (await Table.AddEntityAsync(new TableEntity("p", "r") { ["Value"] = 1 }, Cancel)).Headers.ETag!.Value;
        var second = await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["Value"] = 2 }, first, mode, Cancel);

        var failure = await Should.ThrowAsync<RequestFailedException>(
            Table.UpdateEntityAsync(new TableEntity("p", "r") { ["Value"] = 3 }, first, mode, Cancel));

        (failure.Status, failure.ErrorCode).ShouldBe((412, TableErrorCode.UpdateConditionNotSatisfied.ToString()));
        second.Headers.ETag.ShouldNotBe(first);
        (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value.GetInt32("Value").ShouldBe(2);
    }

    [Fact]
    public async Task Update_WithoutETag_IsRefusedBeforeSending() =>
        await Should.ThrowAsync<ArgumentException>(Table.UpdateEntityAsync(new TableEntity("p", "r"), default, cancellationToken: Cancel));

    [Fact]
    public async Task Update_NotThere_Is404()
    {
        var failure = await Should.ThrowAsync<RequestFailedException>(
            Table.UpdateEntityAsync(new TableEntity("p", "r"), ETag.All, TableUpdateMode.Replace, Cancel));

        failure.Status.ShouldBe(404);
    }

    [Fact]
    public async Task Merge_OtherProperty_KeepsTheFirst_ReplaceDropsIt()
    {
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["First"] = 1 }, cancellationToken: Cancel);
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["Second"] = 2 }, TableUpdateMode.Merge, Cancel);
        var merged = (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value;
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["Third"] = 3 }, TableUpdateMode.Replace, Cancel);
        var replaced = (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value;

        (merged.GetInt32("First"), merged.GetInt32("Second")).ShouldBe((1, 2));
        (replaced.GetInt32("First"), replaced.GetInt32("Third")).ShouldBe((null, 3));
    }

    [Fact]
    public async Task Delete_ChangedMeanwhile_LosesTheRace()
    {
        var old = (await Table.AddEntityAsync(new TableEntity("p", "r"), Cancel)).Headers.ETag!.Value;
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["Value"] = 1 }, cancellationToken: Cancel);

        var failure = await Should.ThrowAsync<RequestFailedException>(Table.DeleteEntityAsync("p", "r", old, Cancel));

        failure.Status.ShouldBe(412);
    }

    [Fact]
    public async Task Delete_NotThere_AnswersWith404() =>
        (await Table.DeleteEntityAsync("p", "r", cancellationToken: Cancel)).Status.ShouldBe(404);

    [Fact]
    public async Task Get_NotThere_Throws404ButIfExistsAnswers()
    {
        var failure = await Should.ThrowAsync<RequestFailedException>(Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel));
        var answer = await Table.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel);

        (failure.Status, failure.ErrorCode).ShouldBe((404, TableErrorCode.ResourceNotFound.ToString()));
        (answer.HasValue, answer.GetRawResponse().Status).ShouldBe((false, 404));
        Should.Throw<InvalidOperationException>(() => answer.Value);
    }

    [Fact]
    public async Task Get_Select_ReadsOnlyWhatIsNamed()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["First"] = 1, ["Second"] = 2 }, Cancel);

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r", ["RowKey", "Second"], Cancel)).Value;

        (read.RowKey, read.GetInt32("First"), read.GetInt32("Second")).ShouldBe(("r", null, 2));
    }

    [Fact]
    public void Sync_EveryOperation_DoesWhatAsyncDoes()
    {
        var etag = Table.AddEntity(new TableEntity("p", "r") { ["Value"] = 1 }).Headers.ETag!.Value;
        Table.UpdateEntity(new TableEntity("p", "r") { ["Value"] = 2 }, etag);
        Table.UpsertEntity(new TableEntity("p", "s") { ["Value"] = 3 });
        Table.SubmitTransaction([new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", "t") { ["Value"] = 4 })]);

        Table.GetEntity<TableEntity>("p", "r").Value.GetInt32("Value").ShouldBe(2);
        Table.GetEntityIfExists<TableEntity>("p", "x").HasValue.ShouldBeFalse();
        Table.Query<TableEntity>(entity => entity.PartitionKey == "p", maxPerPage: 2).Select(entity => entity.GetInt32("Value")).ShouldBe([2, 3, 4]);
        Table.DeleteEntity(new TableEntity("p", "t")).Status.ShouldBe(204);
        Table.Delete().Status.ShouldBe(204);
        Table.CreateIfNotExists().Value.Name.ShouldBe(TableName);
    }

    private sealed class Everything : ITableEntity
    {
        public string PartitionKey { get; set; } = "";

        public string RowKey { get; set; } = "";

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public string? Text { get; init; }

        public bool Flag { get; init; }

        public int Number { get; init; }

        public long Big { get; init; }

        public double Real { get; init; }

        public Guid Id { get; init; }

        public DateTimeOffset Moment { get; init; }

        public DateTime Utc { get; init; }

        public byte[]? Bytes { get; init; }

        public BinaryData? Data { get; init; }

        public Colour Colour { get; init; }

        public int? MaybeNumber { get; init; }

        public long? MaybeBig { get; init; }

        public Colour? MaybeColour { get; init; }

        [DataMember(Name = "OtherName")]
        public string? Renamed { get; init; }

        [IgnoreDataMember]
        public string? Ignored { get; init; }

        public string Computed => Number.ToString(CultureInfo.InvariantCulture);
    }
}
