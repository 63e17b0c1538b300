using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SyncFunctions.Host.Tests.Http;
using SyncFunctions.Host.Tests.Invocation;

namespace SyncFunctions.Host.Tests.Hosting;

/// <summary>The older way to build a host.</summary>
[Trait("Category", "Host")]
public sealed class HostBuilderTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("host-tests-").FullName;
    private readonly LogRecorder _log = new();

    [Fact]
    public async Task ConfigureFunctionsWebApplication_RunsTheSameFunctions()
    {
        using var host = Build(
            builder => builder.ConfigureFunctionsWorkerDefaults().ConfigureFunctionsWebApplication((context, worker) =>
            {
                context.Configuration["Mine"].ShouldBe("set");
                worker.UseMiddleware((run, next) =>
                {
                    run.Items["mark"] = "marked";
                    return next();
                });
            }),
            typeof(HttpSamples), typeof(InvocationSamples));
        using var client = await StartAsync(host);
        (await client.GetStringAsync("/v1/plain")).ShouldBe("hi");
        (await client.GetStringAsync("/v1/scoped")).ShouldBe("marked");
        (await client.GetAsync("/v1/nosuch")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync("/v1/throw/x")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await client.GetAsync("/admin/host/status")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await client.GetAsync("/")).Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        _log.Entries.Count(entry => entry.Message == "Initializing function HTTP routes").ShouldBe(1);
        _log.Entries.ShouldContain(entry => entry.Message == "Mapped function route 'v1/plain' [get] to 'Plain'");
        host.Services.GetRequiredService<IHostEnvironment>().ApplicationName.ShouldBe("SyncFunctions.Host.Tests");
        await host.StopAsync();
    }

    [Fact]
    public async Task ConfigureFunctionsWorkerDefaults_RunsFunctionsOfTheWorkersOwnTypes()
    {
        using var host = Build(
            builder => builder.ConfigureFunctionsWorkerDefaults(_ => { }, options => options.Serializer = new UpperCaseSerializer()),
            typeof(HttpValueSamples));
        using var client = await StartAsync(host);
        (await client.GetStringAsync("/v1/value/text")).ShouldBe("text");
        (await client.GetStringAsync("/v1/value/object")).ShouldContain("\"ID\": 1");
        await host.StopAsync();
    }

    [Fact]
    public void Address_Unset_IsThatOfTheCoreTools()
    {
        using var host = Build(builder => builder.ConfigureFunctionsWorkerDefaults(), addresses: null);
        host.Services.GetRequiredService<IConfiguration>()["urls"].ShouldBe("http://localhost:7071");
    }

    [Fact]
    public void Worker_ConfiguredByAnyOverload_HasItsOptions()
    {
        Action<IHostBuilder>[] overloads =
        [
            builder => builder.ConfigureFunctionsWorkerDefaults(options => options.Capabilities["a"] = "1"),
            builder => builder.ConfigureFunctionsWorkerDefaults(worker => worker.Services.Configure<WorkerOptions>(options => options.Capabilities["a"] = "1")),
            builder => builder.ConfigureFunctionsWorkerDefaults((_, worker) => worker.Services.Configure<WorkerOptions>(options => options.Capabilities["a"] = "1")),
            builder => builder.ConfigureFunctionsWorkerDefaults((_, _) => { }, options => options.Capabilities["a"] = "1"),
            builder => builder.ConfigureFunctionsWebApplication(worker => worker.Services.Configure<WorkerOptions>(options => options.Capabilities["a"] = "1")),
        ];
        foreach (var overload in overloads)
        {
            using var host = Build(overload);
            host.Services.GetRequiredService<IOptions<WorkerOptions>>().Value.Capabilities["a"].ShouldBe("1");
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private IHost Build(Action<IHostBuilder> configure, params Type[] functions) => Build(configure, "http://127.0.0.1:0", functions);

    private IHost Build(Action<IHostBuilder> configure, string? addresses, params Type[] functions)
    {
        File.WriteAllText(Path.Combine(_directory, "host.json"), """{ "extensions": { "http": { "routePrefix": "v1" } } }""");
        File.WriteAllText(Path.Combine(_directory, "local.settings.json"), """{ "Values": { "Mine": "set" } }""");
        var builder = new HostBuilder();
        builder.Properties[typeof(EmbeddedHostOptions)] = new EmbeddedHostOptions
        {
            FunctionAssembly = typeof(HostBuilderTests).Assembly,
            IncludeType = functions.Contains,
            BaseDirectory = _directory,
        };
        configure(builder);
        return builder
            .ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                [HostKeys.FileSetting] = Path.Combine(_directory, "keys", "host-keys.json"),
            }.Concat(addresses is null ? [] : [KeyValuePair.Create("urls", (string?)addresses)])))
            .ConfigureLogging(logging => logging.ClearProviders().AddProvider(_log))
            .ConfigureServices(services => services.AddSingleton<Recorder>().AddScoped<ScopedThing>())
            .Build();
    }

    private static async Task<HttpClient> StartAsync(IHost host)
    {
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new HttpClient { BaseAddress = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }
}
