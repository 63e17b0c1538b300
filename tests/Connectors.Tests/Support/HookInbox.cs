using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Connectors.Tests;

/// <summary>Where a simulated vendor's webhooks go in a test.</summary>
internal sealed class HookInbox : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Channel<WebhookRequest> _requests = Channel.CreateUnbounded<WebhookRequest>();

    private HookInbox()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(TakeAsync);
    }

    public Uri Address => new($"{_server.Urls.First()}/api/webhooks/moovila/hook");

    /// <summary>What is answered from now on.</summary>
    public int Status { get; set; } = 200;

    public static async Task<HookInbox> StartAsync()
    {
        var inbox = new HookInbox();
        await inbox._server.StartAsync();
        return inbox;
    }

    public async Task<WebhookRequest> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _requests.Reader.ReadAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Response.StatusCode = Status;
        await _requests.Writer.WriteAsync(new WebhookRequest(
            body.ToArray(), http.Request.Headers.ToImmutableDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
    }
}
