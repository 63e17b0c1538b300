using Microsoft.Extensions.Configuration;
using SyncFunctions.State;

namespace SyncFunctions.App;

/// <summary>
/// What is not set takes a default, so that one storage connection is enough to start. The Functions host on Azure reads its
/// settings itself, before this app is there: it has to be given all of them.
/// </summary>
internal static class SettingDefaults
{
    private const string HostStorage = "AzureWebJobsStorage";

    /// <returns>One sentence about what is missing, or null.</returns>
    public static string? Apply(IConfigurationManager configuration)
    {
        configuration["PollSchedule"] ??= "0 * * * * *";
        configuration["HookSchedule"] ??= "0 23 * * * *";
        configuration["RetentionSchedule"] ??= "0 17 3 * * *";
        configuration["NoticeSchedule"] ??= "0 */15 * * * *";
        configuration["TaskHubName"] ??= "SyncFunctions";
        foreach (var connection in new[] { StateClients.Connection, "DurableStorage" })
        {
            if (!IsSet(connection)) configuration[connection] = configuration[HostStorage];
        }

        return IsSet(StateClients.Connection)
            ? null
            : $"No storage is set: give '{HostStorage}' a connection string (Azurite: UseDevelopmentStorage=true), or copy local.settings.sample.json to local.settings.json.";

        bool IsSet(string connection) => configuration[connection] is { Length: > 0 } || configuration.GetSection(connection).GetChildren().Any();
    }
}
