using System.Net.Sockets;
using System.Text;

namespace SyncFunctions.Host.Tests.Http;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyList<string> Headers, string Body);

/// <summary>Sends what no well-behaved client would.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends the text as it is and reads until the server closes the connection.</summary>
    public static async Task<RawAnswer> SendAsync(Uri address, string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), limit.Token);
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, limit.Token);
        return Parse(Encoding.Latin1.GetString(received.ToArray()));
    }

    /// <summary>A request without a body for which the server closes the connection.</summary>
    public static Task<RawAnswer> GetAsync(Uri address, string target, string version = "1.1", params string[] headers)
        => SendAsync(address, $"GET {target} HTTP/{version}\r\n{string.Concat(headers.Append("Connection: close").Select(header => header + "\r\n"))}\r\n");

    private static RawAnswer Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = text[..end].Split("\r\n");
        return new RawAnswer(int.Parse(lines[0].Split(' ')[1]), lines[1..], text[(end + 4)..]);
    }
}
