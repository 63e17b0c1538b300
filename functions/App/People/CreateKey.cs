using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>A key by which a machine calls the management API for the tenant, shown this once.</summary>
public sealed class CreateKey(Finder finder, MemberStore members, AccessNotices notices, TimeProvider time)
{
    private const int StartLength = 8;

    public sealed record Body([property: Must] string? Name, [property: Must] Role? Role, IReadOnlyList<string>? Groups, DateTimeOffset? ExpiresAt);

    [Function(nameof(CreateKey))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status201Created, typeof(KeyView), ShownOnce = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/keys")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var (caller, owner) = (request.Caller(), await finder.TenantAsync(tenant, cancellation));
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var access = (await members.AccessAsync(owner.Id, cancellation)).Value;
        var now = time.GetUtcNow();
        new BodyCheck().Require("#/name", body.Name).Name("#/name", body.Name).Require("#/role", body.Role).Grant(body.Role, body.Groups, access)
            .When(body.ExpiresAt <= now, "#/expiresAt", "This time is over.").Refuse();
        ImmutableArray<string> groups = [.. (body.Groups ?? []).Distinct()];
        Grants.Require(caller, body.Role!.Value, groups);

        var secret = $"{Callers.KeyPrefix}{BrowserCookie.NewSecret()}";
        var key = new ApiKey(owner.Id, NewId.Choose(null), body.Name!, body.Role.Value, Keys.OfSecret(secret), secret[..StartLength], caller.Name)
        {
            Groups = groups,
            CreatedAt = now,
            ExpiresAt = body.ExpiresAt,
        };
        await members.InsertKeyAsync(key, cancellation);
        await notices.RaiseAsync(owner.Id, null, $"The API key {key.Name} was made ({Json.ToNode(key.Role)})", caller.Name);
        return Json.Created(KeyView.Of(key) with { Key = secret });
    }
}
