namespace SyncFunctions.Vendors.Moovila;

/// <summary>Moovila as a server of the partner contract.</summary>
internal static class Vendor
{
    public static readonly SimDefinition Definition = new()
    {
        Name = "moovila",
        Title = "Moovila",
        Kinds = Kinds.All,
        Format = new SimFormat(
            TimeSpan.FromMilliseconds(1),
            "yyyy-MM-ddTHH:mm:ss.fffZ",
            ["yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"],
            "yyyy-MM-dd"),
        Settings = new SimSettings
        {
            DefaultPageSize = 100,
            MaxPageSize = 200,
            AccessTokenSeconds = 3600,
            RefreshTokenSeconds = 60 * 24 * 3600,
        },
        StaticToken = "moovila-static-token",
        SeedResource = "Moovila.seed.json",
        Error = Problem.Of,
        Webhooks = Endpoints.Rules,
        Map = (routes, system) =>
        {
            routes.MapGet("partner-api.yaml", () => Results.Stream(typeof(Vendor).Assembly.GetManifestResourceStream("Moovila.partner-api.yaml")!, "application/yaml"));
            Auth.Map(routes, system);
            Api.Map(routes, system);
        },
    };
}
