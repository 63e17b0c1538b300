using System.Collections.Immutable;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// Facts about Raiser's Edge NXT, which speaks the SKY API: developer.blackbaud.com/skyapi. What it leaves open is a setting. Blackbaud CRM,
/// the other product behind that API, has no known way to list what changed, and is not served.
/// </summary>
internal static class RaisersEdgeCatalog
{
    public const string Constituents = "constituents";
    public const string Gifts = "gifts";

    /// <summary>The words that codes are made of: a table of the vendor's, read as a kind.</summary>
    public const string CodeTypes = "codeTypes";

    /// <summary>What a constituent is made of, in the words of the catalog; each part is a row of its own at the vendor.</summary>
    public const string Codes = "codes";

    public static readonly SystemCatalog Catalog = new()
    {
        System = "raisersedge",
        DisplayName = "Raiser's Edge NXT",
        Grant = OAuthGrant.Code,
        UsesPkce = true,

        // Lists lag by half an hour on average.
        Overlap = TimeSpan.FromMinutes(75),
        ReadLag = TimeSpan.FromMinutes(45),
        ListsLag = true,
        Webhooks = RaisersEdgeEvents.Format,
        Site = _ => new Uri("https://app.blackbaud.com/"),
        RecordPage = RecordPage,
        Kinds =
        [
            new(Constituents, CanSearch: true)
            {
                Fields =
                [
                    new("type", Text), new("title", Text), new("first", Text, MaxLength: 50), new("middle", Text, MaxLength: 50), new("last", Text, MaxLength: 100),
                    new("preferred_name", Text, MaxLength: 50), new("suffix", Text), new("name", Text, Writable: false), new("lookup_id", Text), new("gender", Text),
                    new("birthdate", Text), new("inactive", Flag), new("deceased", Flag, Writable: false),
                    new("email", Text), new("do_not_email", Flag), new("phone", Text), new("do_not_call", Flag),
                    new("address_lines", Text, MaxLength: 150), new("city", Text, MaxLength: 50), new("state", Text), new("postal_code", Text, MaxLength: 12),
                    new("country", Text), new("do_not_mail", Flag),
                    new(Codes, Set), new("lists", Set, Writable: false), new("prospect_status", Text, Writable: false),
                ],
            },
            new(Gifts, CanSearch: true)
            {
                Fields =
                [
                    new("constituent", Reference), new("amount", Number), new("date", Day), new("type", Text), new("status", Text), new("reference", Text, MaxLength: 255),
                    new("lookup_id", Text, MaxLength: 50), new("fund", Text), new("payment_method", Text), new("is_anonymous", Flag), new("post_status", Text, Writable: false),
                ],
            },
            new(CodeTypes, ListsChanges: false)
            {
                Fields = [new("name", Text, Writable: false)],
            },
        ],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["authorizeUrl"] = new("https://app.blackbaud.com/oauth/authorize", "The consent page."),
            ["tokenUrl"] = new("https://oauth2.sky.blackbaud.com/token", "Where codes and refresh tokens are exchanged."),
            ["apiBase"] = new("https://api.sky.blackbaud.com/", "The SKY API."),
            ["clientId"] = new("", "The id of the application."),
            ["clientSecret"] = new("", "One of the two secrets of the application.", Secret: true),
            ["pkce"] = new("true", "Sends a challenge with the consent, and its verifier with the code."),
            ["subscriptionKey"] = new("", "The primary key of the developer account's subscription.", Secret: true),
            ["secondarySubscriptionKey"] = new("", "Its secondary key.", Secret: true),
            ["subscriptionKeyInUse"] = new("primary", "primary or secondary: which of the two is sent, so that the other can be renewed."),
            ["pageSize"] = new("5000", "Records a page; the vendor gives 500 unless asked for more."),
            ["codes"] = new("true", "Reads the codes of constituents, which takes a call more for each, and a walk through all codes for a whole list.", SettingScope.Connection),
            ["childChanges"] = new("true", "Looks for changes of e-mail addresses, phones, addresses and codes in lists of their own, since they may not show at their constituent.", SettingScope.Connection),
            ["lists"] = new("", "The ids of the saved lists whose members are marked, separated by commas.", SettingScope.Connection),
            ["listMinutes"] = new("15", "So long the members of a saved list are remembered.", SettingScope.Connection),
            ["emailType"] = new("Email", "The type of a constituent's new e-mail address.", SettingScope.Connection),
            ["phoneType"] = new("Home", "The type of a constituent's new phone number.", SettingScope.Connection),
            ["addressType"] = new("Home", "The type of a constituent's new address.", SettingScope.Connection),
            ["defaultFund"] = new("", "The id of the fund of new gifts that name none.", SettingScope.Connection),
            ["defaultPaymentMethod"] = new("Other", "The payment method of new gifts that name none.", SettingScope.Connection),
            ["prospectPath"] = new("", "Where the prospect status of a constituent is read, below the API, with {id} for the constituent; blank: not at all.", SettingScope.Connection),
            ["prospectField"] = new("status", "Where it stands in the answer.", SettingScope.Connection),
            ["eventTypes"] = new(RaisersEdgeEvents.KnownTypes, "What Raiser's Edge NXT is asked to tell of, one subscription each; a type that it does not know is left out."),
            [VendorPipeline.ConcurrencySetting] = new("4", "Calls of a connection at the same time."),
            [VendorPipeline.PaceSetting] = new("300", "Calls of a connection in a minute; the vendor allows five in a second."),
        }.ToImmutableDictionary(),
    };

    private static Uri? RecordPage(ImmutableDictionary<string, string> settings, string kind, string id) =>
        kind == Constituents ? new Uri($"https://host.nxt.blackbaud.com/constituent/records/{Uri.EscapeDataString(id)}") : null;
}
