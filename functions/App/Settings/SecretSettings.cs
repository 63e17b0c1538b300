using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using SyncFunctions.State;

namespace SyncFunctions.App.Settings;

/// <summary>Where the keys of the stored credentials and the operator's key come from: the vault itself, a setting, which may refer to it, or, on one machine, a file.</summary>
public sealed class SecretSettings
{
    private const string KeysAddress = "SecretKeyUri";
    private const string OperatorAddress = "OperatorKeyUri";

    private readonly Uri? _vault;
    private readonly SecretKeys? _set;
    private readonly string? _file;
    private readonly Uri? _operatorVault;

    // One for all questions: it keeps its token.
    private readonly DefaultAzureCredential _credential;

    private SecretSettings(Uri? vault, SecretKeys? set, string? file, Uri? operatorVault, string? clientId) =>
        (_vault, _set, _file, _operatorVault, _credential) = (vault, set, file, operatorVault, new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId }));

    public static SecretSettings Read(SettingReader reader)
    {
        var file = reader.EmbeddedOnly("SecretKeyFile", $", and give '{KeysAddress}' the address of a secret in Key Vault");
        var vault = Secret(reader, KeysAddress, reader.Address("SecretKeyUri"));
        var set = Keys(reader);
        if (reader.Hosting == Hosting.Azure && vault is null && set is null && !new[] { KeysAddress, "SecretKeys", "SecretKeyFile" }.Any(reader.IsRefused))
            reader.Refuse(KeysAddress, "is missing: give it the address of the secret in Key Vault that holds the keys of stored credentials, or refer to that secret by 'SecretKeys'.");
        var operatorVault = Secret(reader, OperatorAddress, reader.Address("OperatorKeyUri"));
        if (operatorVault is not null && reader.Text("OperatorKey") is not null) reader.Refuse("OperatorKey", $"is the secret of '{OperatorAddress}' already: take one of the two away.");
        return new SecretSettings(vault, set, file, operatorVault, reader.Text("AZURE_CLIENT_ID"));
    }

    public Task<SecretKeys> LoadKeysAsync(CancellationToken cancellation) => LoadKeysAsync(Open, cancellation);

    /// <param name="open">Opens a vault.</param>
    internal async Task<SecretKeys> LoadKeysAsync(Func<Uri, SecretClient> open, CancellationToken cancellation) =>
        _vault is not null ? SecretKeys.Parse(await ReadAsync(open, _vault, cancellation), $"the secret of '{KeysAddress}'") : _set ?? SecretKeys.FromFile(_file);

    /// <returns>Null where no secret of the vault holds it.</returns>
    internal async Task<string?> LoadOperatorKeyAsync(Func<Uri, SecretClient> open, CancellationToken cancellation)
    {
        if (_operatorVault is null) return null;
        var key = await ReadAsync(open, _operatorVault, cancellation);
        return key.Length >= Access.OperatorKeys.MinLength ? key : throw new FormatException($"The secret of '{OperatorAddress}' is too short: a key has {Access.OperatorKeys.MinLength} characters or more.");
    }

    /// <summary>Whether the vault answers, where there is one.</summary>
    public Task AskAsync(CancellationToken cancellation) => _vault is null ? Task.CompletedTask : LoadKeysAsync(cancellation);

    internal SecretClient Open(Uri vault) => new(vault, _credential);

    private static async Task<string> ReadAsync(Func<Uri, SecretClient> open, Uri secret, CancellationToken cancellation)
    {
        var id = new KeyVaultSecretIdentifier(secret);
        return (await open(id.VaultUri).GetSecretAsync(id.Name, id.Version, cancellation)).Value.Value;
    }

    private static Uri? Secret(SettingReader reader, string name, Uri? address)
    {
        if (address is not null && !KeyVaultSecretIdentifier.TryCreate(address, out _)) reader.Refuse(name, "is not the address of a secret: https://{vault}.vault.azure.net/secrets/{name}.");
        return address;
    }

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
