using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Notices;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A secret with which the webhooks to an address are signed, shown this once; beside a new one the old counts for a day.</summary>
public sealed class RotateReactionSecret(Finder finder, FlowStore flows, SecretBox box, WebhookSender sender, AccessNotices notices, TimeProvider time)
{
    private const int MostAddresses = 20;

    /// <param name="Webhook">The address, as it stands in a reaction.</param>
    public sealed record Body([property: Must] string? Webhook);

    /// <param name="ReplacedUntil">Until then it is signed with the secret before, too; null where there was none.</param>
    public sealed record View(string Webhook, string Secret, DateTimeOffset? ReplacedUntil)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(View);
    }

    [Function(nameof(RotateReactionSecret))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status201Created, typeof(View), ShownOnce = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/reactions/secret")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().When(sender.WhyNot(body.Webhook) is not null, "#/webhook", sender.WhyNot(body.Webhook) ?? "").Refuse();
        var secret = StandardWebhooks.NewSecret();
        var changed = await flows.ChangeAsync(found.Key, stored =>
        {
            var before = stored.WebhookSecrets.GetValueOrDefault(body.Webhook!);
            if (before is null && stored.WebhookSecrets.Count >= MostAddresses) throw JsonBody.Invalid($"A flow has secrets for {MostAddresses} addresses at most.", "#/webhook");
            return stored with { WebhookSecrets = stored.WebhookSecrets.SetItem(body.Webhook!, box.Seal(stored.Key.Tenant, stored.Left, secret, before, time.GetUtcNow())) };
        }, cancellation);
        await notices.RaiseAsync(found.Key.Tenant, found.Key.Flow, "A secret was made with which webhooks of reactions are signed", request.Caller().Name);
        return Json.Created(new View(body.Webhook!, secret, changed?.Value.WebhookSecrets[body.Webhook!].ReplacedUntil));
    }
}
