using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Access;

/// <summary>
/// Lets a request through to a function only if its caller may call it. What is another tenant's, or out of the reach of the caller's
/// groups, is as unknown as what does not exist.
/// </summary>
public sealed class AccessMiddleware(Callers callers) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var route = Routes.All[context.FunctionDefinition.Name];
        if (route.Open is null) await AdmitAsync(route, context.GetHttpContext() ?? throw new InvalidOperationException("There is no request."));
        await next(context);
    }

    internal async Task AdmitAsync(Route route, HttpContext http)
    {
        var needs = route.Needs ?? throw new InvalidOperationException($"{route.Function} does not say who may call it.");
        var (tenant, flow) = (http.GetRouteValue("tenant") as string, http.GetRouteValue("flow") as string);
        var known = TenantId.TryParse(tenant, out var id) ? id : (TenantId?)null;
        if (await callers.FindAsync(http.Request, known, http.RequestAborted) is not { } caller)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ProblemException(ProblemType.SignInNeeded, "Sign in, or send a key that is good.");
        }

        if (tenant is not null && caller.Tenant is { } own && known != own) throw ProblemException.NotFound("tenant");
        FlowId? named = FlowId.TryParse(flow, out var one) ? one : null;
        if (named is { } asked && !caller.MaySee(asked)) throw ProblemException.NotFound("flow");

        // Before the refusal: the audit log says who was refused.
        http.Features.Set(caller);
        if (!caller.May(needs.Role, needs.Act, named)) throw Refused(caller, needs);
    }

    private static ProblemException Refused(Caller caller, NeedsAttribute needs) => new(
        ProblemType.NotAllowed,
        caller.Role < needs.Role
            ? $"This needs the role {Json.ToNode(needs.Role)}; {caller.Name} has the role {Json.ToNode(caller.Role)}."
            : $"The groups of {caller.Name} leave this out: {Json.ToNode(needs.Act)}.");
}
