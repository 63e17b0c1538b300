namespace System.IO.Hashing;

/// <summary>
/// The one type that Azure.Storage.Common and Azure.Storage.Blobs take from System.IO.Hashing: their CRC-64 derives from it
/// when a transfer asks for that checksum.
/// </summary>
public abstract class NonCryptographicHashAlgorithm
{
    protected NonCryptographicHashAlgorithm(int hashLengthInBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashLengthInBytes, 1);
        HashLengthInBytes = hashLengthInBytes;
    }

    public int HashLengthInBytes { get; }

    public abstract void Append(ReadOnlySpan<byte> source);

    public abstract void Reset();

    public void Append(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Append(source.AsSpan());
    }

    public void Append(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var sink = new AppendingStream(this);
        stream.CopyTo(sink);
    }

    public async Task AppendAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        await using var sink = new AppendingStream(this);
        await stream.CopyToAsync(sink, cancellationToken);
    }

    public byte[] GetCurrentHash()
    {
        var hash = new byte[HashLengthInBytes];
        GetCurrentHashCore(hash);
        return hash;
    }

    public int GetCurrentHash(Span<byte> destination)
    {
        GetCurrentHashCore(Fitting(destination));
        return HashLengthInBytes;
    }

    public bool TryGetCurrentHash(Span<byte> destination, out int bytesWritten)
    {
        var fits = destination.Length >= HashLengthInBytes;
        bytesWritten = fits ? GetCurrentHash(destination) : 0;
        return fits;
    }

    public byte[] GetHashAndReset()
    {
        var hash = new byte[HashLengthInBytes];
        GetHashAndResetCore(hash);
        return hash;
    }

    public int GetHashAndReset(Span<byte> destination)
    {
        GetHashAndResetCore(Fitting(destination));
        return HashLengthInBytes;
    }

    public bool TryGetHashAndReset(Span<byte> destination, out int bytesWritten)
    {
        var fits = destination.Length >= HashLengthInBytes;
        bytesWritten = fits ? GetHashAndReset(destination) : 0;
        return fits;
    }

    protected abstract void GetCurrentHashCore(Span<byte> destination);

    protected virtual void GetHashAndResetCore(Span<byte> destination)
    {
        GetCurrentHashCore(destination);
        Reset();
    }

    private Span<byte> Fitting(Span<byte> destination) => destination.Length >= HashLengthInBytes
        ? destination[..HashLengthInBytes]
        : throw new ArgumentException($"The hash needs {HashLengthInBytes} bytes.", nameof(destination));

    private sealed class AppendingStream(NonCryptographicHashAlgorithm algorithm) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => algorithm.Append(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => algorithm.Append(buffer);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            algorithm.Append(buffer.AsSpan(offset, count));
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            algorithm.Append(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
