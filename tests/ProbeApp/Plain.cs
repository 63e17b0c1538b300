using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.ProbeApp;

/// <summary>The least that a function can do, to measure what the host adds.</summary>
public sealed class Plain
{
    [Function("Plain")]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "plain")] HttpRequest request) => new OkObjectResult("plain");
}
