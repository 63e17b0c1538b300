using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors;

/// <summary>Signatures as vendors make them: an HMAC-SHA256, compared in constant time.</summary>
public static class WebhookSignature
{
    /// <summary>Keyed with the secret's UTF-8 bytes.</summary>
    /// <param name="signature">Hexadecimal in either case, or base64; null fails.</param>
    public static bool IsHmacSha256(ReadOnlySpan<byte> signed, string secret, string? signature) => IsHmacSha256(signed, Encoding.UTF8.GetBytes(secret), signature);

    /// <summary>For vendors that make the key from the secret in a way of their own.</summary>
    public static bool IsHmacSha256(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> key, string? signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signed, expected);
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return TryDecode(signature ?? "", given) && CryptographicOperations.FixedTimeEquals(expected, given);
    }

    private static bool TryDecode(string text, Span<byte> bytes) =>
        text.Length == bytes.Length * 2
            ? Convert.FromHexString(text, bytes, out _, out var decoded) == System.Buffers.OperationStatus.Done && decoded == bytes.Length
            : Convert.TryFromBase64String(text, bytes, out var length) && length == bytes.Length;
}
