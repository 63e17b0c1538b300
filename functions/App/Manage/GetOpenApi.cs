using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

/// <summary>What can be asked of the management API, for people and for tools that make clients.</summary>
public sealed class GetOpenApi
{
    [Function(nameof(GetOpenApi))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = $"{OpenApi.Prefix}openapi.json")] HttpRequest request) => Json.Ok(OpenApi.Document);
}
