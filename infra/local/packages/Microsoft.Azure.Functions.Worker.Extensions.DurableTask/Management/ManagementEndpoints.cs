using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;

/// <summary>The addresses at which orchestrations are managed over HTTP, with the extension's system key or the master key.</summary>
internal sealed class ManagementEndpoints(KeyGuard guard, DurableHost host, ManagementLinks links) : IHostEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.Map(ManagementLinks.BasePath + "/{**path}", guard.Only(AnswerAsync, ManagementLinks.SystemKey));

    private async Task AnswerAsync(HttpContext context)
    {
        var call = new ManagementCall(context, host, links);
        try
        {
            await RouteAsync(call, context.Request.Method, Segments(context));
        }
        catch (ArgumentException exception)
        {
            await call.AnswerAsync(StatusCodes.Status400BadRequest, ManagementCall.Error("One or more of the arguments submitted is incorrect", exception));
        }
        catch (NotSupportedException exception)
        {
            await call.AnswerAsync(StatusCodes.Status501NotImplemented, ManagementCall.Error("The embedded durable engine does not do this", exception));
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            await call.AnswerAsync(StatusCodes.Status500InternalServerError, ManagementCall.Error("Something went wrong while processing your request", exception));
        }
    }

    private static Task RouteAsync(ManagementCall call, string method, string[] segments) => (method, segments) switch
    {
        _ when !call.IsForThisHub => call.NotFoundAsync(),
        ("POST", ["orchestrators", var name]) => call.StartAsync(name, instanceId: null),
        ("POST", ["orchestrators", var name, var id]) => call.StartAsync(name, id),
        ("GET", ["instances"]) => call.ListAsync(),
        ("DELETE", ["instances"]) => call.PurgeMatchingAsync(),
        ("GET", ["instances", var id]) => call.ShowAsync(id),
        ("DELETE", ["instances", var id]) => call.PurgeAsync(id),
        ("POST", ["instances", var id, "terminate"]) => call.TerminateAsync(id),
        ("POST", ["instances", var id, "suspend"]) => call.SuspendAsync(id),
        ("POST", ["instances", var id, "resume"]) => call.ResumeAsync(id),
        ("POST", ["instances", var id, "rewind"]) => call.RewindAsync(id),
        ("POST", ["instances", var id, "restart"]) => call.RestartAsync(id),
        ("POST", ["instances", var id, "raiseevent", var name]) => call.RaiseEventAsync(id, name),
        // There are no entities here, so each of them is unknown.
        ("GET", ["entities"] or ["entities", _]) => call.AnswerAsync(StatusCodes.Status200OK, Array.Empty<object>()),
        ("POST" or "DELETE", ["entities", _, _]) => throw new NotSupportedException("The embedded durable engine has no entities."),
        _ => call.NotFoundAsync(),
    };

    /// <summary>The path below the base, split; the words of the addresses in lower case. A %2F divides, as it does for the genuine extension.</summary>
    private static string[] Segments(HttpContext context)
    {
        var path = ((string?)context.Request.RouteValues["path"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var segments = path.Trim('/').Split('/');
        segments[0] = segments[0].ToLowerInvariant();
        if (segments is ["instances", _, _, ..]) segments[2] = segments[2].ToLowerInvariant();
        return segments;
    }
}
