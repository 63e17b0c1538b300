namespace SyncFunctions.Vendors.Synergy;

/// <summary>Total Synergy, the v2 API.</summary>
internal static class Vendor
{
    /// <summary>Switch: an edit of a stage moves its project's updatedDate. Off, since the vendor's documents do not say that it does.</summary>
    public const string StageEditTouchesProject = "stageEditTouchesProject";

    public static readonly SimDefinition Definition = new()
    {
        Name = "synergy",
        Title = "Total Synergy",
        Kinds = Kinds.All,
        // No zone suffix and a fraction of any length, as in the published samples; the values are UTC.
        Format = new SimFormat(
            TimeSpan.FromMilliseconds(1),
            "yyyy-MM-ddTHH:mm:ss.FFFFFFF",
            ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"],
            "yyyy-MM-ddT00:00:00"),
        Settings = new SimSettings
        {
            DefaultPageSize = 100,
            MaxPageSize = 1000,
            AccessTokenSeconds = 3600,
            RefreshTokenSeconds = 30 * 24 * 3600,
            Switches = new Dictionary<string, bool> { [StageEditTouchesProject] = false },
        },
        StaticToken = "synergy-static-key",
        SeedResource = "Synergy.seed.json",
        Error = (status, message) => SimJson.Of(status, new { Message = message }),
        Map = (routes, system) =>
        {
            Auth.Map(routes, system);
            Api.Map(routes, system);
        },
    };
}
