using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Vendors.Tests;

/// <summary>What a vendor calls back: answers as a test says, and hands out what came.</summary>
internal sealed class CallbackSink : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Channel<Callback> _came = Channel.CreateUnbounded<Callback>();

    private CallbackSink()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(TakeAsync);
    }

    /// <summary>The answers to come; 200 after them.</summary>
    public Queue<int> Answers { get; } = new();

    /// <summary>What a vendor is answered that asks before it calls: by the method and the headers of what it asks, the headers of the answer; null for a 404.</summary>
    public Func<string, ImmutableDictionary<string, string>, ImmutableDictionary<string, string>?>? Check { get; set; }

    public static async Task<CallbackSink> StartAsync()
    {
        var sink = new CallbackSink();
        await sink._server.StartAsync();
        return sink;
    }

    public Uri Address(string path) => new(new Uri(_server.Urls.First()), path);

    public async Task<Callback> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _came.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        if (Check is { } check && !HttpMethods.IsPost(http.Request.Method))
        {
            var answer = check(http.Request.Method, HeadersOf(http.Request));
            http.Response.StatusCode = answer is null ? 404 : 200;
            foreach (var (name, value) in answer ?? ImmutableDictionary<string, string>.Empty)
                http.Response.Headers[name] = value;
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        lock (Answers)
            http.Response.StatusCode = Answers.TryDequeue(out var status) ? status : 200;
        await _came.Writer.WriteAsync(new Callback(http.Request.Path + http.Request.QueryString, body.ToArray(), HeadersOf(http.Request)));
    }

    private static ImmutableDictionary<string, string> HeadersOf(HttpRequest request) =>
        request.Headers.ToImmutableDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
}

internal sealed record Callback(string Path, byte[] Body, ImmutableDictionary<string, string> Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);
}
