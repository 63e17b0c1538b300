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

/// <param name="Secret">What the vendor is to sign with, where it was made here; shown this once.</param>
/// <param name="ReplacedUntil">Until then what is signed with the secret before is taken, too.</param>
public sealed record NewHookSecret(string? Secret, DateTimeOffset ReplacedUntil)
{
    /// <summary>No secret in a log.</summary>
    public override string ToString() => nameof(NewHookSecret);
}

/// <param name="LastCalledAt">To about a minute; null where nothing ever came.</param>
/// <param name="Registered">Whether the app has told the vendor of the address; null where a person has to.</param>
/// <param name="Problem">Why the vendor does not call, or may not.</param>
public sealed record HookView(DateTimeOffset CreatedAt, DateTimeOffset? LastCalledAt, bool? Registered, string? Problem);

/// <summary>Makes, replaces and ends the addresses that vendors' webhooks come to, and the secrets that those are signed with.</summary>
public sealed class HookSetup(ConnectionStore connections, LookupStore lookups, SecretBox box, Systems systems, HookRoutes routes, PublicAddress address, TimeProvider time)
{
    /// <summary>How long a secret counts that another has taken the place of: a person has to get to the vendor, and what is under way may come again for hours.</summary>
    public static readonly TimeSpan ReplacedKeptFor = TimeSpan.FromDays(1);

    /// <summary>A new address for a connection, for a person to paste; one that it had ends with this.</summary>
    /// <param name="request">Came to the app's own address.</param>
    /// <param name="connection">As it is stored.</param>
    /// <param name="secret">What the vendor signs with, where the vendor has chosen it; made here if null, unless the vendor may sign nothing.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task<NewHook> RotateAsync(HttpRequest request, Versioned<StoredConnection> connection, string? secret, CancellationToken cancellation)
    {
        var format = PastedFormat(connection.Value);
        if (!HasSecret(format) && secret is not null) throw NoSecret(connection.Value);
        var chosen = HasSecret(format) && !format.MayBeUnsigned ? secret ?? BrowserCookie.NewSecret() : secret;
        var (hook, made) = await MakeAsync(connection.Value, chosen, cancellation);
        var before = await ReplaceAsync(connection, made, cancellation);
        return new NewHook(PublicAddress.Webhook(address.Base(request), connection.Value.System, hook), secret is null ? chosen : null, before is not null);
    }

    /// <summary>A new secret at the same address; the one before counts for a while yet.</summary>
    /// <param name="connection">As it is stored.</param>
    /// <param name="secret">The vendor's; made here if null, where it takes ours.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task<NewHookSecret> RotateSecretAsync(Versioned<StoredConnection> connection, string? secret, CancellationToken cancellation)
    {
        var format = PastedFormat(connection.Value);
        if (!HasSecret(format)) throw NoSecret(connection.Value);
        if (format.MayBeUnsigned && secret is null) throw JsonBody.Invalid($"{systems[connection.Value.System].Catalog.DisplayName} chooses the secret: name it.", "#/secret");
        var chosen = secret ?? BrowserCookie.NewSecret();
        var until = time.GetUtcNow() + ReplacedKeptFor;
        while (true)
        {
            if (connection.Value.Hook is not { } hook) throw ProblemException.NotFound("webhook");
            if (await connections.ReplaceAsync(connection with { Value = connection.Value with { Hook = WithSecret(connection.Value, hook, chosen) } }, cancellation) is not null)
            {
                routes.Forget(hook.IdHash);
                return new NewHookSecret(secret is null ? chosen : null, until);
            }

            connection = await AgainAsync(connection, cancellation);
        }
    }

    /// <returns>False where there is no address to end.</returns>
    public async Task<bool> EndAsync(Versioned<StoredConnection> connection, CancellationToken cancellation) => await ReplaceAsync(connection, null, cancellation) is not null;

    /// <summary>Null where the connection has no hook.</summary>
    public async Task<HookView?> ViewAsync(StoredConnection connection, CancellationToken cancellation) => connection.Hook is { } hook
        ? new HookView(hook.CreatedAt, (await lookups.FindHookAsync(hook.IdHash, cancellation))?.Value.LastCalledAt, hook.Registration is { } registration ? !registration.Ids.IsEmpty : null, hook.Registration?.Problem)
        : null;

    /// <summary>A way in for a connection, which takes it once the hook is stored with it: the connection's own word decides, so nothing is open in between.</summary>
    internal async Task<(string Id, ConnectionHook Hook)> MakeAsync(StoredConnection connection, string? secret, CancellationToken cancellation)
    {
        var id = BrowserCookie.NewSecret();
        var hash = Keys.OfSecret(id);
        if (!await lookups.PutHookAsync(hash, new HookTarget(connection.Tenant, connection.Id), cancellation)) throw new InvalidOperationException("Two random hook ids are the same.");
        return (id, new ConnectionHook(hash, secret is null ? null : Seal(connection, secret), time.GetUtcNow()));
    }

    /// <summary>The hook with a secret in place of the one that it has, which counts for a while yet.</summary>
    internal ConnectionHook WithSecret(StoredConnection connection, ConnectionHook hook, string secret) =>
        hook with { Secret = Seal(connection, secret), ReplacedSecret = hook.Secret, ReplacedUntil = hook.Secret is null ? null : time.GetUtcNow() + ReplacedKeptFor };

    /// <returns>The hook that the connection had.</returns>
    internal async Task<ConnectionHook?> ReplaceAsync(Versioned<StoredConnection> connection, ConnectionHook? hook, CancellationToken cancellation)
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

            connection = await AgainAsync(connection, cancellation);
        }
    }

    private byte[] Seal(StoredConnection connection, string secret) => box.Seal(connection.Tenant, connection.Id, Encoding.UTF8.GetBytes(secret));

    private async Task<Versioned<StoredConnection>> AgainAsync(Versioned<StoredConnection> connection, CancellationToken cancellation) =>
        await connections.GetAsync(connection.Value.Tenant, connection.Value.Id, cancellation) ?? throw ProblemException.NotFound("connection");

    private WebhookFormat PastedFormat(StoredConnection connection) => systems[connection.System].Catalog is { Webhooks: { } format } catalog
        ? format
        : throw new ProblemException(ProblemType.InvalidRequest, $"{systems[connection.System].Catalog.DisplayName} has no webhooks; it is polled.");

    private ProblemException NoSecret(StoredConnection connection) =>
        JsonBody.Invalid($"{systems[connection.System].Catalog.DisplayName} does not sign its webhooks with a secret of theirs, so there is none.", "#/secret");

    private static bool HasSecret(WebhookFormat format) => format is { Verify: not null, PublishedKey: null };
}
