using System.Text;
using Azure.Core;

namespace SyncFunctions.Simulation.Storage;

/// <summary>Calls to the storage service by a name that is the same in every run of a seed: no ids of requests, no receipts.</summary>
internal static class StorageEffect
{
    public static string NameOf(Request request)
    {
        var path = request.Uri.Path;
        path = path[(path.IndexOf('/', 1) + 1)..];
        if (path != "$batch") return $"{request.Method} {WithoutMessage(Uri.UnescapeDataString(path))}{Condition(request)}";
        return $"BATCH {string.Join(" + ", RowsOf(request))}";
    }

    /// <summary>Whether it changes anything.</summary>
    public static bool IsWrite(string name) => !name.StartsWith("GET ", StringComparison.Ordinal);

    private static string Condition(Request request) => request.Headers.Contains("If-Match") ? " if-match" : "";

    /// <summary>The ids of messages are made by the service.</summary>
    private static string WithoutMessage(string path) => path.IndexOf("/messages", StringComparison.Ordinal) is >= 0 and var at ? path[..(at + "/messages".Length)] : path;

    private static IEnumerable<string> RowsOf(Request request)
    {
        using var body = new MemoryStream();
        request.Content!.WriteTo(body, CancellationToken.None);
        using var lines = new StringReader(Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length));
        while (lines.ReadLine() is { } line)
        {
            if (!line.EndsWith(" HTTP/1.1", StringComparison.Ordinal)) continue;
            var (verb, address) = (line[..line.IndexOf(' ')], line.Split(' ')[1]);
            var row = address.IndexOf("RowKey=", StringComparison.Ordinal);
            yield return row < 0 ? verb : $"{verb} {Uri.UnescapeDataString(address[(row + "RowKey=".Length)..].TrimEnd(')'))}";
        }
    }
}
