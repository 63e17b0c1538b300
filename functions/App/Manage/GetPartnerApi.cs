using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.Connectors.Partner;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>The contract of partner systems, for those who write a server that is to be connected without code.</summary>
public sealed class GetPartnerApi
{
    [Function(nameof(GetPartnerApi))]
    [Needs(Role.Viewer)]
    [Answers(StatusCodes.Status200OK, MediaType = "application/yaml")]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/partner-api.yaml")] HttpRequest request) =>
        new ContentResult { Content = PartnerCatalog.Contract, ContentType = "application/yaml; charset=utf-8" };
}
