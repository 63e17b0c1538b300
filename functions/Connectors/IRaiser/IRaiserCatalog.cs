using System.Collections.Immutable;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.IRaiser;

/// <summary>
/// Facts about iRaiser's crowdfunding platform: developer.iraiser.eu, CFP API. It is a source: what comes in there goes on to other systems,
/// and nothing is written to it. It has no list of donors, so they are made of what they gave.
/// </summary>
internal static class IRaiserCatalog
{
    public const string Donors = "donors";
    public const string Donations = "donations";
    public const string Memberships = "memberships";
    public const string Purchases = "purchases";

    /// <summary>What a donor is made of.</summary>
    public static readonly ImmutableArray<string> Sources = [Donations, Memberships, Purchases];

    public static readonly SystemCatalog Catalog = new()
    {
        System = "iraiser",
        DisplayName = "iRaiser",
        Grant = OAuthGrant.None,
        TokenHelp = "An API key of the site or segment: iRaiser's support, or an administrator of the site, makes one.",
        Overlap = TimeSpan.FromMinutes(2),
        ReadLag = TimeSpan.FromMinutes(1),
        // 500 calls an hour.
        DailyCalls = ImmutableDictionary<string, int>.Empty.Add("standard", 12_000),
        CountsByHour = true,
        Webhooks = IRaiserEvents.Format,
        Kinds =
        [
            new(Donors)
            {
                Fields =
                [
                    Read("email", Text), Read("first_name", Text), Read("last_name", Text), Read("phone", Text), Read("street", Text), Read("city", Text),
                    Read("zipcode", Text), Read("country", Text), Read("company", Text), Read("birthday", Day), Read("gender", Text), Read("locale", Text),
                    Read("newsletter", Flag),
                ],
            },
            new(Donations)
            {
                Fields =
                [
                    Read("donor", Reference), Read("amount", Number), Read("currency", Text), Read("date", Day), Read("status", Text), Read("payment_method", Text),
                    Read("reference", Text), Read("anonymous", Flag), Read("message", Text), Read("frequency", Text), Read("transaction_id", Text),
                    Read("invoicenumber", Text),
                ],
            },
            new(Memberships)
            {
                Fields =
                [
                    Read("donor", Reference), Read("amount", Number), Read("currency", Text), Read("date", Day), Read("status", Text), Read("payment_method", Text),
                    Read("reference", Text), Read("frequency", Text),
                ],
            },
            new(Purchases)
            {
                Fields =
                [
                    Read("donor", Reference), Read("amount", Number), Read("currency", Text), Read("date", Day), Read("status", Text), Read("payment_method", Text),
                    Read("reference", Text), Read("invoicenumber", Text),
                ],
            },
        ],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["apiBase"] = new("https://api.kentaa.nl/v1/", "The API; that of the test environment is https://api.kentaa.staatklaar.nu/v1/."),
            ["sitePath"] = new("sites/current", "What tells the site of a key, below apiBase."),
            ["recurringPath"] = new("recurring-donors", "The list of recurring donors, below apiBase; blank for sites that have none."),
            ["ordersPath"] = new("orders", "The list of orders, below apiBase; blank for sites that have none."),
            ["plan"] = new("standard", "standard: 12,000 calls a day, as iRaiser counts 500 an hour.", SettingScope.Connection),
            ["pageSize"] = new("100", "Records a page, up to 100."),
            [VendorPipeline.PaceSetting] = new("100", "Calls of a key in a minute, as iRaiser counts them."),
            [VendorPipeline.ConcurrencySetting] = new("2", "Calls of a connection at the same time."),
        }.ToImmutableDictionary(),
    };

    private static SystemField Read(string name, SystemFieldType type) => new(name, type, Writable: false);
}
