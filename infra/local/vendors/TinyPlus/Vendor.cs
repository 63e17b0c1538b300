namespace SyncFunctions.Vendors.TinyPlus;

/// <summary>tiny+, the v2 API.</summary>
internal static class Vendor
{
    public static readonly SimDefinition Definition = new()
    {
        Name = "tinyplus",
        Title = "tiny+",
        Kinds = Kinds.All,
        // Whole seconds, a space and no zone; the values are UTC.
        Format = new SimFormat(
            TimeSpan.FromSeconds(1),
            "yyyy-MM-dd HH:mm:ss",
            ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss"],
            "yyyy-MM-dd"),
        Settings = new SimSettings
        {
            DefaultPageSize = 15,
            MaxPageSize = 200,
            AccessTokenSeconds = 30 * 24 * 3600,
            RefreshTokenSeconds = 1,
        },
        StaticToken = "tinyplus-long-life-token",
        SeedResource = "TinyPlus.seed.json",
        Error = (status, message) => SimJson.Of(status, new { Message = message }),
        Map = (routes, system) =>
        {
            Auth.Map(routes, system);
            Api.Map(routes, system);
        },
    };
}
