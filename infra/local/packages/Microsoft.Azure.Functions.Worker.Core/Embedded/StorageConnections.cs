using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The parts of a storage connection: either a connection string, or addresses and a credential.</summary>
internal sealed record StorageConnection(string Name)
{
    public string? ConnectionString { get; init; }

    public Uri? BlobServiceUri { get; init; }

    public Uri? QueueServiceUri { get; init; }

    public Uri? TableServiceUri { get; init; }

    /// <summary>Set whenever <see cref="ConnectionString"/> is not.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>The address, or one sentence that says which setting is missing.</summary>
    public Uri Required(Uri? address, string service)
        => address ?? throw new InvalidOperationException($"The storage connection '{Name}' has no address: set '{Name}__{service}ServiceUri'.");

    public override string ToString() => Name;
}

/// <summary>Resolves the name of a storage connection from the settings.</summary>
internal sealed class StorageConnections(IConfiguration configuration)
{
    /// <summary>The connection of the host itself, also the default of triggers.</summary>
    public const string Default = "AzureWebJobsStorage";

    private readonly ConcurrentDictionary<string, StorageConnection> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidOperationException">Nothing is set under that name; the message is one sentence.</exception>
    public StorageConnection Get(string? name) => TryGet(name, out var connection)
        ? connection
        : throw new InvalidOperationException(
            $"The storage connection '{name ?? Default}' is not set: give the setting '{name ?? Default}' a connection string (Azurite: UseDevelopmentStorage=true), or '{name ?? Default}__queueServiceUri' and its like.");

    public bool TryGet(string? name, [NotNullWhen(true)] out StorageConnection? connection)
    {
        name = string.IsNullOrEmpty(name) ? Default : name;
        if (_found.TryGetValue(name, out connection)) return true;
        connection = Resolve(name);
        if (connection is not null) _found[name] = connection;
        return connection is not null;
    }

    private StorageConnection? Resolve(string name)
    {
        // The same order as the genuine host: the prefixed name wins over the bare one.
        string[] candidates = [$"AzureWebJobs{name}", name, $"ConnectionStrings:{name}"];
        return candidates.Select(key => Read(name, configuration.GetSection(key))).FirstOrDefault(connection => connection is not null);
    }

    private static StorageConnection? Read(string name, IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value)) return new StorageConnection(name) { ConnectionString = section.Value };
        var connection = new StorageConnection(name)
        {
            BlobServiceUri = Address(section, "blob"),
            QueueServiceUri = Address(section, "queue"),
            TableServiceUri = Address(section, "table"),
        };
        return connection is { BlobServiceUri: null, QueueServiceUri: null, TableServiceUri: null }
            ? null
            : connection with { Credential = CredentialOf(section) };
    }

    private static Uri? Address(IConfigurationSection section, string service)
    {
        if (section[$"{service}ServiceUri"] is { Length: > 0 } address) return new Uri(address);
        return section["accountName"] is { Length: > 0 } account ? new Uri($"https://{account}.{service}.core.windows.net") : null;
    }

    private static TokenCredential CredentialOf(IConfigurationSection section)
    {
        var clientId = section["clientId"] is { Length: > 0 } id ? id : null;
        if (!string.Equals(section["credential"], "managedidentity", StringComparison.OrdinalIgnoreCase))
            return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        return new ManagedIdentityCredential(clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }
}
