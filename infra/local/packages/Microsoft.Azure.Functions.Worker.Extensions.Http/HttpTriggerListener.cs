using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Maps each function with an HTTP trigger to its route, checks the key and runs it. The web server drains by itself.</summary>
internal sealed partial class HttpTriggerListener(
    FunctionCatalog catalog,
    HostJson hostJson,
    HostKeys keys,
    IHttpIntegration integration,
    HttpThrottle throttle,
    IFunctionInvoker invoker,
    HostShutdown shutdown,
    ILoggerFactory loggers) : ITriggerListener, IManualTrigger, IHostEndpoints
{
    // Any route that begins with one of these is refused, also where the prefix would keep it apart.
    private static readonly string[] Reserved = ["admin", "runtime"];
    private readonly ILogger _log = loggers.CreateLogger("Host.Startup");

    public Type TriggerAttribute => typeof(HttpTriggerAttribute);

    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>A function whose route is not valid is left out: it never takes the others down.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        Log.Mapping(_log);
        var policies = endpoints.ServiceProvider.GetRequiredService<ParameterPolicyFactory>();
        foreach (var function in catalog.All)
        {
            if (function.Trigger is not HttpTriggerAttribute trigger) continue;
            try
            {
                var pattern = Parse(RouteOf(function, trigger), policies);
                var http = new HttpFunction(function, trigger.Methods is { Length: > 0 } methods ? methods : null);
                endpoints.Map(pattern, context => RunAsync(context, function, trigger.AuthLevel, pattern)).WithMetadata(http);
                Log.Mapped(_log, pattern.RawText!, http.Methods is null ? "all" : string.Join(',', http.Methods), function.Name);
            }
            catch (Exception exception) when (exception is RoutePatternException or RouteCreationException or InvalidOperationException)
            {
                catalog.InError(function.Name, exception.Message);
            }
        }
    }

    /// <summary>A request that nobody sent: a POST with the input as its body; nobody reads the answer.</summary>
    public async Task<TriggerInvocation> ForManualRunAsync(FunctionDescriptor function, string input, CancellationToken cancellation)
    {
        var body = new MemoryStream(Encoding.UTF8.GetBytes(input));
        var http = new DefaultHttpContext
        {
            Request =
            {
                Method = HttpMethods.Post,
                Scheme = Uri.UriSchemeHttp,
                Host = new HostString("localhost"),
                Path = $"/{function.Name}",
                ContentType = "application/json; charset=utf-8",
                ContentLength = body.Length,
                Body = body,
            },
        };
        await integration.ReadAsync(http);
        return new TriggerInvocation(TriggerValue: null, new Dictionary<string, object?>(), context => Prepare(http, context));
    }

    private static RoutePattern Parse(string template, ParameterPolicyFactory policies)
    {
        var pattern = RoutePatternFactory.Parse(template);
        // An unknown constraint would otherwise come to light with the first request only.
        foreach (var parameter in pattern.Parameters)
        {
            foreach (var policy in parameter.ParameterPolicies) policies.Create(parameter, policy);
        }

        return pattern;
    }

    private static Dictionary<string, object?> BindingData(HttpRequest request, RoutePattern pattern)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Query"] = JsonSerializer.Serialize(request.Query.ToDictionary(item => item.Key, item => item.Value[^1])),
            ["Headers"] = JsonSerializer.Serialize(request.Headers.ToDictionary(item => item.Key, item => item.Value.ToString())),
        };
        // The key of a caller is bound to nothing.
        foreach (var (name, values) in request.Query.Where(item => !item.Key.Equals(HostKeys.QueryName, StringComparison.OrdinalIgnoreCase))) data[name] = values[^1];
        foreach (var parameter in pattern.Parameters.Where(parameter => parameter.IsCatchAll)) request.RouteValues.TryAdd(parameter.Name, null);
        foreach (var (name, value) in request.RouteValues) data[name] = value;
        return data;
    }

    private string RouteOf(FunctionDescriptor function, HttpTriggerAttribute trigger)
    {
        var route = string.IsNullOrEmpty(trigger.Route) ? function.Name : hostJson.Expand(trigger.Route);
        if (Reserved.Any(prefix => route.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            throw new InvalidOperationException("The specified route conflicts with one or more built in routes.");
        return hostJson.RoutePrefix.Length == 0 ? route : $"{hostJson.RoutePrefix}/{route}";
    }

    private Task RunAsync(HttpContext http, FunctionDescriptor function, AuthorizationLevel level, RoutePattern pattern) => throttle.RunAsync(http, () =>
    {
        // One that is disabled is there for who has the master key alone.
        if (function.IsDisabled && !IsAllowed(http.Request, function.Name, AuthorizationLevel.Admin)) http.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (!IsAllowed(http.Request, function.Name, level)) http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else return RunAsync(http, function, pattern);
        return Task.CompletedTask;
    });

    private async Task RunAsync(HttpContext http, FunctionDescriptor function, RoutePattern pattern)
    {
        await using var reset = shutdown.DrainExpired.Register(http.Abort);
        // HTTP/1.0 allows it, but no address can be made of it.
        if (!http.Request.Host.HasValue) throw new UriFormatException("Invalid URI: The hostname could not be parsed.");
        InnerHop.Pass(http.Request);
        await integration.ReadAsync(http);
        FunctionContext? run = null;
        var trigger = new TriggerInvocation(TriggerValue: null, BindingData(http.Request, pattern), context => Prepare(http, run = context));
        try
        {
            await invoker.InvokeAsync(function, trigger, http.RequestAborted);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            // The run has logged it.
            RequestGuard.Fail(http);
            // A function that was given up still holds the connection's request and answer: no other may come by it.
            if (exception is FunctionStoppedException { Ended.IsCompleted: false }) http.Response.Headers.Connection = "close";
            return;
        }

        await integration.WriteAsync(http, run!);
    }

    private void Prepare(HttpContext http, FunctionContext context)
    {
        http.Request.Headers["x-ms-invocation-id"] = context.InvocationId;
        integration.Prepare(http, context);
    }

    private bool IsAllowed(HttpRequest request, string function, AuthorizationLevel level)
    {
        if (level is AuthorizationLevel.Anonymous) return true;
        var key = keys.Identify(HostKeys.KeyOf(request), function);
        return key is KeyKind.Master || (key is KeyKind.Function && level is AuthorizationLevel.Function);
    }

    private static partial class Log
    {
        [LoggerMessage(400, LogLevel.Information, "Initializing function HTTP routes")]
        public static partial void Mapping(ILogger logger);

        [LoggerMessage(401, LogLevel.Information, "Mapped function route '{Route}' [{Methods}] to '{Function}'")]
        public static partial void Mapped(ILogger logger, string route, string methods, string function);
    }
}
