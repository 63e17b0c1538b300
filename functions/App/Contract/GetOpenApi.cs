using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Contract;

/// <summary>What can be asked of the management API, for people and for tools that make clients.</summary>
public sealed class GetOpenApi
{
    [Function(nameof(GetOpenApi))]
    [Open("It holds nothing that the documentation does not.")]
    [Answers(typeof(JsonNode))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) => Json.Ok(OpenApi.Document);
}
