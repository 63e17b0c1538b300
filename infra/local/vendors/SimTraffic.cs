using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors;

/// <summary>What every call to a vendor's own paths passes through: the faults that are set up, then the count.</summary>
internal static partial class SimTraffic
{
    public static async Task PassAsync(SimSystem system, HttpContext http, RequestDelegate next)
    {
        var prefix = $"/{system.Definition.Name}";
        var path = http.Request.Path.Value![prefix.Length..];
        var fault = system.Faults.Next(http.Request.Method, path + http.Request.QueryString);
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            status = fault is null ? await AnswerAsync(http, next) : await DisturbAsync(system, fault, http, next);
        }
        finally
        {
            system.Stats.Count(new SimCall(http.Request.Method, Template(http.GetEndpoint())?[prefix.Length..] ?? "(no such path)", status, fault?.Kind));
        }
    }

    /// <summary>The path with its parameters' names, <c>/synergy/api/v2/Organisation/{slug}/Projects/{id}</c>.</summary>
    private static string? Template(Endpoint? endpoint) =>
        (endpoint as RouteEndpoint)?.RoutePattern.RawText is { } pattern ? Constraint().Replace($"/{pattern.Trim('/')}", "}") : null;

    [GeneratedRegex(@":\w+}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Constraint();

    private static async Task<int> AnswerAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        return http.RequestAborted.IsCancellationRequested ? 0 : http.Response.StatusCode;
    }

    private static async Task<int> DisturbAsync(SimSystem system, SimFaultRule fault, HttpContext http, RequestDelegate next)
    {
        if (fault.DelayMs > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), system.Options.Time, http.RequestAborted);
        switch (fault.Kind)
        {
            case SimFaultKind.Delay:
                return await AnswerAsync(http, next);
            case SimFaultKind.Status:
                if (fault.RetryAfter is { } seconds)
                    http.Response.Headers.RetryAfter = seconds.ToString();
                await system.Definition.Error(fault.Status, "The service cannot answer this request now.").ExecuteAsync(http);
                return fault.Status;
            case SimFaultKind.Reset:
                http.Abort();
                return 0;
        }

        var body = http.Response.Body;
        using var buffer = new MemoryStream();
        http.Response.Body = buffer;
        await next(http);
        http.Response.Body = body;
        if (fault.Kind == SimFaultKind.PartialBody && buffer.Length > 1)
        {
            // The server sends what it has and closes a connection whose answer ends short; aborting could lose that half as well.
            http.Response.ContentLength = buffer.Length;
            await body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length / 2));
            return 0;
        }

        http.Abort();
        return 0;
    }
}
