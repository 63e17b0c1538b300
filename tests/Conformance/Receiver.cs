using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SyncFunctions.Connectors;

namespace SyncFunctions.Conformance;

/// <summary>Where the server's webhooks come to.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<WebhookRequest> _requests = Channel.CreateUnbounded<WebhookRequest>();
    private int _refusals;

    private Receiver(string listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(listen);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    public Uri Address => new($"{_app.Urls.First()}/hook");

    public static async Task<Receiver> StartAsync(string listen)
    {
        var receiver = new Receiver(listen);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Answers the next requests, as many, with 503.</summary>
    public void Refuse(int requests) => Interlocked.Exchange(ref _refusals, requests);

    /// <summary>The next delivery that is about a record; null where none comes in time.</summary>
    public async Task<WebhookRequest?> NextAsync(string recordId, TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience);
        try
        {
            while (true)
            {
                var request = await _requests.Reader.ReadAsync(end.Token);
                if (JsonSerializer.Deserialize<JsonElement>(request.Body.Span).GetProperty("data").GetProperty("id").GetString() == recordId)
                    return request;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Response.StatusCode = Interlocked.Decrement(ref _refusals) >= 0 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status204NoContent;
        await _requests.Writer.WriteAsync(new WebhookRequest(
            body.ToArray(), http.Request.Headers.ToImmutableDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
    }
}
