using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;

/// <summary>What <c>extensions.durableTask</c> of host.json says. Settings that only tune the genuine engine's storage change nothing here.</summary>
internal static partial class HubSettings
{
    /// <exception cref="InvalidOperationException">A setting cannot be honoured: the app would run otherwise than it was told to.</exception>
    public static HubOptions Read(HostJson hostJson)
    {
        var settings = hostJson.DurableTask;
        var hubName = hostJson.Expand(settings["hubName"] ?? "TestHubName");
        if (!ValidHubName().IsMatch(hubName))
            throw new InvalidOperationException($"The task hub name '{hubName}' must be 1 to 45 letters and digits and start with a letter.");

        RequireOnly(settings, "storageProvider:type", "AzureStorage");
        RequireOnly(settings, "overridableExistingInstanceStates", "NonRunningStates");
        RequireOnly(settings, "defaultVersion", "");

        var options = new HubOptions { HubName = hubName };
        return options with
        {
            MaxConcurrentActivities = AtLeastOne(settings, "maxConcurrentActivityFunctions", options.MaxConcurrentActivities),
            MaxConcurrentTurns = AtLeastOne(settings, "maxConcurrentOrchestratorFunctions", options.MaxConcurrentTurns),
            PollInterval = Positive(settings, "storageProvider:maxQueuePollingInterval", options.PollInterval),
            // The next two are known to the embedded engine alone: the genuine one never deletes an instance by itself.
            Retention = Positive(settings, "completedInstanceRetention", options.Retention),
            RunActivitiesTwice = settings.GetValue("runActivitiesTwice", options.RunActivitiesTwice),
        };
    }

    private static int AtLeastOne(IConfigurationSection settings, string name, int standard)
    {
        var value = settings.GetValue(name, standard);
        return value >= 1 ? value : throw Wrong(settings, name, "it must be at least 1");
    }

    private static TimeSpan Positive(IConfigurationSection settings, string name, TimeSpan standard)
    {
        var value = settings.GetValue(name, standard);
        return value > TimeSpan.Zero ? value : throw Wrong(settings, name, "it must be more than no time");
    }

    private static void RequireOnly(IConfigurationSection settings, string name, string only)
    {
        if (settings[name] is { Length: > 0 } value && !string.Equals(value, only, StringComparison.OrdinalIgnoreCase))
            throw Wrong(settings, name, only.Length > 0 ? $"the embedded durable engine knows '{only}' only" : "the embedded durable engine has none");
    }

    private static InvalidOperationException Wrong(IConfigurationSection settings, string name, string why) =>
        new($"host.json: extensions.durableTask.{name.Replace(':', '.')} is '{settings[name]}', but {why}.");

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{0,44}$", RegexOptions.None, 1000)]
    private static partial Regex ValidHubName();
}
