using System.Buffers.Text;
using System.Security.Cryptography;
using Azure;
using Azure.Security.KeyVault.Secrets;
using SyncFunctions.State;

namespace SyncFunctions.Keys;

/// <summary>The two secrets of the vault that nobody chooses: the keys that stored credentials are sealed with, and the operator's key. No value is ever written out.</summary>
public sealed class VaultKeys(SecretClient vault, TextWriter output, TimeProvider time)
{
    public const string SecretKeysName = "secret-keys";
    public const string OperatorKeyName = "operator-key";

    private const int OperatorKeySize = 32;

    // A role that was given a moment ago counts after some minutes.
    private static readonly TimeSpan RoleTakes = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // https://learn.microsoft.com/azure/key-vault/general/rest-error-codes: what stands in an answer 403 beside those about roles.
    private static readonly string[] OutsideTheNetwork = ["ForbiddenByFirewall", "ForbiddenByConnection"];

    private bool _waits;

    /// <summary>Makes what the vault does not have; what is there stays as it is.</summary>
    /// <param name="keyFile">The key file of an installation that moves here, whose keys the vault gets; null for new ones.</param>
    /// <exception cref="InvalidOperationException">The vault has other keys than the file.</exception>
    public async Task MakeAsync(string? keyFile, CancellationToken cancellation)
    {
        var moved = keyFile is null ? null : SecretKeys.Parse(await File.ReadAllTextAsync(keyFile, cancellation), keyFile).ToJson();
        var known = await MakeAsync(SecretKeysName, () => moved ?? SecretKeys.New().ToJson(), cancellation);
        if (moved is not null && known is not null && SecretKeys.Parse(known, $"the secret '{SecretKeysName}'").ToJson() != moved)
            throw new InvalidOperationException($"The vault has other keys than {keyFile} already, and something may be sealed with them. Nothing was replaced.");
        await MakeAsync(OperatorKeyName, NewOperatorKey, cancellation);
    }

    /// <summary>A new current key beside the old ones, which still open what they sealed.</summary>
    public Task RotateSecretKeysAsync(CancellationToken cancellation) => ChangeSecretKeysAsync(keys => keys.Rotate(), cancellation);

    /// <summary>Takes an old key away.</summary>
    public Task RemoveSecretKeyAsync(string id, CancellationToken cancellation) => ChangeSecretKeysAsync(keys => keys.Without(id), cancellation);

    /// <summary>A new operator's key in place of the old one.</summary>
    public async Task RotateOperatorKeyAsync(CancellationToken cancellation)
    {
        await SetAsync(OperatorKeyName, NewOperatorKey(), cancellation);
        await output.WriteLineAsync($"{OperatorKeyName}: a new one");
    }

    private static string NewOperatorKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(OperatorKeySize));

    private async Task ChangeSecretKeysAsync(Func<SecretKeys, SecretKeys> change, CancellationToken cancellation)
    {
        var known = await FindAsync(SecretKeysName, cancellation) ?? throw new InvalidOperationException($"The vault has no secret '{SecretKeysName}' yet.");
        var changed = change(SecretKeys.Parse(known, $"the secret '{SecretKeysName}'"));
        await SetAsync(SecretKeysName, changed.ToJson(), cancellation);
        await output.WriteLineAsync($"{SecretKeysName}: {changed}");
    }

    /// <returns>What was there already.</returns>
    private async Task<string?> MakeAsync(string name, Func<string> value, CancellationToken cancellation)
    {
        var known = await FindAsync(name, cancellation);
        if (known is null) await SetAsync(name, value(), cancellation);
        await output.WriteLineAsync($"{name}: {(known is null ? "made" : "is there")}");
        return known;
    }

    private async Task<string?> FindAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return (await AllowedAsync(() => vault.GetSecretAsync(name, cancellationToken: cancellation), cancellation)).Value.Value;
        }
        catch (RequestFailedException failure) when (failure.Status == 404)
        {
            return null;
        }
    }

    private async Task SetAsync(string name, string value, CancellationToken cancellation)
    {
        try
        {
            await AllowedAsync(() => vault.SetSecretAsync(name, value, cancellation), cancellation);
        }
        catch (RequestFailedException failure) when (failure.Status == 409)
        {
            throw new InvalidOperationException($"A secret '{name}' was deleted and can still be recovered (az keyvault secret recover). Nothing was made in its place.", failure);
        }
    }

    private async Task<Response<KeyVaultSecret>> AllowedAsync(Func<Task<Response<KeyVaultSecret>>> call, CancellationToken cancellation)
    {
        var until = time.GetUtcNow() + RoleTakes;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (RequestFailedException failure) when (failure.Status == 403 && OutsideTheNetwork.Any(failure.Message.Contains))
            {
                throw new InvalidOperationException("The vault takes nobody from here, since its network is private. Run this from inside the network, or let this machine's public address in: azd env set ALLOWED_ADDRESSES {address}, azd provision.", failure);
            }
            catch (RequestFailedException failure) when (failure.Status == 403 && time.GetUtcNow() < until)
            {
                if (!_waits) await output.WriteLineAsync($"The vault does not let you in yet. You need the role Key Vault Secrets Officer on it; one that was given just now counts within minutes. Trying for {RoleTakes.TotalMinutes} minutes…");
                _waits = true;
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }
}
