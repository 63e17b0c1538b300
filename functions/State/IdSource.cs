using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SyncFunctions.State;

/// <summary>Ids of what the app makes itself, and stamps that tell one write from another. Never for anything secret.</summary>
/// <param name="seeded">Makes the same ids from the same seed, for runs that repeat. Null: the system's own randomness.</param>
public sealed class IdSource(TimeProvider time, Random? seeded = null)
{
    private const int TimeBytes = 6;

    private readonly Lock _gate = new();

    /// <summary>32 hexadecimal digits, in the order in which they were made, to the millisecond (a UUID of version 7).</summary>
    public string NewId()
    {
        Span<byte> id = stackalloc byte[16];
        Fill(id);
        Span<byte> milliseconds = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, time.GetUtcNow().ToUnixTimeMilliseconds());
        milliseconds[^TimeBytes..].CopyTo(id);
        id[TimeBytes] = (byte)(0x70 | (id[TimeBytes] & 0x0f));
        id[TimeBytes + 2] = (byte)(0x80 | (id[TimeBytes + 2] & 0x3f));
        return Convert.ToHexStringLower(id);
    }

    /// <summary>12 hexadecimal digits that no other write has.</summary>
    public string NewStamp()
    {
        Span<byte> stamp = stackalloc byte[6];
        Fill(stamp);
        return Convert.ToHexStringLower(stamp);
    }

    private void Fill(Span<byte> bytes)
    {
        if (seeded is null)
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }

        lock (_gate) seeded.NextBytes(bytes);
    }
}
