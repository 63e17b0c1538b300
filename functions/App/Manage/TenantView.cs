using SyncFunctions.Engine;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="RecordsApi">Whether other systems may post records to the tenant's flows.</param>
public sealed record TenantView(string Id, string Name, DateTimeOffset CreatedAt, bool RecordsApi)
{
    public static TenantView Of(Tenant tenant) => new(tenant.Id.Value, tenant.Name, tenant.CreatedAt, tenant.RecordsApi);

    public IActionResult ToAnswer() => Json.Tagged(this, this);
}

/// <summary>A list, and how to go on where it has more.</summary>
public sealed record ListView<T>(IReadOnlyList<T> Items, string? Continuation = null);
