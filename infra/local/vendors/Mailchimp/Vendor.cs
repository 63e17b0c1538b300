namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>Mailchimp, the Marketing API 3.0.</summary>
internal static class Vendor
{
    /// <summary>Switch: who was unsubscribed or cleaned is not subscribed by the API. Off, so that nobody relies on it.</summary>
    public const string RefusesResubscription = "refusesResubscription";

    /// <summary>Switch: to "status if new" an archived member is a new one.</summary>
    public const string ArchivedIsNew = "archivedIsNew";

    /// <summary>Switch: webhooks that ask for it get a secret; off, as it was before 2026.</summary>
    public const string Signs = "signs";

    /// <summary>Switch: an address is asked before it is registered.</summary>
    public const string ChecksAddresses = "checksAddresses";

    /// <summary>Switch: what stands before the API refuses every call with a page for people.</summary>
    public const string EdgeRefuses = "edgeRefuses";

    /// <summary>Switch: "since" means later than, not from then on.</summary>
    public const string SinceIsExclusive = "sinceIsExclusive";

    public static readonly SimDefinition Definition = new()
    {
        Name = "mailchimp",
        Title = "Mailchimp",
        Kinds = Kinds.All,
        Format = new SimFormat(
            TimeSpan.FromSeconds(1),
            "yyyy-MM-dd'T'HH:mm:ss'+00:00'",
            ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            "yyyy-MM-dd"),
        Settings = new SimSettings
        {
            DefaultPageSize = 10,
            MaxPageSize = 1000,
            // Tokens have no end.
            AccessTokenSeconds = int.MaxValue,
            RefreshTokenSeconds = 1,
            Switches = new Dictionary<string, bool>
            {
                [RefusesResubscription] = false,
                [ArchivedIsNew] = true,
                [Signs] = true,
                [ChecksAddresses] = true,
                [EdgeRefuses] = false,
                [SinceIsExclusive] = false,
            },
        },
        StaticToken = Auth.Key,
        SeedResource = "Mailchimp.seed.json",
        Error = Problem.Of,
        Webhooks = Hooks.Rules,
        Map = (routes, system) =>
        {
            Auth.Map(routes, system);
            Api.Map(routes, system);
        },
    };
}
