using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// The body with the limit of the worker's own web server, which is below that of the host. Beyond it a read fails, while the host
/// still takes the rest from the caller, who thereby gets the answer.
/// </summary>
internal sealed class WorkerBody(HttpRequest request, Stream body, long? limit) : Stream, IHttpMaxRequestBodySizeFeature
{
    private long _read;

    public bool IsReadOnly => _read > 0;

    public long? MaxRequestBodySize { get; set; } = limit;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives the body of a request this limit, and the connection that of the host.</summary>
    public static void Limit(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } connection) return;
        var body = new WorkerBody(http.Request, http.Request.Body, connection.MaxRequestBodySize);
        connection.MaxRequestBodySize = RequestGuard.MaxBody;
        http.Features.Set<IHttpMaxRequestBodySizeFeature>(body);
        http.Request.Body = body;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfOver(request.ContentLength ?? 0);
        var count = await body.ReadAsync(buffer, cancellationToken);
        ThrowIfOver(_read += count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>The server allows no waiting.</summary>
    public override int Read(byte[] buffer, int offset, int count) => body.Read(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void ThrowIfOver(long length)
    {
        if (length > MaxRequestBodySize)
            throw new BadHttpRequestException($"Request body too large. The max request body size is {MaxRequestBodySize} bytes.", StatusCodes.Status413PayloadTooLarge);
    }
}
