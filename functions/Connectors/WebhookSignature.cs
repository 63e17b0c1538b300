using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors;

/// <summary>Signatures as vendors make them: an HMAC-SHA256 of the raw body, keyed with the secret's UTF-8 bytes.</summary>
public static class WebhookSignature
{
    /// <param name="signature">Hexadecimal in either case, or base64; null fails.</param>
    public static bool IsHmacSha256(ReadOnlySpan<byte> signed, string secret, string? signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed, expected);
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return TryDecode(signature ?? "", given) && CryptographicOperations.FixedTimeEquals(expected, given);
    }

    private static bool TryDecode(string text, Span<byte> bytes) =>
        text.Length == bytes.Length * 2
            ? Convert.FromHexString(text, bytes, out _, out var decoded) == System.Buffers.OperationStatus.Done && decoded == bytes.Length
            : Convert.TryFromBase64String(text, bytes, out var length) && length == bytes.Length;
}
