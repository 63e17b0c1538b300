using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// What the way from the host to the worker does to a request. The embedded host has no such way, but a function can rely on its traces.
/// </summary>
internal static class InnerHop
{
    private static readonly string[] Forwarded = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"];
    private static readonly string[] EndingHere = ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade"];
    private static readonly string[] WithoutBody = ["GET", "HEAD", "OPTIONS", "DELETE", "CONNECT"];

    public static void Pass(HttpRequest request)
    {
        // The address of a caller comes from the connection alone, and what was said of that connection is not passed on.
        foreach (var header in Forwarded.Concat(EndingHere)) request.Headers.Remove(header);
        foreach (var (name, values) in request.Headers.Where(header => header.Value.Count > 1).ToList())
            request.Headers[name] = string.Join(name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; " : ", ", values.ToArray());

        // No length and no chunks is a length of none.
        if (request.ContentLength is null && !request.Headers.ContainsKey("Transfer-Encoding") && !WithoutBody.Contains(request.Method, StringComparer.OrdinalIgnoreCase))
            request.ContentLength = 0;
    }
}
