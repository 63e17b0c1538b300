using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Storage;

/// <summary>The real clients over a simulated transport: as the app makes them, but that they repeat at once and log nothing.</summary>
public static class SimulatedClients
{
    private const string Address = "https://127.0.0.1:1/memory";
    private const string BlobAddress = "https://127.0.0.1:2/memory";

    /// <param name="time">The clock of the machine on which they are.</param>
    public static StateClients Over(HttpPipelineTransport transport, TimeProvider time)
    {
        var clock = new StorageClock(time);
        var tables = Options(new TableClientOptions(), transport);
        clock.Watch(tables);
        return new(new TableServiceClient(new Uri(Address), tables), new BlobServiceClient(new Uri(BlobAddress), Options(new BlobClientOptions(), transport)), Queues(transport)) { Clock = clock };
    }

    private static QueueServiceClient Queues(HttpPipelineTransport transport) =>
        new(new Uri(Address), Options(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }, transport));

    private static T Options<T>(T options, HttpPipelineTransport transport)
        where T : ClientOptions
    {
        options.Transport = transport;
        options.Retry.MaxRetries = 4;
        options.Retry.Delay = TimeSpan.Zero;
        options.Retry.MaxDelay = TimeSpan.Zero;
        options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        return options;
    }
}
