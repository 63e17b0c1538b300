#nullable disable

namespace Azure.Data.Tables.Sas;

public class TableAccountSasBuilder
{
    public TableAccountSasBuilder(TableAccountSasPermissions permissions, TableAccountSasResourceTypes resourceTypes, DateTimeOffset expiresOn)
        : this(permissions.Text(), resourceTypes, expiresOn)
    {
    }

    public TableAccountSasBuilder(string rawPermissions, TableAccountSasResourceTypes resourceTypes, DateTimeOffset expiresOn)
    {
        ArgumentException.ThrowIfNullOrEmpty(rawPermissions);
        Permissions = rawPermissions;
        ResourceTypes = resourceTypes;
        ExpiresOn = expiresOn;
    }

    public TableSasProtocol Protocol { get; set; }

    public DateTimeOffset StartsOn { get; set; }

    public DateTimeOffset ExpiresOn { get; set; }

    public string Permissions { get; private set; }

    public TableSasIPRange IPRange { get; set; }

    public TableAccountSasResourceTypes ResourceTypes { get; set; }

    public void SetPermissions(TableAccountSasPermissions permissions) => Permissions = permissions.Text();

    public void SetPermissions(string rawPermissions) => Permissions = rawPermissions;

    public string Sign(TableSharedKeyCredential sharedKeyCredential)
    {
        ArgumentNullException.ThrowIfNull(sharedKeyCredential);
        if (ExpiresOn == default || string.IsNullOrEmpty(Permissions))
            throw new InvalidOperationException("A SAS needs ExpiresOn and Permissions.");

        const string Tables = "t";
        var signature = sharedKeyCredential.Sign(string.Join(
            '\n',
            sharedKeyCredential.AccountName,
            Permissions,
            Tables,
            ResourceTypes.Text(),
            SasSignature.Time(StartsOn),
            SasSignature.Time(ExpiresOn),
            IPRange.ToString(),
            Protocol.Text(),
            SasSignature.Version,
            ""));
        return SasSignature.Query(
            ("sv", SasSignature.Version),
            ("ss", Tables),
            ("srt", ResourceTypes.Text()),
            ("spr", Protocol.Text()),
            ("st", SasSignature.Time(StartsOn)),
            ("se", SasSignature.Time(ExpiresOn)),
            ("sip", IPRange.ToString()),
            ("sp", Permissions),
            ("sig", signature));
    }
}
