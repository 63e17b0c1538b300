using System.Text;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>The secrets that webhooks of ours are signed with.</summary>
internal static class WebhookSecrets
{
    /// <summary>Time for receivers to be given the new one.</summary>
    private static readonly TimeSpan ReplacedKeptFor = TimeSpan.FromDays(1);

    /// <summary>A new secret, beside which the one before counts for a day.</summary>
    public static WebhookSecret Seal(this SecretBox box, TenantId tenant, ConnectionId owner, string secret, WebhookSecret? before, DateTimeOffset now) =>
        new(box.Seal(tenant, owner, Encoding.UTF8.GetBytes(secret)), before?.Sealed, before is null ? null : now + ReplacedKeptFor);

    /// <summary>Those to sign with now; none where they are of keys that are gone.</summary>
    public static IReadOnlyList<string> Open(this SecretBox box, TenantId tenant, ConnectionId owner, WebhookSecret secret, DateTimeOffset now) =>
    [
        .. new[] { secret.Sealed, secret.ReplacedUntil > now ? secret.Replaced : null }
            .OfType<byte[]>()
            .Select(one => box.Open(tenant, owner, one))
            .OfType<byte[]>()
            .Select(Encoding.UTF8.GetString),
    ];
}
