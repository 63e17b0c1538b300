using System.Text;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Messages are base64; text inside is UTF-8.</summary>
internal static class QueueText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Encode(ReadOnlySpan<byte> content) => Convert.ToBase64String(content);

    public static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <exception cref="FormatException">It is no base64.</exception>
    public static byte[] DecodeBytes(string stored) => Convert.FromBase64String(stored);

    /// <exception cref="FormatException">It is no base64.</exception>
    /// <exception cref="DecoderFallbackException">The content is no UTF-8.</exception>
    public static string DecodeText(string stored) => Strict.GetString(DecodeBytes(stored));

    /// <summary>Null when the content is no UTF-8.</summary>
    public static string? TryDecode(byte[] content)
    {
        try
        {
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
