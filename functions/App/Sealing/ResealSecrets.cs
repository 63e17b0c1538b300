using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Sealing;

/// <summary>Seals with the current key what older ones have sealed, for up to a minute, and says what is left: asked for again, it goes on.</summary>
public sealed class ResealSecrets(SealedSecrets secrets, SecretKeys keys)
{
    [Function(nameof(ResealSecrets))]
    [Needs(Role.Operator)]
    [Answers(typeof(SecretKeysView))]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/secret-keys/reseal")] HttpRequest request, CancellationToken cancellation)
    {
        await secrets.ResealAsync(cancellation);
        return Json.Ok(SecretKeysView.Of(keys, await secrets.CountAsync(cancellation)));
    }
}
