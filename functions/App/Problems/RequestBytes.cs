using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace SyncFunctions.App.Problems;

/// <summary>Reads a body as it was sent, up to a limit.</summary>
public static class RequestBytes
{
    /// <exception cref="ProblemException">It is longer; no more than the limit has been read by then.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellation)
    {
        if (request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellation)) > 0)
            {
                if (body.Length + read > maxBytes) throw TooLarge(maxBytes);
                body.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static ProblemException TooLarge(int maxBytes) => new(ProblemType.BodyTooLarge, $"A body may have {maxBytes} bytes at most.");
}
