using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Admin;

/// <summary>One host with <see cref="AdminSamples"/> for all tests of a class.</summary>
public sealed class AdminHost(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestHost? _host;

    internal TestHost Host => _host ?? throw new InvalidOperationException("The host has not been started.");

    public Recorder Recorder { get; } = new();

    public string HostId { get; } = AzuriteFixture.NewPrefix();

    public string ConnectionString => azurite.ConnectionString;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(
        new TestHostOptions
        {
            HostJson = $$"""{ "version": "2.0", "extensions": { "durableTask": { "hubName": "{{HostId}}" } } }""",
            Settings =
            {
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                [Microsoft.Azure.Functions.Worker.Embedded.HostId.Setting] = HostId,
                ["Queue"] = HostId,
                ["AzureWebJobs.Off.Disabled"] = "true",
            },
            Configure = builder => builder.Services.AddSingleton(Recorder),
        },
        typeof(AdminSamples));

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>Sends a request with the master key.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null) => Host.SendAsync(method, path, Host.Keys.MasterKey, content);
}
