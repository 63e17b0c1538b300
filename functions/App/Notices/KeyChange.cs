using Azure;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using System.Reflection;
using Microsoft.AspNetCore.Routing;
using SyncFunctions.App.Access;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>A function that makes or changes what lets somebody in: administrators are told.</summary>
/// <param name="what">A sentence's beginning, for people: "An API key was made".</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KeyChangeAttribute(string what) : Attribute
{
    public string What { get; } = what;
}

/// <summary>Raises a notice after a request that made or changed what lets somebody in.</summary>
public sealed partial class KeyChangeMiddleware(NoticeOutbox outbox, ILogger<KeyChangeMiddleware> log) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);
        if (Routes.All[context.FunctionDefinition.Name].Method.GetCustomAttribute<KeyChangeAttribute>() is not { } change || context.GetHttpContext() is not { } http) return;
        var flow = FlowId.TryParse(http.GetRouteValue("flow") as string, out var one) ? one : (FlowId?)null;
        try
        {
            await RaiseAsync(new TenantId((string)http.GetRouteValue("tenant")!), flow, change.What, http.Request.Caller().Name, context.InvocationId, CancellationToken.None);
        }
        catch (RequestFailedException exception)
        {
            // It is done, and must not look as if it were not.
            Log.NotRaised(log, exception, context.FunctionDefinition.Name);
        }
    }

    internal Task RaiseAsync(TenantId tenant, FlowId? flow, string what, string who, string request, CancellationToken cancellation) =>
        outbox.RaiseAsync(tenant, flow, NoticeEvent.KeyChanged, request, [(NoticeFact.What, what), (NoticeFact.Who, NoticeText.OneLine(who))], cancellation);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Nobody is told of {Function}: its notice could not be stored.")]
        public static partial void NotRaised(ILogger log, Exception exception, string function);
    }
}
