using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using SyncFunctions.Keys;

const string Usage = """
    dotnet run --project keys -- make                   makes the keys that the vault does not have yet
    dotnet run --project keys -- rotate secret-keys     a new key that seals; the old ones still open
    dotnet run --project keys -- remove secret-keys k1  takes an old key away, which opens nothing any more
    dotnet run --project keys -- rotate operator-key    a new key of whoever runs the app

    The vault is the one of AZURE_KEY_VAULT_ENDPOINT; you are whoever az or azd is signed in as (the first
    of the two that is; AZURE_TOKEN_CREDENTIALS=AzureDeveloperCliCredential for azd). The vault of an installation that moves here
    gets the keys of the file that SECRET_KEY_FILE names.
    """;

if (Environment.GetEnvironmentVariable("AZURE_KEY_VAULT_ENDPOINT") is not { Length: > 0 } address)
{
    await Console.Error.WriteLineAsync(Usage);
    return 1;
}

var keys = new VaultKeys(new SecretClient(new Uri(address), new DefaultAzureCredential()), Console.Out, TimeProvider.System);
Task? work = args switch
{
    ["make"] => keys.MakeAsync(Environment.GetEnvironmentVariable("SECRET_KEY_FILE") is { Length: > 0 } file ? file : null, CancellationToken.None),
    ["rotate", VaultKeys.SecretKeysName] => keys.RotateSecretKeysAsync(CancellationToken.None),
    ["remove", VaultKeys.SecretKeysName, var id] => keys.RemoveSecretKeyAsync(id, CancellationToken.None),
    ["rotate", VaultKeys.OperatorKeyName] => keys.RotateOperatorKeyAsync(CancellationToken.None),
    _ => null,
};
if (work is null)
{
    await Console.Error.WriteLineAsync(Usage);
    return 1;
}

try
{
    await work;
    return 0;
}
catch (Exception failure) when (failure is RequestFailedException or AggregateException or AuthenticationFailedException or InvalidOperationException or ArgumentException or FormatException or IOException)
{
    // The messages name secrets, never their values. What was tried several times is several failures.
    await Console.Error.WriteLineAsync((failure as AggregateException)?.InnerExceptions[^1].Message ?? failure.Message);
    return 1;
}
