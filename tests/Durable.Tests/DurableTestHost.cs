using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>The worker host with the functions of one class and a task hub of its own.</summary>
internal sealed class DurableTestHost : IAsyncDisposable
{
    private const string HostJson = """
        {
          "version": "2.0",
          "extensions": {
            "durableTask": {
              "hubName": "%TaskHubName%",
              "maxConcurrentActivityFunctions": 3,
              "storageProvider": { "connectionName": "DurableStorage", "maxQueuePollingInterval": "00:00:00.2" }
            }
          }
        }
        """;

    private readonly IHost _host;
    private readonly string _directory;

    private DurableTestHost(IHost host, string directory)
    {
        _host = host;
        _directory = directory;
        Http = new HttpClient { BaseAddress = Address };
    }

    public IServiceProvider Services => _host.Services;

    public Uri Address => new(((WebApplication)_host).Urls.Single());

    public HttpClient Http { get; }

    public HostKeys Keys => Services.GetRequiredService<HostKeys>();

    public DurableTaskClient Client => Services.GetRequiredService<IDurableTaskClientProvider>().GetClient();

    public static async Task<DurableTestHost> StartAsync(string connection, Type functions)
    {
        var directory = Directory.CreateTempSubdirectory("durable-tests-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "host.json"), HostJson);
        var builder = FunctionsApplication.CreateBuilder([], new EmbeddedHostOptions
        {
            FunctionAssembly = typeof(DurableTestHost).Assembly,
            IncludeType = functions.Equals,
            BaseDirectory = directory,
        });
        builder.ConfigureFunctionsWebApplication();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Urls"] = "http://127.0.0.1:0",
            [HostKeys.FileSetting] = Path.Combine(directory, "keys", "host-keys.json"),
            ["TaskHubName"] = AzuriteFixture.NewPrefix(),
            ["DurableStorage"] = connection,
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new HostSamples.Greeting("Hello"));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new DurableTestHost(host, directory);
    }

    public async Task<OrchestrationMetadata> RunAsync(string name, object input) =>
        await EndOfAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name, input, TestContext.Current.CancellationToken));

    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await Client.WaitForInstanceCompletionAsync(id, true, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
