using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using SyncFunctions.Host.Tests.Http;

namespace SyncFunctions.Host.Tests.Settings;

public sealed class HostJsonTests
{
    [Fact]
    public void HostJson_Missing_HasTheDefaults()
    {
        var host = Read(json: null);
        host.RoutePrefix.ShouldBe("api");
        host.FunctionTimeout.ShouldBe(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public void HostJson_WithComments_IsRead()
    {
        var host = Read("""
            { // why
              "functionTimeout": "-1", "extensions": { "queues": { "batchSize": 4 }, "durableTask": { "hubName": "%Hub%" } } }
            """);
        host.FunctionTimeout.ShouldBe(Timeout.InfiniteTimeSpan);
        host.Queues["batchSize"].ShouldBe("4");
        host.DurableTask["hubName"].ShouldBe("%Hub%");
    }

    [Fact]
    public void HostJson_OverriddenBySettings_ExceptForTheRoutePrefix()
    {
        var host = Read(
            """{ "extensions": { "http": { "routePrefix": "file" }, "queues": { "batchSize": 4 } } }""",
            ("AzureFunctionsJobHost:extensions:queues:batchSize", "8"),
            ("AzureFunctionsJobHost:extensions:http:routePrefix", "setting"));
        host.Queues["batchSize"].ShouldBe("8");
        host.RoutePrefix.ShouldBe("file");
    }

    [Theory]
    [InlineData("10 minutes")]
    [InlineData("-2")]
    [InlineData("00:00:00")]
    public void FunctionTimeout_ThatIsNone_IsNamed(string value)
        => Should.Throw<InvalidOperationException>(() => Read($$"""{ "functionTimeout": "{{value}}" }""")).Message
            .ShouldBe($"host.json: functionTimeout '{value}' is neither a time such as 00:10:00 nor -1.");

    [Fact]
    public void Keys_ThatAreKnown_AreNotNamed()
        => HostJsonKeys.UnknownIn(Read(
            """
            {
              "version": "2.0", "functionTimeout": "00:10:00", "functions": [ "A", "B" ],
              "logging": { "logLevel": { "default": "Warning", "Function.A": "Error" }, "applicationInsights": { "samplingSettings": { "isEnabled": true } } },
              "extensionBundle": { "id": "x", "version": "[4.*, 5.0.0)" },
              "extensions": {
                "http": { "routePrefix": "", "customHeaders": { "X-Any": "1" }, "hsts": { "isEnabled": true } },
                "queues": { "BatchSize": 1, "newBatchThreshold": 0, "maxPollingInterval": "00:00:02", "visibilityTimeout": "00:00:01", "maxDequeueCount": 2 },
                "durableTask": { "hubName": "H", "completedInstanceRetention": "7.00:00:00", "runActivitiesTwice": true, "storageProvider": { "connectionName": "C", "maxQueuePollingInterval": "00:00:02" }, "tracing": { "traceInputsAndOutputs": true } }
              }
            }
            """).Root).ShouldBeEmpty();

    [Fact]
    public void Keys_ThatAreUnknown_AreNamedOnceWithTheirPath()
        => HostJsonKeys.UnknownIn(Read(
            """
            {
              "version": "2.0", "functionTimeOut2": "1", "extension": { "queues": { "batchSize": 1, "maxDequeueCount": 2 } },
              "extensions": { "queues": { "batchSizes": 1 }, "serviceBus": { "prefetchCount": 1, "maxConcurrentCalls": 2 }, "durableTask": { "storageProvider": { "connection": "C" } } }
            }
            """,
            ("AzureFunctionsJobHost:extensions:http:prefix", "x")).Root)
            .ShouldBe(
                ["extension", "extensions.durableTask.storageProvider.connection", "extensions.http.prefix", "extensions.queues.batchSizes", "extensions.serviceBus", "functionTimeOut2"],
                ignoreOrder: true);

    [Fact]
    public async Task Host_WithUnknownKeys_WarnsOfEach()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { HostJson = """{ "version": "2.0", "extensions": { "queues": { "batchSizes": 1, "maxDequeues": 2 } } }""" });
        var warnings = host.Log.Entries.Where(entry => entry.Level == LogLevel.Warning && entry.Message.StartsWith("host.json")).Select(entry => entry.Message);
        warnings.ShouldBe(
            ["host.json: 'extensions.queues.batchSizes' is not known here and has no effect.", "host.json: 'extensions.queues.maxDequeues' is not known here and has no effect."],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("{}", "AzureWebJobs.Plain.Disabled", "true", 404)]
    [InlineData("{}", "AzureWebJobs.Plain.Disabled", "1", 404)]
    [InlineData("{}", "AzureWebJobs:Plain:Disabled", "True", 404)]
    [InlineData("{}", "AzureWebJobs.Plain.Disabled", "false", 200)]
    [InlineData("{}", "AzureWebJobs.Other.Disabled", "true", 200)]
    [InlineData("""{ "functions": [ "Other" ] }""", "Any", "x", 404)]
    [InlineData("""{ "functions": [ "plain", "Other" ] }""", "Any", "x", 200)]
    public async Task Function_IsOnUnlessItIsSwitchedOff(string hostJson, string setting, string value, int expected)
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { HostJson = hostJson, Settings = { [setting] = value } }, typeof(HttpSamples));
        ((int)(await host.SendAsync(HttpMethod.Get, "/api/plain", key: null)).StatusCode).ShouldBe(expected);
    }

    [Fact]
    public void Expand_ReplacesEachSetting()
        => Read("{}", ("A", "1"), ("B", "2")).Expand("x-%A%-%B%").ShouldBe("x-1-2");

    [Fact]
    public void Expand_UnknownSetting_IsNamed()
        => Should.Throw<InvalidOperationException>(() => Read("{}").Expand("%Nope%")).Message.ShouldBe("'%Nope%' does not resolve to a value.");

    private static HostJson Read(string? json, params (string Name, string Value)[] settings)
    {
        var directory = Directory.CreateTempSubdirectory("host-json-");
        try
        {
            if (json is not null) File.WriteAllText(Path.Combine(directory.FullName, "host.json"), json);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, string? (setting) => setting.Value));
            return new HostJson(directory.FullName, configuration.Build());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
