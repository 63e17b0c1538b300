using Azure.Storage.Blobs;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The host's own container, where locks and schedules are kept.</summary>
internal sealed class HostBlobs(StorageConnections connections, HostId hostId)
{
    private readonly Lazy<BlobContainerClient> _container = new(() => Open(connections.Get(StorageConnections.Default)));

    public BlobContainerClient Container => _container.Value;

    /// <summary>The path of a blob that belongs to this app.</summary>
    public string Path(string kind, string name) => $"{kind}/{hostId}/{name}";

    private static BlobContainerClient Open(StorageConnection connection)
    {
        var service = connection.ConnectionString is { } text
            ? new BlobServiceClient(text)
            : new BlobServiceClient(connection.Required(connection.BlobServiceUri, "blob"), connection.Credential);
        return service.GetBlobContainerClient("azure-webjobs-hosts");
    }
}
