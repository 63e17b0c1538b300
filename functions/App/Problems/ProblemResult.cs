using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace SyncFunctions.App.Problems;

/// <summary>A refusal as problem details (RFC 9457).</summary>
public sealed class ProblemResult(ProblemException problem) : IActionResult
{
    public const string MediaType = "application/problem+json";

    public ProblemType Type => problem.Type;

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = problem.Type.Status;
        response.Headers.CacheControl = "no-store";
        var body = new JsonObject
        {
            ["type"] = problem.Type.Address,
            ["title"] = problem.Type.Title,
            ["status"] = problem.Type.Status,
            ["detail"] = problem.Message,
            ["trace_id"] = TraceId(context.HttpContext),
        };
        if (!problem.Errors.IsEmpty) body["errors"] = Json.ToNode(problem.Errors);
        foreach (var (name, value) in problem.Extensions) body[name] = Json.ToNode(value);
        if (problem.RetryAt is { } at)
        {
            var seconds = Math.Max(1, (long)Math.Ceiling((at - Now(context.HttpContext)).TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            body["retry_after_seconds"] = seconds;
        }

        response.ContentType = MediaType;
        await response.WriteAsync(body.ToJsonString(Json.Options), context.HttpContext.RequestAborted);
    }

    /// <summary>The id under which the log tells more.</summary>
    public static string TraceId(HttpContext http) => Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;

    private static DateTimeOffset Now(HttpContext http) =>
        ((TimeProvider?)http.RequestServices?.GetService(typeof(TimeProvider)) ?? TimeProvider.System).GetUtcNow();
}
