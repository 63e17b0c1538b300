using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Durable.Tests;

/// <summary>A server that orchestrators call.</summary>
internal sealed class HttpSample : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _flaky;

    private HttpSample()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Use(async (context, next) =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            await next(context);
        });
        _app.MapPost("/echo", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            context.Response.Headers["X-Asked"] = context.Request.Headers["X-Asked"];
            await context.Response.WriteAsync($"POST {context.Request.ContentType} {await reader.ReadToEndAsync()}");
        });
        _app.MapPost("/later", context => LaterAsync(context, "/later/1"));
        _app.MapGet("/later/1", context => LaterAsync(context, "/later/2"));
        _app.MapGet("/later/2", () => "done");
        _app.MapGet("/flaky", () => Interlocked.Increment(ref _flaky) < 3 ? Results.StatusCode(503) : Results.Text("third time"));
        _app.MapGet("/broken", () => Results.StatusCode(500));
        _app.MapGet("/slow", context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
    }

    public string Address => _app.Urls.Single();

    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<HttpSample> StartAsync()
    {
        var server = new HttpSample();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task LaterAsync(HttpContext context, string location)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.Headers.Location = location;
        context.Response.Headers.RetryAfter = "0";
        return Task.CompletedTask;
    }
}
