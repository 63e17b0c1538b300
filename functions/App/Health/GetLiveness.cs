using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Health;

/// <summary>For probes: the app answers. It asks nothing of anything else, so that no outage but its own restarts it.</summary>
public sealed class GetLiveness
{
    public sealed record View(string Status);

    [Function(nameof(GetLiveness))]
    [Open("It says no more than that the app answers.")]
    [Answers(typeof(View))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) => Json.Ok(new View("alive"));
}
