using Azure.Identity;
using Microsoft.Extensions.Configuration;
using SyncFunctions.State;

namespace SyncFunctions.App;

/// <summary>Where the keys of the stored credentials come from: Key Vault where <c>SecretKeyUri</c> is set, otherwise a file outside the repository.</summary>
internal static class SecretKeySource
{
    public static async Task<SecretKeys> LoadAsync(IConfiguration configuration, CancellationToken cancellation) =>
        configuration["SecretKeyUri"] is { Length: > 0 } uri
            ? await SecretKeys.FromKeyVaultAsync(new Uri(uri), new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = configuration["AZURE_CLIENT_ID"] }), cancellation)
            : SecretKeys.FromFile(configuration["SecretKeyFile"] is { Length: > 0 } path ? path : null);
}
