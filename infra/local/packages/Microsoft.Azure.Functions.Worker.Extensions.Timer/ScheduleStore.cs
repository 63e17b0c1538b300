using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Keeps when a timer ran last and is due next, in the blob where the genuine host keeps it.</summary>
internal sealed partial class ScheduleStore(HostBlobs blobs, ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger("Host.Triggers.Timer");

    public async Task<ScheduleStatus?> ReadAsync(FunctionDescriptor function, CancellationToken cancellation)
    {
        try
        {
            var content = await Blob(function).DownloadContentAsync(cancellation);
            return (content.Value.Content.ToObjectFromJson<KeptStatus>() ?? throw new JsonException("It holds nothing.")).ToStatus();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
        catch (JsonException exception)
        {
            // Whoever wrote it, waiting will not make it better.
            Log.NotUnderstood(_log, exception, function.Name);
            return null;
        }
    }

    public Task WriteAsync(FunctionDescriptor function, ScheduleStatus status, CancellationToken cancellation)
        => Blob(function).UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(KeptStatus.Of(status))), overwrite: true, cancellation);

    private BlobClient Blob(FunctionDescriptor function)
        => blobs.Container.GetBlobClient(blobs.Path("timers", $"Host.Functions.{function.Name}/status"));

    private static partial class Log
    {
        [LoggerMessage(6, LogLevel.Warning, "The schedule that is kept for '{Function}' makes no sense and is made anew.")]
        public static partial void NotUnderstood(ILogger logger, Exception exception, string function);
    }
}
