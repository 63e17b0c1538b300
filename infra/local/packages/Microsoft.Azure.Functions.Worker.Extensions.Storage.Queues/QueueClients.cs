using Azure.Storage.Queues;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Clients that see message texts as they are stored; encoding is done by <see cref="QueueText"/>.</summary>
internal sealed class QueueClients(StorageConnections connections)
{
    private static readonly QueueClientOptions Options = new() { MessageEncoding = QueueMessageEncoding.None };

    /// <exception cref="InvalidOperationException">The connection is not set.</exception>
    public QueueServiceClient Service(string? connectionName)
    {
        var connection = connections.Get(connectionName);
        return connection.ConnectionString is { } text
            ? new QueueServiceClient(text, Options)
            : new QueueServiceClient(connection.Required(connection.QueueServiceUri, "queue"), connection.Credential, Options);
    }
}
