using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace SyncFunctions.Tests.Support;

/// <summary>The blob service: containers of whole block blobs with their metadata, listed in the order of their names.</summary>
internal sealed class MemoryBlobs(TimeProvider time)
{
    private const int PageSize = 5000;
    private const string MetadataPrefix = "x-ms-meta-";

    private readonly Dictionary<string, SortedList<string, Blob>> _containers = [];
    private long _versions;

    public MemoryAnswer Answer(MemoryCall call)
    {
        var slash = call.Path.IndexOf('/');
        var (name, blob) = slash < 0 ? (call.Path, "") : (call.Path[..slash], call.Path[(slash + 1)..]);
        if (call.Query("restype") == "container" && call.Method == "PUT") return Create(name);
        if (!_containers.TryGetValue(name, out var blobs)) return Error(404, "ContainerNotFound");
        return (call.Method, call.Query("comp")) switch
        {
            ("GET", "list") => List(name, blobs, call),
            ("PUT", null) => Put(blobs, blob, call),
            ("GET", null) => Get(blobs, blob),
            ("HEAD", null) => Get(blobs, blob) with { Body = null },
            ("DELETE", null) => Delete(blobs, blob, call),
            _ => throw new NotSupportedException($"Blobs in memory know no {call.Method} {call.Path}{call.QueryText}."),
        };
    }

    private MemoryAnswer Create(string name) => _containers.TryAdd(name, new SortedList<string, Blob>(StringComparer.Ordinal))
        ? new MemoryAnswer(201, null, ("ETag", NextVersion()), ("Last-Modified", Date(time.GetUtcNow())))
        : Error(409, "ContainerAlreadyExists");

    private MemoryAnswer Put(SortedList<string, Blob> blobs, string name, MemoryCall call)
    {
        if (Refusal(blobs.GetValueOrDefault(name), call) is { } refusal) return refusal;
        var metadata = call.Headers.Where(header => header.Name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase));
        var blob = blobs[name] = new Blob(
            call.Body, NextVersion(), time.GetUtcNow(), [.. metadata.Select(header => (header.Name[MetadataPrefix.Length..], header.Value))]);
        return new MemoryAnswer(201, null, ("ETag", blob.ETag), ("Last-Modified", Date(blob.At)), ("x-ms-request-server-encrypted", "true"));
    }

    private static MemoryAnswer Get(SortedList<string, Blob> blobs, string name) => blobs.TryGetValue(name, out var blob)
        ? new MemoryAnswer(
            200,
            blob.Content,
            [
                ("ETag", blob.ETag),
                ("Last-Modified", Date(blob.At)),
                ("Content-Length", blob.Content.Length.ToString(CultureInfo.InvariantCulture)),
                ("Content-Type", "application/octet-stream"),
                ("x-ms-blob-type", "BlockBlob"),
                .. blob.Metadata.Select(item => (MetadataPrefix + item.Name, item.Value)),
            ])
        : Error(404, "BlobNotFound");

    private static MemoryAnswer Delete(SortedList<string, Blob> blobs, string name, MemoryCall call)
    {
        if (!blobs.TryGetValue(name, out var blob)) return Error(404, "BlobNotFound");
        if (Refusal(blob, call) is { } refusal) return refusal;
        blobs.Remove(name);
        return new MemoryAnswer(202);
    }

    private static MemoryAnswer? Refusal(Blob? blob, MemoryCall call)
    {
        if (call.Header("If-None-Match") == "*" && blob is not null) return Error(409, "BlobAlreadyExists");
        return call.IfMatch is { } match && match != "*" && match != blob?.ETag ? Error(412, "ConditionNotMet") : null;
    }

    private static MemoryAnswer List(string container, SortedList<string, Blob> blobs, MemoryCall call)
    {
        var prefix = call.Query("prefix") ?? "";
        var after = call.Query("marker") ?? "";
        var withMetadata = call.Query("include")?.Contains("metadata", StringComparison.OrdinalIgnoreCase) == true;
        var size = call.Query("maxresults") is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : PageSize;
        var found = blobs
            .Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(blob.Key, after) >= 0)
            .Take(size + 1)
            .ToList();
        var answer = new XElement(
            "EnumerationResults",
            new XAttribute("ContainerName", container),
            new XElement("Prefix", prefix),
            new XElement("Blobs", found.Take(size).Select(blob => new XElement(
                "Blob",
                new XElement("Name", blob.Key),
                new XElement(
                    "Properties",
                    new XElement("Last-Modified", Date(blob.Value.At)),
                    new XElement("Etag", blob.Value.ETag),
                    new XElement("Content-Length", blob.Value.Content.Length),
                    new XElement("BlobType", "BlockBlob")),
                withMetadata ? new XElement("Metadata", blob.Value.Metadata.Select(item => new XElement(item.Name, item.Value))) : null))),
            new XElement("NextMarker", found.Count > size ? found[size].Key : ""));
        return new MemoryAnswer(200, Encoding.UTF8.GetBytes(answer.ToString()), ("Content-Type", "application/xml"));
    }

    private string NextVersion() => $"\"0x{++_versions:X}\"";

    private static string Date(DateTimeOffset at) => at.ToString("r", CultureInfo.InvariantCulture);

    private static MemoryAnswer Error(int status, string code) => new(
        status,
        Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>{code}</Message></Error>"),
        ("x-ms-error-code", code),
        ("Content-Type", "application/xml"));

    private sealed record Blob(byte[] Content, string ETag, DateTimeOffset At, IReadOnlyList<(string Name, string Value)> Metadata);
}
