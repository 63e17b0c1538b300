using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The few of the genuine host's own addresses that local work needs; all but the ping want the master key.</summary>
internal sealed class AdminEndpoints(FunctionCatalog catalog, HostKeys keys, IFunctionInvoker invoker, IEnumerable<ITriggerListener> listeners) : IHostEndpoints
{
    private static readonly DateTimeOffset Started = DateTimeOffset.UtcNow;

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
        endpoints.MapGet("/admin/host/status", context => GuardedAsync(context, () => context.Response.WriteAsJsonAsync(new
        {
            id = catalog.GetHashCode().ToString("x"),
            state = "Running",
            version = typeof(AdminEndpoints).Assembly.GetName().Version!.ToString(),
            versionDetails = "embedded",
            processUptime = (long)(DateTimeOffset.UtcNow - Started).TotalMilliseconds,
        })));
        endpoints.MapGet("/admin/functions", context => GuardedAsync(context, () => context.Response.WriteAsJsonAsync(catalog.Functions.Select(Describe))));
        endpoints.MapGet("/admin/functions/{name}", context => GuardedAsync(context, () => Named(context) is { } function
            ? context.Response.WriteAsJsonAsync(Describe(function))
            : NotFound(context)));
        endpoints.MapPost("/admin/functions/{name}", context => GuardedAsync(context, () => RunAsync(context)));
    }

    private FunctionDescriptor? Named(HttpContext context) => catalog.Find((string)context.Request.RouteValues["name"]!);

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static object Describe(FunctionDescriptor function) => new
    {
        name = function.Name,
        language = "dotnet-isolated",
        isDisabled = false,
        config = new
        {
            name = function.Name,
            entryPoint = function.Definition.EntryPoint,
            scriptFile = Path.GetFileName(function.Definition.PathToAssembly),
            bindings = function.Definition.InputBindings.Values.Concat(function.Definition.OutputBindings.Values)
                .Select(binding => new { name = binding.Name, type = binding.Type, direction = binding.Direction.ToString() }),
        },
    };

    private async Task GuardedAsync(HttpContext context, Func<Task> action)
    {
        switch (keys.Identify(HostKeys.KeyOf(context.Request)))
        {
            case KeyKind.Master:
                await action();
                break;
            case KeyKind.None:
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Bearer";
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                break;
        }
    }

    private async Task RunAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        if (Named(context) is not { } function || listeners.FirstOrDefault(listener => listener.TriggerAttribute == function.Trigger.GetType()) is not IManualTrigger manual)
        {
            await NotFound(context);
            return;
        }

        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var input = body.RootElement.TryGetProperty("input", out var value) ? value.ToString() : "";
        _ = RunLaterAsync(function, manual.ForManualRun(function, input));
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task RunLaterAsync(FunctionDescriptor function, TriggerInvocation trigger)
    {
        await Task.Yield();
        // The run logs its own failure.
        await ((Task)invoker.InvokeAsync(function, trigger, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
