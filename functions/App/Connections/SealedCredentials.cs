using System.Text.Json;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Connections;

/// <summary>Credentials as a connection keeps them: sealed for that connection alone.</summary>
public sealed class SealedCredentials(SecretBox box)
{
    public byte[] Seal(StoredConnection connection, Credentials credentials) =>
        box.Seal(connection.Tenant, connection.Id, JsonSerializer.SerializeToUtf8Bytes(credentials, StateJson.Options));

    /// <summary>Null where there are none, or they cannot be opened with the keys that the app has.</summary>
    public Credentials? Open(StoredConnection connection) =>
        connection.Secret is { } secret && box.Open(connection.Tenant, connection.Id, secret) is { } opened
            ? JsonSerializer.Deserialize<Credentials>(opened, StateJson.Options)
            : null;
}
