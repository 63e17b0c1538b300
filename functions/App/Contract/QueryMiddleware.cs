using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using SyncFunctions.App.Access;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Contract;

/// <summary>Refuses query parameters that a function does not read: whoever misspells a filter would take the whole list for what it lets through.</summary>
public sealed class QueryMiddleware : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        Check(Routes.All[context.FunctionDefinition.Name], context.GetHttpContext()!.Request);
        return next(context);
    }

    internal static void Check(Route route, HttpRequest request)
    {
        if (!route.Path.StartsWith(OpenApi.Prefix, StringComparison.Ordinal)) return;
        if (request.Query.Keys.FirstOrDefault(name => !route.Query.Contains(name)) is not { } unknown) return;
        throw new ProblemException(
            ProblemType.InvalidRequest,
            route.Query.Count == 0 ? $"The query parameter '{unknown}' is not known: there are none here." : $"The query parameter '{unknown}' is not known. Here are: {string.Join(", ", route.Query)}.");
    }
}
