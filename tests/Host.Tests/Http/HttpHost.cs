namespace SyncFunctions.Host.Tests.Http;

/// <summary>One host with <see cref="HttpSamples"/> for all tests of a class; it needs no storage.</summary>
public sealed class HttpHost : IAsyncLifetime
{
    private TestHost? _host;

    internal TestHost Host => _host ?? throw new InvalidOperationException("The host has not been started.");

    public HttpClient Client => Host.Client;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(new TestHostOptions(), typeof(HttpSamples));

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }
}
