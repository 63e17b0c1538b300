namespace Azure.Data.Tables.Sas;

[Flags]
public enum TableSasPermissions
{
    Read = 1,
    Add = 2,
    Update = 4,
    Delete = 8,
    All = ~0,
}

[Flags]
public enum TableAccountSasPermissions
{
    Read = 1,
    Write = 2,
    Delete = 4,
    List = 8,
    Add = 16,
    Update = 64,
    All = ~0,
}

[Flags]
public enum TableAccountSasResourceTypes
{
    Service = 1,
    Container = 2,
    Object = 4,
    All = ~0,
}

public enum TableSasProtocol
{
    None = 0,
    HttpsAndHttp = 1,
    Https = 2,
}
