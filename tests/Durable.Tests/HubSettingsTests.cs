using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;
using Microsoft.Extensions.Configuration;

namespace SyncFunctions.Durable.Tests;

public sealed class HubSettingsTests
{
    private const string Durable = "AzureFunctionsJobHost:extensions:durableTask:";

    [Fact]
    public void Read_NothingSet_GivesTheGenuineDefaults()
    {
        var options = HubSettings.Read(HostJsonOf());

        options.HubName.ShouldBe("TestHubName");
        options.MaxConcurrentActivities.ShouldBe(10 * Environment.ProcessorCount);
        options.MaxConcurrentTurns.ShouldBe(10 * Environment.ProcessorCount);
        options.Retention.ShouldBe(TimeSpan.FromDays(30));
        options.RunActivitiesTwice.ShouldBeFalse();
    }

    [Fact]
    public void Read_EverythingSet_IsTaken()
    {
        var options = HubSettings.Read(HostJsonOf(
            ("hubName", "%Name%Hub"),
            ("maxConcurrentActivityFunctions", "3"),
            ("maxConcurrentOrchestratorFunctions", "4"),
            ("storageProvider:maxQueuePollingInterval", "00:00:05"),
            ("storageProvider:type", "azureStorage"),
            ("storageProvider:partitionCount", "16"),
            ("completedInstanceRetention", "7.00:00:00"),
            ("runActivitiesTwice", "true")));

        options.HubName.ShouldBe("MyHub");
        (options.MaxConcurrentActivities, options.MaxConcurrentTurns).ShouldBe((3, 4));
        options.PollInterval.ShouldBe(TimeSpan.FromSeconds(5));
        options.Retention.ShouldBe(TimeSpan.FromDays(7));
        options.RunActivitiesTwice.ShouldBeTrue();
    }

    [Theory]
    [InlineData("storageProvider:type", "mssql", "host.json: extensions.durableTask.storageProvider.type is 'mssql', but the embedded durable engine knows 'AzureStorage' only.")]
    [InlineData("overridableExistingInstanceStates", "AnyState", "host.json: extensions.durableTask.overridableExistingInstanceStates is 'AnyState', but the embedded durable engine knows 'NonRunningStates' only.")]
    [InlineData("defaultVersion", "1.2", "host.json: extensions.durableTask.defaultVersion is '1.2', but the embedded durable engine has none.")]
    [InlineData("maxConcurrentActivityFunctions", "0", "host.json: extensions.durableTask.maxConcurrentActivityFunctions is '0', but it must be at least 1.")]
    [InlineData("maxConcurrentOrchestratorFunctions", "-1", "host.json: extensions.durableTask.maxConcurrentOrchestratorFunctions is '-1', but it must be at least 1.")]
    [InlineData("storageProvider:maxQueuePollingInterval", "00:00:00", "host.json: extensions.durableTask.storageProvider.maxQueuePollingInterval is '00:00:00', but it must be more than no time.")]
    [InlineData("hubName", "1-hub", "The task hub name '1-hub' must be 1 to 45 letters and digits and start with a letter.")]
    public void Read_WhatCannotBeHonoured_IsRefused(string name, string value, string message) =>
        Should.Throw<InvalidOperationException>(() => HubSettings.Read(HostJsonOf((name, value)))).Message.ShouldBe(message);

    private static HostJson HostJsonOf(params (string Name, string Value)[] settings) => new(
        Path.GetTempPath(),
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(Durable + setting.Name, (string?)setting.Value)).Append(new("Name", "My")))
            .Build());
}
