using System.Collections.Immutable;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Tests;

/// <summary>A system with webhooks that is told by the app where they go, and chooses the secret.</summary>
internal sealed class ToldSystem(IConnector inner) : HookedSystem(inner), IWebhookRegistrar
{
    private int _made;

    /// <summary>What is registered, by the system's ids.</summary>
    public Dictionary<string, (Uri Address, string Secret)> Registered { get; } = [];

    public bool IsDown { get; set; }

    /// <summary>Registers, but the answer is lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>How often it was asked anything.</summary>
    public int Calls { get; private set; }

    public Task<VendorResult<WebhookRegistration>> RegisterAsync(ConnectionScope connection, Uri address, WebhookRegistration? before, CancellationToken cancellation)
    {
        Calls++;
        if (IsDown) return Task.FromResult(Down<WebhookRegistration>(address));
        if (Registered.FirstOrDefault(item => item.Value.Address == address && before is not null && before.Ids.Contains(item.Key)) is { Key: { } known } kept)
            return Task.FromResult<VendorResult<WebhookRegistration>>(new WebhookRegistration([known], kept.Value.Secret));

        foreach (var (old, _) in Registered.Where(item => item.Value.Address == address).ToList()) Registered.Remove(old);
        var id = $"callback-{++_made}";
        Registered[id] = (address, $"the-secret-of-callback-{_made}");
        if (LosesAnswers) return Task.FromResult(Down<WebhookRegistration>(address));
        return Task.FromResult<VendorResult<WebhookRegistration>>(new WebhookRegistration([id], Registered[id].Secret) { Mended = before is null ? null : "It was gone." });
    }

    public Task<VendorResult<bool>> UnregisterAsync(ConnectionScope connection, WebhookRegistration registration, CancellationToken cancellation)
    {
        Calls++;
        if (IsDown) return Task.FromResult(Down<bool>(new Uri("https://nowhere.test/")));
        foreach (var id in registration.Ids) Registered.Remove(id);
        return Task.FromResult<VendorResult<bool>>(true);
    }

    // As systems do, it repeats what it was sent; the connectors of some put a secret into the query.
    private static VendorResult<T> Down<T>(Uri address) => new VendorFailure(FailureKind.Unavailable, $"No way to {address}?key=a-secret-of-the-query today.");
}
