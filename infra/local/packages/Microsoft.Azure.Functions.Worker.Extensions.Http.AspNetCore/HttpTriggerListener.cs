using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Maps each function with an HTTP trigger to its route, checks the key and runs it. The web server drains by itself.</summary>
internal sealed partial class HttpTriggerListener(
    FunctionCatalog catalog,
    HostJson hostJson,
    HostKeys keys,
    IFunctionInvoker invoker,
    HostShutdown shutdown,
    ILoggerFactory loggers) : ITriggerListener, IHostEndpoints
{
    // Any route that begins with one of these is refused, also where the prefix would keep it apart.
    private static readonly string[] Reserved = ["admin", "runtime"];
    private readonly ILogger _log = loggers.CreateLogger("Host.Startup");

    public Type TriggerAttribute => typeof(HttpTriggerAttribute);

    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <exception cref="InvalidOperationException">A route is not valid; as with the genuine host nothing starts then.</exception>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var policies = endpoints.ServiceProvider.GetRequiredService<ParameterPolicyFactory>();
        foreach (var function in catalog.Functions)
        {
            if (function.Trigger is not HttpTriggerAttribute trigger) continue;
            var route = string.IsNullOrEmpty(trigger.Route) ? function.Name : hostJson.Expand(trigger.Route);
            if (Reserved.Any(prefix => route.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                Log.Reserved(_log, function.Name);
                continue;
            }

            var pattern = Parse(function, hostJson.RoutePrefix.Length == 0 ? route : $"{hostJson.RoutePrefix}/{route}", policies);
            var http = new HttpFunction(function, trigger.Methods is { Length: > 0 } methods ? methods : null);
            endpoints.Map(pattern, context => RunAsync(context, http, trigger.AuthLevel, pattern)).WithMetadata(http);
            Log.Mapped(_log, pattern.RawText!, http.Methods is null ? "all" : string.Join(',', http.Methods), function.Name);
        }
    }

    private static RoutePattern Parse(FunctionDescriptor function, string template, ParameterPolicyFactory policies)
    {
        try
        {
            var pattern = RoutePatternFactory.Parse(template);
            // An unknown constraint would otherwise come to light with the first request only.
            foreach (var parameter in pattern.Parameters)
            {
                foreach (var policy in parameter.ParameterPolicies) policies.Create(parameter, policy);
            }

            return pattern;
        }
        catch (Exception exception) when (exception is RoutePatternException or InvalidOperationException or RouteCreationException)
        {
            throw new InvalidOperationException($"The route '{template}' of function '{function.Name}' is not valid: {exception.Message}", exception);
        }
    }

    private async Task RunAsync(HttpContext http, HttpFunction function, AuthorizationLevel level, RoutePattern pattern)
    {
        if (!IsAllowed(http.Request, function.Function.Name, level))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        // The addresses of a caller come from the connection alone.
        foreach (var header in (string[])["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"]) http.Request.Headers.Remove(header);
        await using var reset = shutdown.DrainExpired.Register(http.Abort);
        try
        {
            var trigger = new TriggerInvocation(http.Request, BindingData(http.Request, pattern), context => Prepare(http, context));
            await invoker.InvokeAsync(function.Function, trigger, http.RequestAborted);
        }
        catch (Exception) when (!http.Response.HasStarted)
        {
            // The run has logged it.
            RequestGuard.Fail(http);
        }
    }

    private static void Prepare(HttpContext http, FunctionContext context)
    {
        http.RequestServices = context.InstanceServices;
        http.Request.Headers["x-ms-invocation-id"] = context.InvocationId;
        context.Items[FunctionContextExtensions.HttpContextItem] = http;
        context.Features.Set<IFromBodyConversionFeature>(new FromBodyConversion());
    }

    private static Dictionary<string, object?> BindingData(HttpRequest request, RoutePattern pattern)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Query) data[name] = values[^1];
        foreach (var parameter in pattern.Parameters.Where(parameter => parameter.IsCatchAll)) request.RouteValues.TryAdd(parameter.Name, null);
        foreach (var (name, value) in request.RouteValues) data[name] = value;
        return data;
    }

    private bool IsAllowed(HttpRequest request, string function, AuthorizationLevel level)
    {
        if (level is AuthorizationLevel.Anonymous) return true;
        var key = keys.Identify(HostKeys.KeyOf(request), function);
        return key is KeyKind.Master || (key is KeyKind.Function && level is AuthorizationLevel.Function);
    }

    private static partial class Log
    {
        [LoggerMessage(402, LogLevel.Error, "The '{Function}' function is in error: The specified route conflicts with one or more built in routes.")]
        public static partial void Reserved(ILogger logger, string function);

        [LoggerMessage(401, LogLevel.Information, "Mapped function route '{Route}' [{Methods}] to '{Function}'")]
        public static partial void Mapped(ILogger logger, string route, string methods, string function);
    }
}
