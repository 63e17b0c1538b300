using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Host.Tests.Invocation;

public sealed class ScopedThing : IDisposable
{
    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}

public sealed class InvocationSamples(Recorder recorder, ScopedThing thing, ILogger<InvocationSamples> logger)
{
    [Function("Scoped")]
    public IActionResult Scoped([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "scoped")] HttpRequest request, FunctionContext context)
    {
        recorder.Say(thing);
        context.GetLogger("Mine").LogInformation("by name");
        logger.LogInformation("by type");
        return new OkObjectResult(context.Items.TryGetValue("mark", out var mark) ? mark : "none");
    }

    [Function("Wait")]
    public async Task<IActionResult> Wait([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "wait")] HttpRequest request, CancellationToken cancellation)
    {
        recorder.Say("begin");
        try
        {
            await recorder.PassGateAsync(cancellation);
            recorder.Say("end");
            return new OkObjectResult("done");
        }
        catch (OperationCanceledException)
        {
            recorder.Say("cancelled");
            throw;
        }
    }

    [Function("Aborted")]
    public async Task Aborted([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "aborted")] HttpRequest request, FunctionContext context, CancellationToken bound)
    {
        recorder.Say("begin");
        try
        {
            await recorder.PassGateAsync(request.HttpContext.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // Each of them fires, within a moment.
            await Task.WhenAll(FiredAsync(bound), FiredAsync(context.CancellationToken));
            recorder.Say("all");
            throw;
        }
    }

    [Function("Deaf")]
    public async Task<IActionResult> Deaf([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "deaf")] HttpRequest request)
    {
        recorder.Say("begin");
        await recorder.PassGateAsync(CancellationToken.None);
        return new OkResult();
    }

    private static async Task FiredAsync(CancellationToken token)
    {
        var fired = new TaskCompletionSource();
        await using var registration = token.Register(fired.SetResult);
        await fired.Task.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
    }
}
