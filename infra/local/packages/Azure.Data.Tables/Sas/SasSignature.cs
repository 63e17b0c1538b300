using System.Globalization;

namespace Azure.Data.Tables.Sas;

/// <summary>What table and account signatures have in common (https://learn.microsoft.com/rest/api/storageservices/delegate-access-with-shared-access-signature).</summary>
internal static class SasSignature
{
    /// <summary>The version whose string to sign is written here; later ones add a line for blobs.</summary>
    public const string Version = "2019-07-07";

    public static TableSharedKeyCredential RequireKey(TableService service) => service.SharedKey
        ?? throw new InvalidOperationException("Generating a SAS needs a client that was made with the account's shared key.");

    public static string Time(DateTimeOffset moment) =>
        moment == default ? "" : moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string Text(this TableSasProtocol protocol) => protocol switch
    {
        TableSasProtocol.HttpsAndHttp => "https,http",
        TableSasProtocol.Https => "https",
        _ => "",
    };

    // The letters must stand in this order.
    public static string Text(this TableSasPermissions permissions) => Letters(
        ('r', permissions.HasFlag(TableSasPermissions.Read)),
        ('a', permissions.HasFlag(TableSasPermissions.Add)),
        ('u', permissions.HasFlag(TableSasPermissions.Update)),
        ('d', permissions.HasFlag(TableSasPermissions.Delete)));

    public static string Text(this TableAccountSasPermissions permissions) => Letters(
        ('r', permissions.HasFlag(TableAccountSasPermissions.Read)),
        ('w', permissions.HasFlag(TableAccountSasPermissions.Write)),
        ('d', permissions.HasFlag(TableAccountSasPermissions.Delete)),
        ('l', permissions.HasFlag(TableAccountSasPermissions.List)),
        ('a', permissions.HasFlag(TableAccountSasPermissions.Add)),
        ('u', permissions.HasFlag(TableAccountSasPermissions.Update)));

    public static string Text(this TableAccountSasResourceTypes types) => Letters(
        ('s', types.HasFlag(TableAccountSasResourceTypes.Service)),
        ('c', types.HasFlag(TableAccountSasResourceTypes.Container)),
        ('o', types.HasFlag(TableAccountSasResourceTypes.Object)));

    public static string Query(params IEnumerable<(string Name, string? Value)> parameters) => string.Join('&', parameters
        .Where(parameter => !string.IsNullOrEmpty(parameter.Value))
        .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));

    private static string Letters(params ReadOnlySpan<(char Letter, bool IsSet)> letters)
    {
        var text = "";
        foreach (var (letter, isSet) in letters)
        {
            if (isSet)
                text += letter;
        }

        return text;
    }
}
