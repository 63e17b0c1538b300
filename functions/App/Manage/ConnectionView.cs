using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A connection as its administrator sees it: never a secret.</summary>
/// <param name="ConnectUrl">Only where an invitation was just made: its link is not kept.</param>
public sealed record ConnectionView(
    string Id,
    string System,
    string Name,
    ConnectionHealth Health,
    string? HealthDetail,
    ImmutableSortedDictionary<string, string> Settings,
    string? AccountId,
    string? AccountName,
    string? UserName,
    BudgetView? Budget,
    HookView? Webhook,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ConnectedAt,
    Uri? ConnectUrl,
    DateTimeOffset? ConnectUrlExpiresAt)
{
    public IActionResult ToAnswer() => Json.Tagged(this, new ConnectionChoice(Name, Settings));
}

/// <summary>What people choose of a connection: never a secret.</summary>
public sealed record ConnectionChoice(string Name, ImmutableSortedDictionary<string, string> Settings);

/// <param name="Limit">Calls a day.</param>
public sealed record BudgetView(string Plan, int Limit, int UsedToday, DateTimeOffset ResetsAt);

/// <summary>Shows connections, and invites people to connect them.</summary>
public sealed class ConnectionViews(Systems systems, SystemSettings settings, CallBudgets budgets, LookupStore lookups, HookSetup hooks, PublicAddress address, TimeProvider time)
{
    public static readonly TimeSpan InvitationLifetime = TimeSpan.FromDays(7);

    public async Task<ConnectionView> OfAsync(StoredConnection connection, CancellationToken cancellation)
    {
        var catalog = CatalogOf(connection);
        return new ConnectionView(
            connection.Id.Value,
            connection.System,
            connection.Name,
            connection.Health,
            connection.HealthDetail,
            settings.Shown(catalog, connection),
            connection.AccountId,
            connection.AccountName,
            connection.UserName,
            await BudgetAsync(connection, cancellation),
            await hooks.ViewAsync(connection, cancellation),
            connection.CreatedAt,
            connection.ConnectedAt,
            ConnectUrl: null,
            ConnectUrlExpiresAt: null);
    }

    public ConnectionChoice ChosenOf(StoredConnection connection) => new(connection.Name, settings.Shown(CatalogOf(connection), connection));

    /// <summary>With a new link by which one person may connect it, once.</summary>
    public async Task<ConnectionView> InvitedAsync(StoredConnection connection, HttpRequest request, CancellationToken cancellation)
    {
        var view = await OfAsync(connection, cancellation);
        if (CatalogOf(connection).Grant == OAuthGrant.None) return view;
        var code = BrowserCookie.NewSecret();
        var expiresAt = time.GetUtcNow() + InvitationLifetime;
        if (!await lookups.PutInvitationAsync(code, new Invitation(connection.Tenant, connection.Id, expiresAt), cancellation))
            throw new InvalidOperationException("Two random invitations are the same.");
        return view with { ConnectUrl = address.Connect(request, connection.System, code), ConnectUrlExpiresAt = expiresAt };
    }

    /// <summary>Null where the vendor has no budget.</summary>
    public async Task<BudgetView?> BudgetAsync(StoredConnection connection, CancellationToken cancellation)
    {
        var chosen = settings.Of(CatalogOf(connection), connection);
        if (CallBudgets.DailyLimit(CatalogOf(connection), chosen) is not { } limit) return null;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return new BudgetView(
            chosen.GetValueOrDefault(SystemSettings.Plan, ""),
            limit,
            await budgets.UsedTodayAsync(connection.Tenant, connection.Id, cancellation),
            StoredCallBudget.ResetsAt(today));
    }

    public SystemCatalog CatalogOf(StoredConnection connection) => systems[connection.System].Catalog;
}
