#nullable disable

namespace Azure.Data.Tables.Sas;

public class TableSasBuilder
{
    public TableSasBuilder()
    {
    }

    public TableSasBuilder(string tableName, TableSasPermissions permissions, DateTimeOffset expiresOn)
        : this(tableName, permissions.Text(), expiresOn)
    {
    }

    public TableSasBuilder(string tableName, string rawPermissions, DateTimeOffset expiresOn)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        ArgumentException.ThrowIfNullOrEmpty(rawPermissions);
        TableName = tableName;
        Permissions = rawPermissions;
        ExpiresOn = expiresOn;
    }

    public TableSasProtocol Protocol { get; set; }

    public DateTimeOffset StartsOn { get; set; }

    public DateTimeOffset ExpiresOn { get; set; }

    public string Permissions { get; private set; }

    public TableSasIPRange IPRange { get; set; }

    public string Identifier { get; set; }

    public string TableName { get; set; }

    public string PartitionKeyStart { get; set; }

    public string RowKeyStart { get; set; }

    public string PartitionKeyEnd { get; set; }

    public string RowKeyEnd { get; set; }

    public void SetPermissions(TableSasPermissions permissions) => Permissions = permissions.Text();

    public void SetPermissions(string rawPermissions) => Permissions = rawPermissions;

    public string Sign(TableSharedKeyCredential sharedKeyCredential)
    {
        ArgumentNullException.ThrowIfNull(sharedKeyCredential);
        if (Identifier is null && (ExpiresOn == default || string.IsNullOrEmpty(Permissions)))
            throw new InvalidOperationException("A SAS needs ExpiresOn and Permissions, or the Identifier of a stored access policy.");

        var table = TableName.ToLowerInvariant();
        var signature = sharedKeyCredential.Sign(string.Join(
            '\n',
            Permissions,
            SasSignature.Time(StartsOn),
            SasSignature.Time(ExpiresOn),
            $"/table/{sharedKeyCredential.AccountName}/{table}",
            Identifier,
            IPRange.ToString(),
            Protocol.Text(),
            SasSignature.Version,
            PartitionKeyStart,
            RowKeyStart,
            PartitionKeyEnd,
            RowKeyEnd));
        return SasSignature.Query(
            ("sv", SasSignature.Version),
            ("spr", Protocol.Text()),
            ("st", SasSignature.Time(StartsOn)),
            ("se", SasSignature.Time(ExpiresOn)),
            ("sip", IPRange.ToString()),
            ("si", Identifier),
            ("sp", Permissions),
            ("tn", TableName),
            ("spk", PartitionKeyStart),
            ("srk", RowKeyStart),
            ("epk", PartitionKeyEnd),
            ("erk", RowKeyEnd),
            ("sig", signature));
    }
}
