using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Data;
using SyncFunctions.App.Problems;
using SyncFunctions.App.SignIn;
using SyncFunctions.Engine;
using SyncFunctions.State;
using Route = SyncFunctions.App.Access.Route;

namespace SyncFunctions.App.Audit;

/// <summary>Writes down who did what, and who was not allowed to. What a request repeats that was answered before is not done again, and not written again.</summary>
public sealed partial class AuditMiddleware(AuditLog log, RefusalPace refusals, ClientAddress client, TimeProvider time, ILogger<AuditMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) => RunAsync(Routes.All[context.FunctionDefinition.Name], context.GetHttpContext()!, async () =>
    {
        await next(context);
        return context.GetInvocationResult().Value;
    });

    internal async Task RunAsync(Route route, HttpContext http, Func<Task<object?>> next)
    {
        try
        {
            var result = await next();
            if (!IsWritten(route, http.Request.Method) || result is KeptAnswer.Replayed) return;
            if (StatusOf(result) is var status && status < StatusCodes.Status400BadRequest) await WriteAsync(route, http, result, status);
            else await NoteRefusalAsync(route, http, status);
        }
        catch (ProblemException problem) when (problem.Type == ProblemType.NotAllowed || problem.Type == ProblemType.SignInRefused)
        {
            await NoteRefusalAsync(route, http, problem.Type.Status);
            throw;
        }
    }

    /// <summary>Whether it changes something of a tenant's, or is somebody's coming and going.</summary>
    public static bool IsWritten(Route route, string method) =>
        (!HttpMethods.IsGet(method) || route.Function == nameof(FinishIssuerSignIn)) && (route.Path.StartsWith(OpenApi.Prefix, StringComparison.Ordinal) || route.Path.Split('/')[0] == "session");

    private async Task NoteRefusalAsync(Route route, HttpContext http, int status)
    {
        if (http.Features.Get<Caller>() is { } caller && refusals.MayNote(caller.Id)) await WriteAsync(route, http, null, status);
    }

    /// <summary>What was done is done: that it could not be written down is said in the log of the app, not to the caller.</summary>
    private async Task WriteAsync(Route route, HttpContext http, object? result, int status)
    {
        if (http.Features.Get<Caller>() is not { } caller) return;
        var answer = result as JsonAnswer;
        var body = answer?.ToNode() as JsonObject;
        var entry = new AuditEntry(time.GetUtcNow(), new AuditWho(Json.ToNode(caller.Kind)!.GetValue<string>(), caller.Id, caller.Name), route.Function, status)
        {
            Target = TargetOf(http, body),
            Changes = answer?.Chosen is { } after && http.Features.Get<Revision>() is { } revision ? AuditChanges.Between(revision.Before, after) : [],
            Address = client.Of(http.Request)?.ToString(),
        };
        // Of what was erased nothing may be left but that somebody did it.
        var tenant = route.Function == nameof(EraseTenant) ? null : TenantId.TryParse(http.GetRouteValue("tenant") as string, out var named) ? named : caller.Tenant;
        try
        {
            await log.AppendAsync(tenant, entry, CancellationToken.None);
        }
        catch (Azure.RequestFailedException failure)
        {
            Log.NotWritten(logger, failure, route.Function, caller.Id);
        }
    }

    /// <summary>What the address names, and what was made; of what was erased nothing.</summary>
    private static ImmutableSortedDictionary<string, string> TargetOf(HttpContext http, JsonObject? body)
    {
        var target = http.GetRouteData().Values.Where(value => value is { Key: not ("tenant" or "erased"), Value: string }).ToImmutableSortedDictionary(value => value.Key, value => (string)value.Value!);
        foreach (var name in new[] { "id", "runId" })
        {
            if (body?[name] is JsonValue made && made.TryGetValue<string>(out var id) && !target.ContainsValue(id)) target = target.SetItem(name, id);
        }

        return target;
    }

    private static int StatusOf(object? result) => result switch
    {
        JsonAnswer answer => answer.Status,
        StatusCodeResult done => done.StatusCode,
        HtmlPage page => page.Status,
        ConsentRedirect => StatusCodes.Status302Found,
        _ => StatusCodes.Status200OK,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "What {Caller} did with {Function} could not be written down.")]
        public static partial void NotWritten(ILogger log, Exception exception, string function, string caller);
    }
}
