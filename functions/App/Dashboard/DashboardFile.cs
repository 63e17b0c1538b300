using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace SyncFunctions.App.Dashboard;

/// <summary>
/// A file of the dashboard, as it goes to browsers: compressed once, when somebody first asks for it like that. No page of another
/// host may hold it, and it runs no script and takes no style but its own files.
/// </summary>
public sealed class DashboardFile(string type, byte[] content, bool lasting) : IActionResult
{
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string Brotli = "br";
    private const string GZip = "gzip";

    private readonly string _hash = Base64Url.EncodeToString(SHA256.HashData(content));

    private readonly Lazy<byte[]> _brotli = new(() => Compressed(content, stream => new BrotliStream(stream, CompressionLevel.Optimal)));

    private readonly Lazy<byte[]> _gzip = new(() => Compressed(content, stream => new GZipStream(stream, CompressionLevel.Optimal)));

    /// <summary>A copy whose address changes with its content: a browser need never ask again.</summary>
    public DashboardFile Lasting() => new(type, content, lasting: true);

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        var encoding = Encoding(request);
        var tag = new EntityTagHeaderValue($"\"{_hash}{(encoding is null ? "" : "-" + encoding)}\"");
        response.Headers.ETag = tag.ToString();
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl = lasting ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var body = encoding switch { Brotli => _brotli.Value, GZip => _gzip.Value, _ => content };
        response.ContentType = type;
        response.ContentLength = body.Length;
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        await response.Body.WriteAsync(body, context.HttpContext.RequestAborted);
    }

    private static string? Encoding(HttpRequest request)
    {
        var taken = request.GetTypedHeaders().AcceptEncoding.Where(accepted => accepted.Quality != 0).Select(accepted => accepted.Value.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return taken.Contains(Brotli) ? Brotli : taken.Contains(GZip) ? GZip : null;
    }

    private static byte[] Compressed(byte[] content, Func<Stream, Stream> over)
    {
        using var target = new MemoryStream();
        using (var stream = over(target)) stream.Write(content);
        return target.ToArray();
    }
}
