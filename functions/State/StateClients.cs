using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace SyncFunctions.State;

/// <summary>The three storage clients of the app's own data.</summary>
public sealed record StateClients(TableServiceClient Tables, BlobServiceClient Blobs, QueueServiceClient Queues)
{
    /// <summary>The name of the storage connection.</summary>
    public const string Connection = "StateStorage";

    /// <summary>Put before the name of every table and container; for tests that share an account. Letters and digits, starts with a letter.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The time by which everything of the app is stamped and compared.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// From settings: <c>StateStorage</c> is a connection string, or <c>StateStorage__tableServiceUri</c>, <c>__blobServiceUri</c> and
    /// <c>__queueServiceUri</c> are addresses for an identity (<c>__credential</c> = <c>managedidentity</c> and <c>__clientId</c>, or
    /// whatever the machine is signed in with).
    /// </summary>
    /// <param name="configure">Sees the options of each client before it is made.</param>
    /// <param name="time">The machine's clock.</param>
    /// <exception cref="InvalidOperationException">A setting is missing; the message is one sentence that names it.</exception>
    public static StateClients Create(Func<string, string?> setting, Action<ClientOptions>? configure = null, TimeProvider? time = null)
    {
        var clock = new StorageClock(time ?? TimeProvider.System);
        var tables = Options(new TableClientOptions(), configure);
        clock.Watch(tables);
        var blobs = Options(new BlobClientOptions(), configure);
        var queues = Options(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }, configure);

        if (setting(Connection) is { Length: > 0 } connectionString)
            return new(new(connectionString, tables), new(connectionString, blobs), new(connectionString, queues)) { Clock = clock };

        var credential = CredentialOf(setting);
        return new(
            new(Address(setting, "table"), credential, tables),
            new(Address(setting, "blob"), credential, blobs),
            new(Address(setting, "queue"), credential, queues)) { Clock = clock };
    }

    /// <summary>Whether clients can be made of it; nobody is asked.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            Create(name => name == Connection ? text : null);
            return true;
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static T Options<T>(T options, Action<ClientOptions>? configure)
        where T : ClientOptions
    {
        // One call must not outlive a webhook's answer by much; longer outages are for the queue's next delivery.
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 4;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(3);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(15);
        configure?.Invoke(options);
        return options;
    }

    private static Uri Address(Func<string, string?> setting, string service)
    {
        if (Part(setting, $"{service}ServiceUri") is { } address) return new Uri(address);
        if (Part(setting, "accountName") is { } account) return new Uri($"https://{account}.{service}.core.windows.net");
        throw new InvalidOperationException(
            $"The storage connection '{Connection}' is not set: give '{Connection}' a connection string (Azurite: UseDevelopmentStorage=true), or '{Connection}__{service}ServiceUri' an address.");
    }

    private static TokenCredential CredentialOf(Func<string, string?> setting)
    {
        var clientId = Part(setting, "clientId");
        if (!string.Equals(Part(setting, "credential"), "managedidentity", StringComparison.OrdinalIgnoreCase))
            return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        return new ManagedIdentityCredential(clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }

    // An environment variable's "__" is ':' by the time configuration has read it.
    private static string? Part(Func<string, string?> setting, string name) =>
        new[] { setting($"{Connection}__{name}"), setting($"{Connection}:{name}") }.FirstOrDefault(value => !string.IsNullOrEmpty(value));
}
