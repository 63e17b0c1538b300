using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>
/// Seals secrets with AES-256-GCM for one connection of one tenant. The envelope is: version (1), length of the key's id, the key's id,
/// nonce (12 bytes), tag (16 bytes), ciphertext. All before the nonce, the tenant and the connection are authenticated with it.
/// </summary>
public sealed class SecretBox(SecretKeys keys)
{
    private const byte EnvelopeVersion = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public byte[] Seal(TenantId tenant, ConnectionId connection, ReadOnlySpan<byte> secret)
    {
        var head = Head(keys.Current);
        var envelope = new byte[head.Length + NonceSize + TagSize + secret.Length];
        head.CopyTo(envelope, 0);
        var nonce = envelope.AsSpan(head.Length, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keys[keys.Current]!, TagSize);
        aes.Encrypt(nonce, secret, envelope.AsSpan(head.Length + NonceSize + TagSize), envelope.AsSpan(head.Length + NonceSize, TagSize), BoundTo(head, tenant, connection));
        return envelope;
    }

    /// <returns>Null if it does not belong to this tenant and connection, was tampered with, or its key is not known.</returns>
    public byte[]? Open(TenantId tenant, ConnectionId connection, ReadOnlySpan<byte> envelope)
    {
        if (KeyId(envelope) is not { } keyId || keys[keyId] is not { } key) return null;
        var head = Head(keyId);
        var rest = envelope[head.Length..];
        if (rest.Length < NonceSize + TagSize) return null;
        var secret = new byte[rest.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        try
        {
            aes.Decrypt(rest[..NonceSize], rest[(NonceSize + TagSize)..], rest.Slice(NonceSize, TagSize), secret, BoundTo(head, tenant, connection));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>The same secret, sealed with the current key; the envelope itself where that is its key already, or it cannot be opened.</summary>
    public byte[] Renew(TenantId tenant, ConnectionId connection, byte[] envelope) =>
        KeyId(envelope) != keys.Current && Open(tenant, connection, envelope) is { } secret ? Seal(tenant, connection, secret) : envelope;

    /// <summary>The id of the key that it is sealed with; null where it is no envelope.</summary>
    public static string? KeyId(ReadOnlySpan<byte> envelope) =>
        envelope.Length >= 2 && envelope[0] == EnvelopeVersion && envelope.Length >= 2 + envelope[1]
            ? Encoding.ASCII.GetString(envelope.Slice(2, envelope[1]))
            : null;

    private static byte[] Head(string keyId) => [EnvelopeVersion, (byte)keyId.Length, .. Encoding.ASCII.GetBytes(keyId)];

    // Lengths go in too: ("ab", "c") and ("a", "bc") are different owners.
    private static byte[] BoundTo(byte[] head, TenantId tenant, ConnectionId connection) =>
        [.. head, .. WithLength(tenant.Value), .. WithLength(connection.Value)];

    private static byte[] WithLength(string text)
    {
        var bytes = new byte[4 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(4));
        return bytes;
    }
}
