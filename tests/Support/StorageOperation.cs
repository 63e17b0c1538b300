using Azure.Core;

namespace SyncFunctions.Tests.Support;

/// <summary>Names what a request to tables, queues or blobs does.</summary>
internal static class StorageOperation
{
    public static string Name(Request request, Uri uri)
    {
        // Only the table service speaks OData.
        if (request.Headers.Contains("DataServiceVersion") || uri.AbsolutePath.EndsWith("/$batch"))
            return Table(request.Method.Method, uri);

        return uri.AbsolutePath.Contains("/messages") ? QueueMessage(request.Method.Method, uri) : $"{request.Method} {Kind(uri)}";
    }

    private static string Table(string method, Uri uri)
    {
        var path = uri.AbsolutePath;
        if (path.EndsWith("/$batch"))
            return "table transaction";
        if (path.EndsWith("/Tables") || path.Contains("/Tables("))
            return method switch { "POST" => "table create", "DELETE" => "table drop", _ => "table list" };

        var isRow = path.Contains("PartitionKey=");
        return method switch
        {
            "GET" => isRow ? "table get" : "table query",
            "POST" => "table insert",
            "DELETE" => "table delete",
            "PUT" => "table replace",
            "PATCH" or "MERGE" => "table merge",
            _ => $"{method} table",
        };
    }

    private static string QueueMessage(string method, Uri uri) => method switch
    {
        "GET" => uri.Query.Contains("peekonly") ? "queue peek messages" : "queue get messages",
        "POST" => "queue send message",
        "PUT" => "queue update message",
        "DELETE" => uri.AbsolutePath.EndsWith("/messages") ? "queue clear messages" : "queue delete message",
        _ => $"{method} queue",
    };

    // A blob's name says nothing about the operation; what is asked of it does.
    private static string Kind(Uri uri)
    {
        var asked = System.Web.HttpUtility.ParseQueryString(uri.Query);
        return string.Join(' ', new[] { asked["restype"], asked["comp"] }.OfType<string>().DefaultIfEmpty("blob or queue"));
    }
}
