using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Configuration;

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
