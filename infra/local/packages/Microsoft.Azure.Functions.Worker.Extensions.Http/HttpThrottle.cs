using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// host.json's <c>maxConcurrentRequests</c> (how many run) and <c>maxOutstandingRequests</c> (how many run or wait); without them there is
/// no limit. What is over the limit is turned away at once.
/// </summary>
internal sealed class HttpThrottle : IDisposable
{
    private readonly int _maxOutstanding;
    private readonly SemaphoreSlim? _running;
    private int _outstanding;

    public HttpThrottle(HostJson hostJson)
    {
        _maxOutstanding = hostJson.Http.GetValue("maxOutstandingRequests", -1) is >= 0 and var outstanding ? outstanding : int.MaxValue;
        if (hostJson.Http.GetValue("maxConcurrentRequests", -1) is > 0 and var concurrent) _running = new SemaphoreSlim(concurrent);
    }

    public async Task RunAsync(HttpContext http, Func<Task> handle)
    {
        try
        {
            if (Interlocked.Increment(ref _outstanding) > _maxOutstanding) TurnAway(http.Response);
            else await WaitAndRunAsync(http, handle);
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    public void Dispose() => _running?.Dispose();

    private static void TurnAway(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers["X-FUNCTION-SCALEOUT"] = "1";
    }

    private async Task WaitAndRunAsync(HttpContext http, Func<Task> handle)
    {
        if (_running is null)
        {
            await handle();
            return;
        }

        await _running.WaitAsync(http.RequestAborted);
        try
        {
            await handle();
        }
        finally
        {
            _running.Release();
        }
    }
}
