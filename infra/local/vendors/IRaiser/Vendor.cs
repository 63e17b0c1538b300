namespace SyncFunctions.Vendors.IRaiser;

/// <summary>iRaiser's crowdfunding platform, the CFP API.</summary>
internal static class Vendor
{
    /// <summary>Switch: the calls of this hour are used up.</summary>
    public const string HourUsedUp = "hourUsedUp";

    public const int CallsAMinute = 100;

    /// <summary>How many minutes' calls an hour has.</summary>
    public const int MinutesAnHour = 5;

    public static readonly SimDefinition Definition = new()
    {
        Name = "iraiser",
        Title = "iRaiser",
        Kinds = Kinds.All,
        Format = new SimFormat(
            TimeSpan.FromSeconds(1),
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"],
            "yyyy-MM-dd"),
        Settings = new SimSettings
        {
            DefaultPageSize = 25,
            MaxPageSize = 100,
            AccessTokenSeconds = 365 * 24 * 3600,
            RefreshTokenSeconds = 1,
            Switches = new Dictionary<string, bool> { [HourUsedUp] = false },
        },
        StaticToken = "iraiser-static-key",
        SeedResource = "IRaiser.seed.json",
        Error = (status, message) => SimJson.Of(status, new { Message = message, Errors = Array.Empty<object>() }),
        Webhooks = Events.Rules,
        Map = Api.Map,
    };
}
