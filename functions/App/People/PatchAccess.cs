using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.App.SignIn;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Changes how the people and machines of a tenant may come in, except so that whoever changes it could not come in any more.</summary>
public sealed class PatchAccess(Finder finder, MemberStore members, AccessNotices notices, ClientAddress client, SignInSettings settings)
{
    private const int MinIdleMinutes = 5;
    private const int MaxIdleMinutes = 24 * 60;
    private const int MaxSessionHours = 30 * 24;

    public sealed record Body(IReadOnlyList<string>? AllowedAddresses, bool? IssuerOnly, Given<int?> IdleMinutes = default, Given<int?> SessionHours = default);

    [Function(nameof(PatchAccess))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(AccessView), Tagged = true)]
    [Refuses("changed-since")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "manage/v1/tenants/{tenant}/access")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        Grants.RequireWhole(request.Caller());
        var owner = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var from = client.Of(request);
        Check(request, body).When(
            request.Caller().Role != Role.Operator && body.AllowedAddresses is { } list && !AddressList.Takes(list, from), "#/allowedAddresses", $"Your own address, {from}, is not on the list: you would lock yourself out.").Refuse();
        var changed = await members.ChangeAccessAsync(owner.Id, access =>
        {
            Revision.Begin(request, AccessView.Of(access, yourAddress: null));
            return access with
            {
                AllowedAddresses = body.AllowedAddresses is { } addresses ? [.. addresses.Distinct()] : access.AllowedAddresses,
                Idle = TimeSpan.FromMinutes(body.IdleMinutes.Or((int)access.Idle.TotalMinutes) ?? TenantAccess.Default.Idle.TotalMinutes),
                SessionLength = TimeSpan.FromHours(body.SessionHours.Or((int)access.SessionLength.TotalHours) ?? TenantAccess.Default.SessionLength.TotalHours),
                IssuerOnly = body.IssuerOnly ?? access.IssuerOnly,
            };
        }, cancellation);
        await notices.RaiseAsync(owner.Id, null, "How people and machines may come in was changed", request.Caller().Name);
        return Json.Tagged(AccessView.Of(changed, from?.ToString()), AccessView.Of(changed, yourAddress: null));
    }

    private BodyCheck Check(HttpRequest request, Body body)
    {
        var check = new BodyCheck()
            .When(body.IdleMinutes.Value is < MinIdleMinutes or > MaxIdleMinutes, "#/idleMinutes", $"A session may rest {MinIdleMinutes} to {MaxIdleMinutes} minutes.")
            .When(body.SessionHours.Value is < 1 or > MaxSessionHours, "#/sessionHours", $"A session lasts 1 to {MaxSessionHours} hours.")
            .When(body.AllowedAddresses?.Count > AddressList.MaxLength, "#/allowedAddresses", $"There can be {AddressList.MaxLength} addresses and networks.")
            .When(body.IssuerOnly == true && settings.Issuer is null, "#/issuerOnly", "There is no issuer to sign in by.")
            .When(body.IssuerOnly == true && request.HttpContext.Features.Get<Session>() is { IsLocal: true, IsOperator: false }, "#/issuerOnly", "You have signed in by a password yourself: you would lock yourself out.");
        foreach (var (entry, i) in (body.AllowedAddresses ?? []).Select((entry, i) => (entry, i)))
            check.When(!AddressList.TryParse(entry, out _), $"#/allowedAddresses/{i}", "This is neither an address nor a network, as in 192.0.2.0/24.");
        return check;
    }
}
