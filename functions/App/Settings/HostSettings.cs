using Microsoft.Extensions.Configuration;
using SyncFunctions.State;

namespace SyncFunctions.App.Settings;

/// <summary>
/// The settings that the Functions host reads too: storage connections, schedules, the durable hub. On Azure it reads them itself,
/// before this app is there, and has to be given all of them; on one machine what is not set takes a default, so that one storage
/// connection is enough to start.
/// </summary>
internal static class HostSettings
{
    private const string HostStorage = "AzureWebJobsStorage";
    private const string HubName = "TaskHubName";

    private static readonly (string Name, string Default)[] Schedules =
        [("PollSchedule", "0 * * * * *"), ("HookSchedule", "0 23 * * * *"), ("RetentionSchedule", "0 17 3 * * *"), ("NoticeSchedule", "0 */15 * * * *")];

    private static readonly string[] Connections = [HostStorage, StateClients.Connection, "DurableStorage"];

    public static void Apply(SettingReader reader, IConfigurationManager configuration)
    {
        var isEmbedded = reader.Hosting == Hosting.Embedded;
        foreach (var (name, otherwise) in Schedules)
        {
            if (isEmbedded) Default(configuration, name, otherwise);
            if (reader.Required(name, $"'{otherwise}' is usual.") is { } schedule) reader.Schedule(name, schedule);
        }

        if (isEmbedded) Default(configuration, HubName, "SyncFunctions");
        if (reader.Required(HubName, "'SyncFunctions' is usual.") is { } hub && !(hub.Length is >= 3 and <= 45 && char.IsAsciiLetter(hub[0]) && hub.All(char.IsAsciiLetterOrDigit)))
            reader.Refuse(HubName, "is 3 to 45 letters and digits, and begins with a letter.");

        foreach (var connection in Connections)
        {
            if (isEmbedded && !reader.IsAnySet(connection)) Copy(configuration, HostStorage, connection);
            Check(reader, connection);
        }
    }

    private static void Default(IConfigurationManager configuration, string name, string value)
    {
        if (string.IsNullOrEmpty(configuration[name])) configuration[name] = value;
    }

    private static void Copy(IConfigurationManager configuration, string from, string to)
    {
        configuration[to] = configuration[from];
        foreach (var part in configuration.GetSection(from).GetChildren().ToList()) configuration[$"{to}:{part.Key}"] = part.Value;
    }

    private static void Check(SettingReader reader, string connection)
    {
        if (!reader.IsAnySet(connection))
        {
            if (reader.Hosting == Hosting.Azure || connection == HostStorage)
                reader.Refuse(connection, $"is missing: give it a connection string (Azurite: UseDevelopmentStorage=true), or '{connection}__tableServiceUri', '…__queueServiceUri' and '…__blobServiceUri' addresses.");
            return;
        }

        if (reader.Text(connection) is { } text)
        {
            if (!StateClients.IsConnectionString(text)) reader.Refuse(connection, "is not the connection string of a storage account (Azurite: UseDevelopmentStorage=true).");
            return;
        }

        if (reader.IsRefused(connection)) return;
        var isNamed = reader.Text($"{connection}:accountName") is not null;
        foreach (var service in new[] { "table", "queue", "blob" })
        {
            var name = $"{connection}:{service}ServiceUri";
            reader.Address(name, isNamed ? reader.Text(name) : reader.Required(name, $"the address of the account's {service}s, such as https://{{account}}.{service}.core.windows.net."));
        }

        if (reader.Text($"{connection}:credential") is { } credential && !string.Equals(credential, "managedidentity", StringComparison.OrdinalIgnoreCase))
            reader.Refuse($"{connection}:credential", "is 'managedidentity', or nothing.");
    }
}
