using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;

namespace SyncFunctions.App.Problems;

/// <summary>The page to which the <c>type</c> of a problem leads: what it means, where it comes from and what to do.</summary>
public sealed class GetProblem
{
    [Function(nameof(GetProblem))]
    [Open("It holds nothing that the documentation does not.")]
    [Answers(StatusCodes.Status200OK, MediaType = "text/html")]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "problems/{name}")] HttpRequest request, string name) =>
        ProblemType.Find(name) is { } type ? Page(type, ProblemText.All[type]) : throw ProblemException.NotFound("type of problem");

    private static HtmlPage Page(ProblemType type, ProblemText text) => new(StatusCodes.Status200OK, type.Title, text.Meaning)
    {
        Sections = [new("Usual causes", text.Causes), new("What to do", text.Steps), new("For programs", [$"The type is {type.Address}, the status {type.Status}."])],
    };
}
