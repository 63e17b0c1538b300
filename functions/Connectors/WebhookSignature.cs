using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors;

/// <summary>What proves that a vendor sent something, compared in constant time: an HMAC-SHA256, or a secret that comes along.</summary>
public static class WebhookSignature
{
    /// <summary>For vendors that sign nothing and repeat the secret, in the address that they were told.</summary>
    /// <param name="given">Null fails.</param>
    public static bool IsSecret(string secret, string? given) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(given ?? ""));

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
