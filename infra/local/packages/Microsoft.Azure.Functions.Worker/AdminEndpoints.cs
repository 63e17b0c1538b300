using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The genuine host's own addresses that tell about the app and set functions off; all but the ping want the master key.</summary>
internal sealed partial class AdminEndpoints(
    FunctionCatalog catalog,
    FunctionView view,
    KeyGuard guard,
    HostId hostId,
    IFunctionInvoker invoker,
    IEnumerable<ITriggerListener> listeners,
    TimeProvider time,
    ILoggerFactory loggers) : IHostEndpoints
{
    /// <summary>The host whose behaviour is matched.</summary>
    private const string HostVersion = "4.1037.0.0";

    private readonly ILogger _log = loggers.CreateLogger("Host.Admin");
    private readonly string _instance = Guid.NewGuid().ToString("N");
    private readonly long _started = time.GetTimestamp();

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", static context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync("<!doctype html><title>Functions</title><p>The function app is up and running.</p>");
        });
        endpoints.MapMethods("/admin/host/ping", ["GET", "POST"], static context =>
        {
            context.Response.Headers.CacheControl = "no-store,no-cache";
            context.Response.Headers.Pragma = "no-cache";
            return Task.CompletedTask;
        });
        endpoints.MapGet("/admin/host/status", guard.Only(context => context.Response.WriteAsJsonAsync(Status())));
        endpoints.MapGet("/admin/functions", guard.Only(context => context.Response.WriteAsJsonAsync(catalog.All.Select(function => view.Of(function, context.Request)))));
        endpoints.MapGet("/admin/functions/{name}", guard.Only(context => Named(context) is { } function
            ? context.Response.WriteAsJsonAsync(view.Of(function, context.Request))
            : NotFound(context)));
        endpoints.MapGet("/admin/functions/{name}/status", guard.Only(FunctionStatusAsync));
        endpoints.MapPost("/admin/functions/{name}", guard.Only(RunAsync));
    }

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private FunctionDescriptor? Named(HttpContext context) => catalog.Find(Name(context));

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private object Status() => new
    {
        id = hostId.Value,
        state = "Running",
        version = HostVersion,
        versionDetails = "embedded",
        platformVersion = "",
        instanceId = _instance,
        computerName = Environment.MachineName,
        processUptime = (long)time.GetElapsedTime(_started).TotalMilliseconds,
        functionAppContentEditingState = "Unknown",
    };

    private Task FunctionStatusAsync(HttpContext context)
    {
        if (catalog.ErrorOf(Name(context)) is { } error) return context.Response.WriteAsJsonAsync(new { errors = new[] { error } });
        return Named(context) is null ? NotFound(context) : context.Response.WriteAsJsonAsync(new { });
    }

    private async Task RunAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        if (Named(context) is not { } function)
        {
            await NotFound(context);
            return;
        }

        if (await InputAsync(context) is not { } input)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        _ = Task.Run(() => RunLaterAsync(function, input));
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>The input of the body, empty where it has none; null when the body is no JSON object.</summary>
    private static async Task<string?> InputAsync(HttpContext context)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            if (body.RootElement.ValueKind != JsonValueKind.Object) return null;
            return body.RootElement.TryGetProperty("input", out var value) ? value.ToString() : "";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task RunLaterAsync(FunctionDescriptor function, string input)
    {
        TriggerInvocation trigger;
        try
        {
            if (listeners.FirstOrDefault(listener => listener.TriggerAttribute == function.Trigger.GetType()) is not IManualTrigger manual)
            {
                Log.NotByHand(_log, function.Name);
                return;
            }

            trigger = await manual.ForManualRunAsync(function, input, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Log.NotStarted(_log, exception, function.Name);
            return;
        }

        // The run logs its own failure.
        await ((Task)invoker.InvokeAsync(function, trigger, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "'Functions.{Function}' was to be set off by hand, which its trigger does not allow.")]
        public static partial void NotByHand(ILogger logger, string function);

        [LoggerMessage(2, LogLevel.Error, "'Functions.{Function}' could not be set off by hand.")]
        public static partial void NotStarted(ILogger logger, Exception exception, string function);
    }
}
