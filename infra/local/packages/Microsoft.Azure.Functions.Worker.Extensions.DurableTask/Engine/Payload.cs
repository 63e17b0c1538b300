using System.IO.Compression;
using System.Text.Json;
using Azure.Data.Tables;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>More data than one transaction of Table Storage takes.</summary>
internal sealed class PayloadTooLargeException(string message) : Exception(message);

/// <summary>Keeps a value of any size as JSON: compressed when long, over as many properties and rows as it needs.</summary>
internal static class Payload
{
    /// <summary>A transaction may have 4 MiB, in which binary data is a third longer.</summary>
    public const int LargestCommit = 2_800_000;

    private const int CompressFrom = 4_096;
    private const int Quality = 3;

    /// <summary>16 MB: what one activity returns and the next is given is in the same row, and then costs once.</summary>
    private const int Window = 24;
    private const int PropertyBytes = 60_000;
    /// <summary>A row may have 1 MiB, which the emulator counts in the longer text form.</summary>
    private const int RowBytes = 11 * PropertyBytes;
    private const string Compressed = "Brotli";

    public static byte[] Pack<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value);

    public static IEnumerable<TableEntity> Rows<T>(string partition, string key, T value)
    {
        var data = Pack(value);
        var compressed = data.Length >= CompressFrom;
        if (compressed) data = Compress(data);
        for (var part = 0; part == 0 || part * RowBytes < data.Length; part++)
        {
            var row = new TableEntity(partition, Keys.Continued(key, part)) { [Compressed] = compressed };
            var rest = data.AsMemory(part * RowBytes);
            for (var i = 0; i * PropertyBytes < Math.Min(rest.Length, RowBytes); i++)
                row[Property(i)] = rest.Slice(i * PropertyBytes, Math.Min(PropertyBytes, rest.Length - (i * PropertyBytes))).ToArray();
            yield return row;
        }
    }

    /// <summary>The value of the row with this key and of those that continue it.</summary>
    public static T Read<T>(string key, IReadOnlyDictionary<string, TableEntity> rows)
    {
        using var data = new MemoryStream();
        for (var part = 0; rows.TryGetValue(Keys.Continued(key, part), out var row); part++)
        {
            for (var i = 0; row.GetBinary(Property(i)) is { } bytes; i++) data.Write(bytes);
        }

        data.Position = 0;
        using var plain = Plain(data, rows[key]);
        return JsonSerializer.Deserialize<T>(plain) ?? throw new InvalidDataException($"The row '{key}' holds nothing.");
    }

    /// <summary>Whether a text alone leaves room for the rest of its transaction.</summary>
    public static bool Fits(string? text) =>
        text is null || text.Length < LargestCommit / 4 || Compress(Pack(text)).Length < LargestCommit - (LargestCommit / 8);

    /// <summary>About how much of a transaction a row takes.</summary>
    public static int SizeOf(TableEntity row) => ((IDictionary<string, object>)row).Values.Sum(value => value switch
    {
        byte[] bytes => bytes.Length,
        string text => text.Length,
        _ => 16,
    });

    private static string Property(int i) => $"D{i:D2}";

    private static Stream Plain(Stream data, TableEntity row) =>
        row.GetBoolean(Compressed) == true ? new BrotliStream(data, CompressionMode.Decompress)
        // A hub may still hold rows of the way it was done before.
        : row.GetBoolean("Compressed") == true ? new DeflateStream(data, CompressionMode.Decompress)
        : data;

    private static byte[] Compress(byte[] data)
    {
        var target = new byte[BrotliEncoder.GetMaxCompressedLength(data.Length)];
        return BrotliEncoder.TryCompress(data, target, out var length, Quality, Window)
            ? target[..length]
            : throw new InvalidOperationException($"{data.Length} bytes could not be compressed.");
    }
}
