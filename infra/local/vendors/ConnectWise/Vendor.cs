namespace SyncFunctions.Vendors.ConnectWise;

/// <summary>ConnectWise PSA, the 3.0 API.</summary>
internal static class Vendor
{
    /// <summary>Switch: answers 404 to a company or keys that it does not know, as the vendor's cloud does; 401 otherwise.</summary>
    public const string Cloud = "cloud";

    /// <summary>Switch: the vendor has upgraded the site, and the API is at another codebase.</summary>
    public const string Upgraded = "upgraded";

    /// <summary>Switch: callbacks are signed with another key, which is published at once.</summary>
    public const string NewKey = "newKey";

    /// <summary>Switch: deletions of every kind are told. Off, since the vendor's neighbours say that some are not.</summary>
    public const string TellsAllDeletions = "tellsAllDeletions";

    /// <summary>Switch: a callback that failed is switched off, which the vendor does after three days of it.</summary>
    public const string DisablesFailing = "disablesFailing";

    public static readonly SimDefinition Definition = new()
    {
        Name = "connectwise",
        Title = "ConnectWise PSA",
        Kinds = Kinds.All,
        // Whole seconds and a Z; days are times at midnight.
        Format = new SimFormat(
            TimeSpan.FromSeconds(1),
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss"],
            "yyyy-MM-dd'T'00:00:00'Z'"),
        Settings = new SimSettings
        {
            DefaultPageSize = 25,
            MaxPageSize = 1000,
            AccessTokenSeconds = 30 * 24 * 3600,
            RefreshTokenSeconds = 1,
            Switches = new Dictionary<string, bool>
            {
                [Cloud] = true,
                [Upgraded] = false,
                [NewKey] = false,
                [TellsAllDeletions] = false,
                [DisablesFailing] = false,
            },
        },
        StaticToken = Auth.PublicKey,
        SeedResource = "ConnectWise.seed.json",
        Error = Error,
        Webhooks = Callbacks.Rules,
        Map = (routes, system) =>
        {
            Auth.Map(routes, system);
            Callbacks.Map(routes, system);
            Api.Map(routes, system);
        },
    };

    private static IResult Error(int status, string message) => status == 429
        ? SimJson.Of(status, new { Error = "ConnectWiseAPI", Message = "Too many requests. Please try again in 30 seconds." })
        : SimJson.Of(status, new { Code = Code(status), Message = message, Errors = (object?)null });

    private static string Code(int status) => status switch
    {
        400 => "InvalidObject",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "InUse",
        _ => "Error",
    };
}
