using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>A secret with which notices to an address are signed, shown this once; beside a new one the old counts for a day.</summary>
public sealed class RotateNoticeSecret(Finder finder, NoticeBook book, WebhookSender sender, AccessNotices notices)
{
    private const int MostAddresses = 20;

    /// <param name="Webhook">The address, as a rule names it, or is going to.</param>
    public sealed record Body([property: Must] string? Webhook);

    /// <param name="ReplacedUntil">Until then it is signed with the secret before, too; null where there was none.</param>
    public sealed record View(string Webhook, string Secret, DateTimeOffset? ReplacedUntil)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(View);
    }

    [Function(nameof(RotateNoticeSecret))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status201Created, typeof(View), ShownOnce = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/notices/secret")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var id = (await finder.TenantAsync(tenant, cancellation)).Id;
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().When(sender.WhyNot(body.Webhook) is not null, "#/webhook", sender.WhyNot(body.Webhook) ?? "").Refuse();
        var (key, secret) = (NoticeEndpoint.KeyOf(body.Webhook!), StandardWebhooks.NewSecret());
        var changed = await book.ChangeAsync(id, rules =>
        {
            var known = rules.Endpoints.GetValueOrDefault(key) ?? book.Endpoint(id, body.Webhook!, body.Webhook!);
            if (rules.Endpoints.Count >= MostAddresses && !rules.Endpoints.ContainsKey(key)) throw JsonBody.Invalid($"There are {MostAddresses} addresses at most.", "#/webhook");
            return rules with { Endpoints = rules.Endpoints.SetItem(key, book.WithSecret(id, known, secret)) };
        }, cancellation);
        await notices.RaiseAsync(id, null, "A secret was made with which notices are signed", request.Caller().Name);
        return Json.Created(new View(body.Webhook!, secret, changed.Endpoints[key].Secret?.ReplacedUntil));
    }
}
