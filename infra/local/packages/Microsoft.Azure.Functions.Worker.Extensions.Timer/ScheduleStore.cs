using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Keeps when a timer ran last and is due next, in the blob where the genuine host keeps it.</summary>
internal sealed class ScheduleStore(HostBlobs blobs)
{
    public async Task<ScheduleStatus?> ReadAsync(FunctionDescriptor function, CancellationToken cancellation)
    {
        try
        {
            var content = await Blob(function).DownloadContentAsync(cancellation);
            var kept = content.Value.Content.ToObjectFromJson<KeptStatus>()!;
            return new ScheduleStatus { Last = kept.Last.UtcDateTime, Next = kept.Next.UtcDateTime, LastUpdated = kept.LastUpdated.UtcDateTime };
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    public Task WriteAsync(FunctionDescriptor function, ScheduleStatus status, CancellationToken cancellation)
    {
        var kept = new KeptStatus(Utc(status.Last), Utc(status.Next), Utc(status.LastUpdated));
        return Blob(function).UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(kept)), overwrite: true, cancellation);
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private BlobClient Blob(FunctionDescriptor function)
        => blobs.Container.GetBlobClient(blobs.Path("timers", $"Host.Functions.{function.Name}/status"));

    private sealed record KeptStatus(DateTimeOffset Last, DateTimeOffset Next, DateTimeOffset LastUpdated);
}
