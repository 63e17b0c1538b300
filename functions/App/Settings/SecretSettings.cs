using Azure.Identity;
using SyncFunctions.State;

namespace SyncFunctions.App.Settings;

/// <summary>Where the keys of the stored credentials come from: the vault itself, a setting that refers to it, or, on one machine, a file.</summary>
public sealed class SecretSettings
{
    private readonly Uri? _vault;
    private readonly SecretKeys? _set;
    private readonly string? _clientId;
    private readonly string? _file;

    private SecretSettings(Uri? vault, SecretKeys? set, string? clientId, string? file) => (_vault, _set, _clientId, _file) = (vault, set, clientId, file);

    public static SecretSettings Read(SettingReader reader)
    {
        var file = reader.EmbeddedOnly("SecretKeyFile", ", and give 'SecretKeyUri' the address of a secret in Key Vault");
        var vault = reader.Address("SecretKeyUri");
        if (vault is not null && !Azure.Security.KeyVault.Secrets.KeyVaultSecretIdentifier.TryCreate(vault, out _))
            reader.Refuse("SecretKeyUri", "is not the address of a secret: https://{vault}.vault.azure.net/secrets/{name}.");
        var set = Keys(reader);
        if (reader.Hosting == Hosting.Azure && vault is null && set is null && !new[] { "SecretKeyUri", "SecretKeys", "SecretKeyFile" }.Any(reader.IsRefused))
            reader.Refuse("SecretKeyUri", "is missing: give it the address of the secret in Key Vault that holds the keys of stored credentials, or refer to that secret by 'SecretKeys'.");
        return new SecretSettings(vault, set, reader.Text("AZURE_CLIENT_ID"), file);
    }

    public Task<SecretKeys> LoadAsync(CancellationToken cancellation) =>
        _vault is not null ? SecretKeys.FromKeyVaultAsync(_vault, Credential(), cancellation)
        : Task.FromResult(_set ?? SecretKeys.FromFile(_file));

    /// <summary>Whether the vault answers, where there is one.</summary>
    public Task AskAsync(CancellationToken cancellation) => _vault is null ? Task.CompletedTask : LoadAsync(cancellation);

    private DefaultAzureCredential Credential() => new(new DefaultAzureCredentialOptions { ManagedIdentityClientId = _clientId });

    private static SecretKeys? Keys(SettingReader reader)
    {
        const string name = "SecretKeys";
        if (reader.Text(name) is not { } text) return null;
        try
        {
            return SecretKeys.Parse(text, $"the setting '{name}'");
        }
        catch (FormatException wrong)
        {
            reader.Refuse(name, $"can't be used: {wrong.Message}");
            return null;
        }
    }
}
