using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Host.Tests;

/// <summary>What a test changes about its host.</summary>
internal sealed record TestHostOptions
{
    public string HostJson { get; init; } = """{ "version": "2.0", "logging": { "logLevel": { "default": "Information" } } }""";

    public string? LocalSettings { get; init; }

    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Whether the app asks for the integration with ASP.NET Core.</summary>
    public bool AspNetCore { get; init; } = true;

    public Action<FunctionsApplicationBuilder> Configure { get; init; } = static _ => { };

    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>An embedded host in this process, on a free port, with the functions of the given classes alone.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _directory;

    private TestHost(IHost host, string directory, LogRecorder log)
    {
        _host = host;
        _directory = directory;
        Log = log;
        Client = new HttpClient();
    }

    public HttpClient Client { get; }

    public LogRecorder Log { get; }

    public IServiceProvider Services => _host.Services;

    public HostKeys Keys => Services.GetRequiredService<HostKeys>();

    public Uri Address => new(((WebApplication)_host).Urls.Single());

    public static async Task<TestHost> StartAsync(TestHostOptions options, params Type[] functions)
    {
        var host = Build(options, functions);
        try
        {
            await host._host.StartAsync(TestContext.Current.CancellationToken);
            host.Client.BaseAddress = host.Address;
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public static TestHost Build(TestHostOptions options, params Type[] functions)
    {
        var directory = Directory.CreateTempSubdirectory("host-tests-").FullName;
        File.WriteAllText(Path.Combine(directory, "host.json"), options.HostJson);
        if (options.LocalSettings is not null) File.WriteAllText(Path.Combine(directory, "local.settings.json"), options.LocalSettings);
        var builder = FunctionsApplication.CreateBuilder([], new EmbeddedHostOptions
        {
            FunctionAssembly = typeof(TestHost).Assembly,
            IncludeType = functions.Contains,
            BaseDirectory = directory,
            DrainLimit = options.DrainLimit,
            AbandonAfter = options.AbandonAfter,
        });
        if (options.AspNetCore) builder.ConfigureFunctionsWebApplication();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Urls"] = "http://127.0.0.1:0",
            [HostKeys.FileSetting] = Path.Combine(directory, "keys", "host-keys.json"),
        });
        builder.Configuration.AddInMemoryCollection(options.Settings);
        var log = new LogRecorder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        options.Configure(builder);
        return new TestHost(builder.Build(), directory, log);
    }

    /// <summary>Sends a request with that key in its header; none when it is null.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (key is not null) request.Headers.TryAddWithoutValidation("x-functions-key", key);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        Client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

internal sealed record LogEntry(string Category, LogLevel Level, string Message, Exception? Exception);

/// <summary>Keeps what was logged, and waits for what is to come.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly SemaphoreSlim _added = new(0);

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => _added.Dispose();

    public async Task<LogEntry> WaitForAsync(Func<LogEntry, bool> predicate, TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(20));
        while (true)
        {
            if (_entries.FirstOrDefault(predicate) is { } entry) return entry;
            await _added.WaitAsync(limit.Token);
        }
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            recorder._entries.Enqueue(new LogEntry(category, logLevel, formatter(state, exception), exception));
            recorder._added.Release();
        }
    }
}
