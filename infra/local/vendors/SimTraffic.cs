using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors;

/// <summary>What every call to a vendor's own paths passes through: the faults that are set up, and the count.</summary>
internal static partial class SimTraffic
{
    private const int BrokenOff = 0;

    public static async Task PassAsync(SimSystem system, HttpContext http, RequestDelegate next)
    {
        var prefix = $"/{system.Definition.Name}";
        var fault = system.Faults.Next(http.Request.Method, http.Request.Path.Value![prefix.Length..] + http.Request.QueryString);
        var counted = false;
        void Count(int status)
        {
            if (!counted)
                system.Stats.Count(new SimCall(http.Request.Method, Template(http.GetEndpoint())?[prefix.Length..] ?? "(no such path)", status, fault?.Kind));
            counted = true;
        }

        try
        {
            if (fault?.DelayMs > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), system.Options.Time, http.RequestAborted);
            switch (fault?.Kind)
            {
                case SimFaultKind.Reset:
                    Count(BrokenOff);
                    http.Abort();
                    break;
                case SimFaultKind.DropAfterApply or SimFaultKind.PartialBody:
                    await BreakOffAsync(http, next, () => Count(BrokenOff), half: fault.Kind == SimFaultKind.PartialBody);
                    break;
                default:
                    // Counted before the first byte is sent: who has the answer finds it in the count.
                    http.Response.OnStarting(() =>
                    {
                        Count(http.Response.StatusCode);
                        return Task.CompletedTask;
                    });
                    await (fault?.Kind == SimFaultKind.Status ? RefuseAsync(system, fault, http) : next(http));
                    break;
            }
        }
        catch
        {
            Count(http.RequestAborted.IsCancellationRequested ? BrokenOff : StatusCodes.Status500InternalServerError);
            throw;
        }
    }

    /// <summary>The path with its parameters' names, <c>/synergy/api/v2/Organisation/{slug}/Projects/{id}</c>.</summary>
    private static string? Template(Endpoint? endpoint) =>
        (endpoint as RouteEndpoint)?.RoutePattern.RawText is { } pattern ? Constraint().Replace($"/{pattern.Trim('/')}", "}") : null;

    [GeneratedRegex(@":\w+}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Constraint();

    private static Task RefuseAsync(SimSystem system, SimFaultRule fault, HttpContext http)
    {
        if (fault.RetryAfter is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString();
        return system.Definition.Error(fault.Status, "The service cannot answer this request now.").ExecuteAsync(http);
    }

    private static async Task BreakOffAsync(HttpContext http, RequestDelegate next, Action count, bool half)
    {
        var body = http.Response.Body;
        using var buffer = new MemoryStream();
        http.Response.Body = buffer;
        await next(http);
        http.Response.Body = body;
        count();
        if (!half || buffer.Length < 2)
        {
            http.Abort();
            return;
        }

        // The server sends what it has and closes a connection whose answer ends short; aborting could lose that half as well.
        http.Response.ContentLength = buffer.Length;
        await body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length / 2));
    }
}
