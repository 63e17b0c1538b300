using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>Who is told what by which channel: the rules as a whole.</summary>
public sealed class PutNotices(Finder finder, NoticeBook book, NoticeStore notices, NoticeRulesCheck reader, PublicAddress addresses)
{
    /// <param name="DigestAt">Hours and minutes, <c>07:00</c>; what is left out stays.</param>
    /// <param name="TimeZone">An IANA name, such as <c>Europe/Berlin</c>.</param>
    /// <param name="DigestAlways">Whether a digest is sent although there is nothing to tell.</param>
    public sealed record Body([property: Must] IReadOnlyList<RuleView>? Rules, string? DigestAt, string? TimeZone, bool? DigestAlways);

    [Function(nameof(PutNotices))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(NoticeRulesView), Tagged = true)]
    [Refuses("changed-meanwhile", "changed-since")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "manage/v1/tenants/{tenant}/notices")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var id = (await finder.TenantAsync(tenant, cancellation)).Id;
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var before = await book.LoadAsync(id, cancellation);
        Revision.Begin(request, NoticeRulesView.Of(before.Value, isDefault: false).Choose());
        var check = new BodyCheck();
        var wanted = reader.Read(id, before.Value, body, check) with { MadeAt = addresses.Base(request) };
        check.Refuse();
        if (await notices.PutRulesAsync(id, wanted, before.ETag, cancellation) is null)
            throw new ProblemException(ProblemType.ChangedMeanwhile, "Somebody else changed the rules at the same time. Look at them again.");
        return NoticeRulesView.Of(wanted, isDefault: false).ToAnswer();
    }
}
