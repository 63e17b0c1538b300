using System.Linq.Expressions;
using System.Runtime.Serialization;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace SyncFunctions.Tables.Tests;

public sealed class FilterTests
{
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly DateTimeOffset Moment = new(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(2));

    public enum Colour
    {
        Red,
    }

    public static TheoryData<object?, string> Literals => new()
    {
        { "O'Brien", "X eq 'O''Brien'" },
        { "' or ''='", "X eq ''' or ''''='''" },
        { 'c', "X eq 'c'" },
        { new StringBuilder("it's"), "X eq 'it''s'" },
        { true, "X eq true" },
        { 12, "X eq 12" },
        { 12L, "X eq 12L" },
        { 1.5, "X eq 1.5" },
        { Id, "X eq guid'0f8fad5b-d9cb-469f-a165-70867728950e'" },
        { Moment, "X eq datetime'2026-03-04T03:06:07Z'" },
        { Moment.UtcDateTime.AddTicks(1), "X eq datetime'2026-03-04T03:06:07.0000001Z'" },
        { new byte[] { 1, 0xAB }, "X eq X'01AB'" },
        { BinaryData.FromBytes((byte[])[2, 0xCD]), "X eq X'02CD'" },
        { null, "X eq null" },
    };

    public static TheoryData<Expression<Func<Row, bool>>, string?> Expressions
    {
        get
        {
            var name = "O'Brien";
            var limits = new { Low = 3L, Deep = new { Text = "deep" } };
            return new()
            {
                { row => row.PartitionKey == "p", "PartitionKey eq 'p'" },
                { row => row.Text == name, "Text eq 'O''Brien'" },
                { row => row.Text == limits.Deep.Text + "!", "Text eq 'deep!'" },
                { row => row.PartitionKey == "p" && row.RowKey == "r", "(PartitionKey eq 'p') and (RowKey eq 'r')" },
                { row => row.Number > 1 || row.Number <= -1, "(Number gt 1) or (Number le -1)" },
                { row => (row.Number != 1 || row.Flag) && row.Real < 2, "((Number ne 1) or (Flag eq true)) and (Real lt 2.0)" },
                { row => !(row.Text == "x"), "not (Text eq 'x')" },
                { row => row.Flag, "Flag eq true" },
                { row => !row.Flag, "not (Flag eq true)" },
                { row => row.Flag == false, "Flag eq false" },
                { row => row.Big >= limits.Low, "Big ge 3L" },
                { row => row.Big == row.Number, "Big eq Number" },
                { row => 5 < row.Number, "5 lt Number" },
                { row => row.Maybe > 5, "Maybe gt 5" },
                { row => row.Maybe!.Value == 5, "Maybe eq 5" },
                { row => row.Id == Id, "Id eq guid'0f8fad5b-d9cb-469f-a165-70867728950e'" },
                { row => row.Timestamp > Moment, "Timestamp gt datetime'2026-03-04T03:06:07Z'" },
                { row => row.Utc == new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), "Utc eq datetime'2026-01-01T00:00:00Z'" },
                { row => row.Renamed == "x", "OtherName eq 'x'" },
                { row => row.Text!.Equals("x"), "Text eq 'x'" },
                { row => string.Equals(row.Text, "x"), "Text eq 'x'" },
                { row => row.RowKey.CompareTo("a") >= 0, "RowKey ge 'a'" },
                { row => string.Compare(row.RowKey, "b") < 0, "RowKey lt 'b'" },
                { row => row.Bytes == new byte[] { 1 }, "Bytes eq X'01'" },
                { row => true, null },
            };
        }
    }

    public static TheoryData<Expression<Func<Row, bool>>> Untranslatable => new(
        row => row.Text!.StartsWith("xy"),
        row => row.Text!.Equals("x", StringComparison.OrdinalIgnoreCase),
        row => string.Equals(row.Text, "x", StringComparison.Ordinal),
        row => string.Compare(row.Text, "x", StringComparison.Ordinal) > 0,
        row => row.Text!.Length > 3,
        row => row.Number + 1 > 3,
        row => row.Colour == Colour.Red);

    [Theory]
    [MemberData(nameof(Literals), DisableDiscoveryEnumeration = true)]
    public void Interpolated_Value_BecomesAQuotedLiteral(object? value, string filter) =>
        TableClient.CreateQueryFilter($"X eq {value}").ShouldBe(filter);

    [Fact]
    public void Interpolated_UnknownType_IsRefused() =>
        Should.Throw<ArgumentException>(() => TableClient.CreateQueryFilter($"X eq {new Version(1, 2)}"));

    [Fact]
    public void Interpolated_SeveralValuesAndBraces_KeepTheirPlaces() =>
        TableClient.CreateQueryFilter($"A eq {1} and B eq {"{0}"} or C eq '{{'").ShouldBe("A eq 1 and B eq '{0}' or C eq '{'");

    [Theory]
    [MemberData(nameof(Expressions), DisableDiscoveryEnumeration = true)]
    public void Expression_Comparison_BecomesOData(Expression<Func<Row, bool>> expression, string? filter) =>
        TableClient.CreateQueryFilter(expression).ShouldBe(filter);

    [Theory]
    [MemberData(nameof(Untranslatable), DisableDiscoveryEnumeration = true)]
    public void Expression_ServiceHasNoOperator_IsRefused(Expression<Func<Row, bool>> expression) =>
        Should.Throw<NotSupportedException>(() => TableClient.CreateQueryFilter(expression));

    [Fact]
    public void Expression_TableEntity_ReadsPropertiesByName() => TableClient
        .CreateQueryFilter<TableEntity>(row => row.GetInt32("Age") > 5 && (string)row["Name"] == "x" && row.GetBoolean("On")!.Value)
        .ShouldBe("((Age gt 5) and (Name eq 'x')) and (On eq true)");

    [Fact]
    public void Expression_TableItem_KnowsTheNameAsTableName() =>
        TableServiceClient.CreateQueryFilter((TableItem table) => table.Name == "x").ShouldBe("TableName eq 'x'");

    public sealed class Row : ITableEntity
    {
        public string PartitionKey { get; set; } = "";

        public string RowKey { get; set; } = "";

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public string? Text { get; init; }

        public bool Flag { get; init; }

        public int Number { get; init; }

        public int? Maybe { get; init; }

        public long Big { get; init; }

        public double Real { get; init; }

        public Guid Id { get; init; }

        public DateTime Utc { get; init; }

        public byte[]? Bytes { get; init; }

        public Colour Colour { get; init; }

        [DataMember(Name = "OtherName")]
        public string? Renamed { get; init; }
    }
}
