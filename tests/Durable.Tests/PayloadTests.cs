using System.IO.Compression;
using System.Text.Json;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

namespace SyncFunctions.Durable.Tests;

public sealed class PayloadTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(4_000, 1)]
    [InlineData(200_000, 1)]
    [InlineData(2_000_000, 4)]
    public void Rows_TextOfAnyLength_ComeBack(int length, int rows)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        random.NextBytes(bytes);
        var text = Convert.ToBase64String(bytes);

        var written = Payload.Rows("p", "key", text).ToDictionary(row => row.RowKey);

        written.Count.ShouldBe(rows);
        (Payload.Read<string>("key", written) == text).ShouldBeTrue();
        written.Values.ShouldAllBe(row => Payload.SizeOf(row) < 1_000_000);
    }

    [Fact]
    public void Rows_TheSameLongListTwice_TakeTheRoomOfOne()
    {
        // Longer than what most compressions look back.
        var list = string.Join(',', Enumerable.Range(0, 30_000).Select(i => $"id {i}, name Customer {i * 7919 % 30_000}, balance {i * 31 % 9973}.50"));

        var (once, twice) = (Payload.Rows("p", "key", list).Sum(Payload.SizeOf), Payload.Rows("p", "key", (string[])[list, list]).Sum(Payload.SizeOf));

        twice.ShouldBeLessThan(once + (once / 20));
    }

    [Fact]
    public void Read_RowOfTheWayBefore_IsRead()
    {
        using var deflated = new MemoryStream();
        using (var stream = new DeflateStream(deflated, CompressionLevel.Fastest, leaveOpen: true)) JsonSerializer.Serialize(stream, "kept");
        var row = new TableEntity("p", "key") { ["Compressed"] = true, ["D00"] = deflated.ToArray() };

        Payload.Read<string>("key", new Dictionary<string, TableEntity> { ["key"] = row }).ShouldBe("kept");
    }
}
