using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Sealing;

/// <summary>The keys that secrets are sealed with, and how many each still opens: one that opens none may be taken away.</summary>
public sealed class GetSecretKeys(SealedSecrets secrets, SecretKeys keys)
{
    [Function(nameof(GetSecretKeys))]
    [Needs(Role.Operator)]
    [Answers(typeof(SecretKeysView))]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/secret-keys")] HttpRequest request, CancellationToken cancellation) =>
        Json.Ok(SecretKeysView.Of(keys, await secrets.CountAsync(cancellation)));
}
