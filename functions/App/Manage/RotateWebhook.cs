using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>
/// Makes the address for a vendor's webhooks, or a new one in place of the old. Where a person has to paste it, both it and the secret are
/// shown this once; where the app tells the vendor itself, it does.
/// </summary>
public sealed class RotateWebhook(Finder finder, HookSetup hooks, HookCare care, AccessNotices notices)
{
    /// <param name="Secret">What the vendor signs with, where the vendor gives it; left out, one is made to be given to the vendor.</param>
    public sealed record Body(string? Secret)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    [Function(nameof(RotateWebhook))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(StatusCodes.Status201Created, typeof(NewHook), ShownOnce = true)]
    [Answers(StatusCodes.Status201Created, typeof(HookView))]
    [Refuses("flow-off")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/connections/{connection}/webhook")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = await finder.ConnectionAsync(tenant, connection, cancellation);
        var secret = await SecretAsync(request, cancellation);
        IActionResult answer;
        if (care.IsFor(found.Value.System))
        {
            await care.RenewAsync(found.Value, request, cancellation);
            found = await finder.ConnectionAsync(tenant, connection, cancellation);
            answer = Json.Created(await hooks.ViewAsync(found.Value, cancellation) ?? throw new ProblemException(ProblemType.FlowOff, "No flow that is on and live uses the connection, or nobody is signed in to its system, which is told as soon as both is so."));
        }
        else
        {
            answer = Json.Created(await hooks.RotateAsync(request, found, secret, cancellation));
        }

        await notices.RaiseAsync(found.Value.Tenant, null, "A new address was made for the webhooks of a vendor", request.Caller().Name);
        return answer;
    }

    internal static async Task<string?> SecretAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = request.ContentLength is null or 0 && !request.HasJsonContentType() ? new Body(Secret: null) : await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().When(body.Secret is { Length: < 16 or > 1000 }, "#/secret", "A secret has 16 to 1000 characters.").Refuse();
        return body.Secret;
    }
}
