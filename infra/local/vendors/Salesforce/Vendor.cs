namespace SyncFunctions.Vendors.Salesforce;

/// <summary>Salesforce: the REST API of an org of a charity.</summary>
internal static class Vendor
{
    /// <summary>Switch: a new contact with the e-mail of another is refused unless the caller says that it may be saved.</summary>
    public const string DuplicateRules = "duplicateRules";

    /// <summary>Switch: every other write finds the row locked by somebody else.</summary>
    public const string LockedRows = "lockedRows";

    /// <summary>Switch: the org's calls of the day are used up.</summary>
    public const string LimitReached = "limitReached";

    /// <summary>Switch: a refresh token is good for one refresh, which brings the next.</summary>
    public const string Rotation = "rotation";

    public const int CallsADay = 100_000;

    public static readonly SimDefinition Definition = new()
    {
        Name = "salesforce",
        Title = "Salesforce",
        Kinds = Kinds.All,
        // An offset without a colon; whole seconds.
        Format = new SimFormat(
            TimeSpan.FromSeconds(1),
            "yyyy-MM-dd'T'HH:mm:ss.fff'+0000'",
            ["yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            "yyyy-MM-dd"),
        Settings = new SimSettings
        {
            DefaultPageSize = 2000,
            MaxPageSize = 2000,
            AccessTokenSeconds = 2 * 3600,
            RefreshTokenSeconds = 365 * 24 * 3600,
            Switches = new Dictionary<string, bool>
            {
                [DuplicateRules] = false,
                [LockedRows] = false,
                [LimitReached] = false,
                [Rotation] = false,
            },
        },
        StaticToken = "salesforce-static-token",
        SeedResource = "Salesforce.seed.json",
        Error = Errors.OfStatus,
        Map = (routes, system) =>
        {
            Auth.Map(routes, system);
            Api.Map(routes, system);
            Merges.Map(routes, system);
        },
    };
}
