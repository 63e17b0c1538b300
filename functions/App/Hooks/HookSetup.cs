using System.Text;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <param name="Url">To be pasted at the vendor. Shown this once: it is not kept.</param>
/// <param name="Secret">What the vendor is to sign with, where it was made here; shown this once.</param>
/// <param name="Replaced">The address before this one has ended.</param>
public sealed record NewHook(Uri Url, string? Secret, bool Replaced)
{
    /// <summary>No secret in a log.</summary>
    public override string ToString() => nameof(NewHook);
}

/// <param name="LastCalledAt">To about a minute; null where nothing ever came.</param>
public sealed record HookView(DateTimeOffset CreatedAt, DateTimeOffset? LastCalledAt);

/// <summary>Makes, replaces and ends the address that a vendor's webhooks come to.</summary>
public sealed class HookSetup(ConnectionStore connections, LookupStore lookups, SecretBox box, Systems systems, HookRoutes routes, PublicAddress address, TimeProvider time)
{
    /// <summary>A new address for a connection; one that it had ends with this.</summary>
    /// <param name="secret">What the vendor signs with, where the vendor has chosen it; made here if null.</param>
    public async Task<NewHook> RotateAsync(HttpRequest request, Versioned<StoredConnection> connection, string? secret, CancellationToken cancellation)
    {
        if (systems[connection.Value.System].Catalog is not { Webhooks: { } format } catalog)
            throw new ProblemException(ProblemType.InvalidRequest, $"{systems[connection.Value.System].Catalog.DisplayName} has no webhooks; it is polled.");
        if (format.Verify is null && secret is not null)
            throw JsonBody.Invalid($"{catalog.DisplayName} does not sign its webhooks, so there is no secret.", "#/secret");

        var hook = BrowserCookie.NewSecret();
        var hash = Keys.OfSecret(hook);
        var (tenant, id) = (connection.Value.Tenant, connection.Value.Id);
        var chosen = format.Verify is null ? null : secret ?? BrowserCookie.NewSecret();

        // The way in before the connection that takes it; the connection's own word decides, so nothing is open in between.
        if (!await lookups.PutHookAsync(hash, new HookTarget(tenant, id), cancellation)) throw new InvalidOperationException("Two random hook ids are the same.");
        var made = new ConnectionHook(hash, chosen is null ? null : box.Seal(tenant, id, Encoding.UTF8.GetBytes(chosen)), time.GetUtcNow());
        var before = await ReplaceAsync(connection, made, cancellation);
        return new NewHook(address.Webhook(request, hook), secret is null ? chosen : null, before is not null);
    }

    /// <returns>False where there is no address to end.</returns>
    public async Task<bool> EndAsync(Versioned<StoredConnection> connection, CancellationToken cancellation) => await ReplaceAsync(connection, null, cancellation) is not null;

    /// <summary>Null where the connection has no hook.</summary>
    public async Task<HookView?> ViewAsync(StoredConnection connection, CancellationToken cancellation) =>
        connection.Hook is { } hook ? new HookView(hook.CreatedAt, (await lookups.FindHookAsync(hook.IdHash, cancellation))?.Value.LastCalledAt) : null;

    private async Task<ConnectionHook?> ReplaceAsync(Versioned<StoredConnection> connection, ConnectionHook? hook, CancellationToken cancellation)
    {
        while (true)
        {
            var before = connection.Value.Hook;
            if (await connections.ReplaceAsync(connection with { Value = connection.Value with { Hook = hook } }, cancellation) is not null)
            {
                if (before is null) return null;
                routes.Forget(before.IdHash);
                await lookups.RemoveHookAsync(before.IdHash, cancellation);
                return before;
            }

            connection = await connections.GetAsync(connection.Value.Tenant, connection.Value.Id, cancellation) ?? throw ProblemException.NotFound("connection");
        }
    }
}
