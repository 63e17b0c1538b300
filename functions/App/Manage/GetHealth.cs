using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

/// <summary>For probes: the app answers. It asks nothing of anything else, so that a vendor's outage restarts nobody.</summary>
public sealed class GetHealth
{
    public sealed record Health(string Status);

    [Function(nameof(GetHealth))]
    [Open("It says no more than that the app answers.")]
    [Answers(typeof(Health))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) => Json.Ok(new Health("ok"));
}
