using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed record TenantView(string Id, string Name, DateTimeOffset CreatedAt)
{
    public static TenantView Of(Tenant tenant) => new(tenant.Id.Value, tenant.Name, tenant.CreatedAt);
}

/// <summary>A list, and how to go on where it has more.</summary>
public sealed record ListView<T>(IReadOnlyList<T> Items, string? Continuation = null);
