using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors;

/// <summary>Signatures by Standard Webhooks 1.0.0: <c>{id}.{timestamp}.{body}</c>, for senders that rotate their secrets a list of them.</summary>
public static class StandardWebhooks
{
    /// <summary>How old a request may be, and how far ahead the sender's clock: a copy that is sent again later is refused.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Version = "v1,";
    private const string Prefix = "whsec_";
    private const int MaxIdLength = 256;
    private const int MaxTimestampLength = 12;

    /// <param name="request">As it came.</param>
    /// <param name="secret">Base64 with or without its <c>whsec_</c>.</param>
    /// <param name="now">The time by which its timestamp is judged.</param>
    public static bool Verify(WebhookRequest request, string secret, DateTimeOffset now)
    {
        if (Key(secret) is not { Length: > 0 } key
            || request.Header("webhook-id") is not { Length: > 0 and <= MaxIdLength } id || id.Contains('.')
            || request.Header("webhook-timestamp") is not { Length: > 0 and <= MaxTimestampLength } timestamp
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var sentAt)
            || Math.Abs(now.ToUnixTimeSeconds() - sentAt) > Tolerance.TotalSeconds
            || request.Header("webhook-signature") is not { } signatures)
            return false;

        // The timestamp as it was sent: written anew, it may be another text.
        var expected = Mac(key, id, timestamp, request.Body.Span);

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isSigned = false;
        foreach (var part in signatures.AsSpan().Split(' '))
        {
            var entry = signatures.AsSpan()[part];
            // Entries of other versions, and what is none, stand beside those that count.
            if (entry.StartsWith(Version, StringComparison.Ordinal)
                && Convert.TryFromBase64Chars(entry[Version.Length..], given, out var length) && length == given.Length)
                isSigned |= CryptographicOperations.FixedTimeEquals(expected, given);
        }

        return isSigned;
    }

    /// <summary>A secret for webhooks of our own.</summary>
    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes));

    /// <summary>The headers of a webhook of our own.</summary>
    /// <param name="secrets">The one that holds, and others that receivers may still know.</param>
    public static IEnumerable<(string Name, string Value)> Headers(string id, DateTimeOffset at, ReadOnlySpan<byte> body, IEnumerable<string> secrets)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = new List<string>();
        foreach (var secret in secrets) signatures.Add(Version + Convert.ToBase64String(Mac(Key(secret)!, id, timestamp, body)));
        return [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", string.Join(' ', signatures))];
    }

    private static byte[] Mac(byte[] key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }

    private static byte[]? Key(string secret)
    {
        var text = secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) ? key[..length] : null;
    }
}
