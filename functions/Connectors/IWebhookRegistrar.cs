using System.Collections.Immutable;

namespace SyncFunctions.Connectors;

/// <summary>A connector whose system lets the app say where its webhooks go. Elsewhere a person pastes the address.</summary>
public interface IWebhookRegistrar
{
    /// <summary>
    /// Sees to it that the vendor calls <paramref name="address"/> for everything that it can tell of: makes what is missing, switches on
    /// what was switched off, and takes away what an earlier address of this app left behind. Called again and again; where all is well it changes nothing.
    /// </summary>
    /// <param name="before">What this returned the last time for this address; null at first.</param>
    Task<VendorResult<WebhookRegistration>> RegisterAsync(ConnectionScope connection, Uri address, WebhookRegistration? before, CancellationToken cancellation);

    /// <summary>Takes away what was registered; what is gone already is fine.</summary>
    Task<VendorResult<bool>> UnregisterAsync(ConnectionScope connection, WebhookRegistration registration, CancellationToken cancellation);
}

/// <param name="Ids">The vendor's ids of what was registered.</param>
/// <param name="Secret">What the vendor will sign with, where it chose that for this registration.</param>
public sealed record WebhookRegistration(ImmutableArray<string> Ids, string? Secret = null)
{
    /// <summary>What was found wrong and put right, for people: a registration that was gone, or switched off. Null where nothing was.</summary>
    public string? Mended { get; init; }

    /// <summary>No secret in a log.</summary>
    public override string ToString() => $"{Ids.Length} registrations";
}
