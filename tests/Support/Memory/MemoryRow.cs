using System.Text;
using System.Text.Json;

namespace SyncFunctions.Tests.Support;

/// <summary>A row as it was sent, with its version.</summary>
/// <param name="at">When it was written, by the service's clock.</param>
internal sealed class MemoryRow(string partition, string key, long version, DateTimeOffset at, byte[] body)
{
    private JsonElement? _properties;
    private byte[]? _shown;

    public string Partition => partition;

    public string Key => key;

    public DateTimeOffset At => at;

    public string ETag { get; } = $"W/\"{version}\"";

    public JsonElement Properties => _properties ??= Parse(body);

    /// <summary>The row as an answer shows it: its version, then what was sent.</summary>
    public byte[] Shown => _shown ??= [.. Encoding.UTF8.GetBytes($"{{\"odata.etag\":\"W/\\\"{version}\\\"\","), .. body.AsSpan(1)];

    private static JsonElement Parse(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }
}

/// <summary>The rows of a partition in the order of their keys.</summary>
internal sealed class MemoryPartition
{
    private readonly List<string> _keys = [];
    private readonly List<MemoryRow> _rows = [];

    public bool IsEmpty => _keys.Count == 0;

    public MemoryRow? Find(string key) => _keys.BinarySearch(key, StringComparer.Ordinal) is >= 0 and var at ? _rows[at] : null;

    public void Put(MemoryRow row)
    {
        var at = _keys.BinarySearch(row.Key, StringComparer.Ordinal);
        if (at >= 0)
        {
            _rows[at] = row;
            return;
        }

        _keys.Insert(~at, row.Key);
        _rows.Insert(~at, row);
    }

    public void Remove(string key)
    {
        if (_keys.BinarySearch(key, StringComparer.Ordinal) is not (>= 0 and var at)) return;
        _keys.RemoveAt(at);
        _rows.RemoveAt(at);
    }

    /// <summary>The rows of these spans from <paramref name="start"/> on.</summary>
    public IEnumerable<MemoryRow> From(string start, KeySpans spans)
    {
        foreach (var (from, to) in spans.Spans)
        {
            var first = string.CompareOrdinal(from, start) > 0 ? from : start;
            var at = _keys.BinarySearch(first, StringComparer.Ordinal);
            for (at = at < 0 ? ~at : at; at < _keys.Count && (to is null || string.CompareOrdinal(_keys[at], to) <= 0); at++) yield return _rows[at];
        }
    }
}
