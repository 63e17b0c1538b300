using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// A blob lease that one process of the app holds at a time; only it runs the timer. A process that was paused for longer than the
/// lease lasts knows by its own clocks that it may have lost it, before it asks.
/// </summary>
internal sealed class TimerLease(HostBlobs blobs, FunctionDescriptor function, TimeProvider time)
{
    // The shortest that the service allows: after a crash the timers of another process begin that soon.
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private BlobLeaseClient? _lease;
    private Moment _renewed;

    /// <summary>How often to call <see cref="RenewAsync"/>, or to try again where another process holds the lease.</summary>
    public static TimeSpan Rhythm { get; } = TimeSpan.FromSeconds(5);

    // Two clocks: one stands still while the machine sleeps, the other can be set back.
    public bool IsHeld => _lease is not null && time.GetElapsedTime(_renewed.Timestamp) < Duration && time.GetUtcNow() - _renewed.Time < Duration;

    private Moment Now => new(time.GetTimestamp(), time.GetUtcNow());

    public async Task<bool> TryAcquireAsync(CancellationToken cancellation)
    {
        var blob = blobs.Container.GetBlobClient(blobs.Path("locks", $"Host.Functions.{function.Name}.Listener"));
        var candidate = blob.GetBlobLeaseClient();
        try
        {
            return await AcquireAsync(candidate, cancellation);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            await blobs.Container.CreateIfNotExistsAsync(cancellationToken: cancellation);
            await CreateAsync(blob, cancellation);
            return await AcquireAsync(candidate, cancellation);
        }
    }

    /// <summary>False when the lease is lost.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        if (!IsHeld) return false;
        var asked = Now;
        try
        {
            await _lease!.RenewAsync(cancellationToken: cancellation);
            _renewed = asked;
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 409 or 412)
        {
            _lease = null;
            return false;
        }
    }

    public async Task ReleaseAsync()
    {
        if (_lease is not { } held) return;
        _lease = null;
        try
        {
            using var patience = new CancellationTokenSource(Rhythm, time);
            await held.ReleaseAsync(cancellationToken: patience.Token);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or OperationCanceledException)
        {
            // It runs out by itself.
        }
    }

    private async Task<bool> AcquireAsync(BlobLeaseClient candidate, CancellationToken cancellation)
    {
        var asked = Now;
        try
        {
            await candidate.AcquireAsync(Duration, cancellationToken: cancellation);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.LeaseAlreadyPresent)
        {
            return false;
        }

        (_lease, _renewed) = (candidate, asked);
        return true;
    }

    private static async Task CreateAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            await blob.UploadAsync(BinaryData.FromString(""), overwrite: false, cancellation);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            // Another process made it first.
        }
    }

    private readonly record struct Moment(long Timestamp, DateTimeOffset Time);
}
