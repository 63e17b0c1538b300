using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.ProbeApp;

/// <summary>Answers after the milliseconds that it was asked to wait.</summary>
public sealed class Hello(Journal journal)
{
    [Function("Hello")]
    public async Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hello")] HttpRequest request, int? wait)
    {
        journal.Add("Hello", "began");
        await Task.Delay(wait ?? 0, request.HttpContext.RequestAborted);
        journal.Add("Hello", "ended");
        return new OkObjectResult("hello");
    }
}
