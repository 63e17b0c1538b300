using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Health;

/// <summary>For probes: whether the app can do its work, which needs tables, queues and the vault. What it is that fails is for operators only.</summary>
public sealed class GetReadiness(Readiness readiness, Callers callers)
{
    /// <param name="Checks">Null for whoever is no operator.</param>
    public sealed record View(string Status, ImmutableArray<Check>? Checks = null);

    [Function(nameof(GetReadiness))]
    [Open("It says no more than whether the app can do its work; the rest is told to operators.")]
    [Answers(typeof(View))]
    [Refuses("not-ready")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request, CancellationToken cancellation)
    {
        var checks = await readiness.LookAsync(cancellation);
        var all = callers.IsOperator(request);
        if (checks.All(check => check.Failure is null)) return Json.Ok(new View("ready", all ? checks : null));
        throw new ProblemException(ProblemType.NotReady, "The app cannot do its work at the moment.")
        {
            Extensions = all ? ImmutableSortedDictionary<string, object?>.Empty.Add("checks", Json.ToNode(checks)) : ImmutableSortedDictionary<string, object?>.Empty,
        };
    }
}
