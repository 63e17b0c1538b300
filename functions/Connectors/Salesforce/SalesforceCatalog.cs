using System.Collections.Immutable;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>Facts about Salesforce: developer.salesforce.com, REST API. What an org made for itself, its own describe tells.</summary>
internal static class SalesforceCatalog
{
    public const string Contacts = "contacts";
    public const string Gifts = "gifts";
    public const string Tags = "Tags";
    public const string ExternalId = "ExternalId";

    private static readonly FurtherFields OwnFields = new("*__c", Text, Number, Flag, Day, Time, Set);

    /// <summary>Fields that stand in an org under a name which a setting says.</summary>
    public static readonly ImmutableDictionary<string, string> SettingsOfFields = new Dictionary<string, string>
    {
        [Tags] = "tagsField",
        ["ProspectStatus"] = "prospectField",
        ["Site"] = "siteField",
        ["Contact"] = "giftContactField",
        [ExternalId] = "giftExternalIdField",
    }.ToImmutableDictionary();

    public static readonly SystemCatalog Catalog = new()
    {
        System = "salesforce",
        DisplayName = "Salesforce",
        Grant = OAuthGrant.Code,
        UsesPkce = true,
        // Records show up under the time at which their transaction began to write them, which may take long.
        Overlap = TimeSpan.FromMinutes(5),
        ReadLag = TimeSpan.FromMinutes(1),
        TellsChangeTime = true,
        Site = SalesforceHosts.Site,
        RecordPage = SalesforceHosts.RecordPage,
        Kinds =
        [
            new(Contacts, CanSearch: true)
            {
                Fields =
                [
                    new("FirstName", Text, MaxLength: 40), new("LastName", Text, MaxLength: 80), new("Email", Text, MaxLength: 80), new("Phone", Text, MaxLength: 40),
                    new("MobilePhone", Text, MaxLength: 40), new("Title", Text, MaxLength: 128), new("MailingStreet", Text, MaxLength: 255),
                    new("MailingCity", Text, MaxLength: 40), new("MailingState", Text, MaxLength: 80), new("MailingPostalCode", Text, MaxLength: 20),
                    new("MailingCountry", Text, MaxLength: 80), new("HasOptedOutOfEmail", Flag), new(Tags, Set), new("ProspectStatus", Text, Writable: false),
                    new("Site", Text, Writable: false),
                ],
                Further = [OwnFields],
            },
            new(Gifts, CanSearch: true)
            {
                Fields =
                [
                    new("Name", Text, MaxLength: 120), new("StageName", Text), new("CloseDate", Day), new("Amount", Number), new("Contact", Reference),
                    new(ExternalId, Text, MaxLength: 255), new("Type", Text), new("Description", Text, MaxLength: 32_000),
                ],
                Further = [OwnFields],
            },
        ],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["authHost"] = new("login.salesforce.com", "Where people sign in: login.salesforce.com, test.salesforce.com for a sandbox, or your own My Domain.", SettingScope.Connection),
            ["instanceUrl"] = new("", "The org's own address, such as https://acme.my.salesforce.com; blank: the sign-in tells it. Links to records need it, or a My Domain above.", SettingScope.Connection),
            ["domains"] = new("salesforce.com force.com", "The domains below which sign-ins and orgs are."),
            ["clientId"] = new("", "The consumer key of the external client app that is registered with Salesforce."),
            ["clientSecret"] = new("", "The consumer secret of that app; blank where it asks for none.", Secret: true),
            ["scope"] = new("api refresh_token openid", "What the app asks for; it needs the data, a refresh token, and who signed in."),
            ["apiVersion"] = new("v67.0", "The version of the API."),
            ["tagsField"] = new("Mailchimp_Tags__c", "The multi-select picklist of contacts that holds tags, by its API name; blank: none.", SettingScope.Connection),
            ["prospectField"] = new("Prospect_Status__c", "The field of contacts that holds the status of a prospect, by its API name; blank: none.", SettingScope.Connection),
            ["siteField"] = new("", "The field of contacts that says to which site they belong, by its API name; blank: none.", SettingScope.Connection),
            ["giftContactField"] = new("npsp__Primary_Contact__c", "The look-up of opportunities that names the donor, by its API name.", SettingScope.Connection),
            ["giftExternalIdField"] = new("Gift_External_Id__c", "The external id of opportunities, by its API name: what is there already is found by it instead of being made again. Blank: none.", SettingScope.Connection),
            ["giftStage"] = new("Closed Won", "The stage of new gifts that say none.", SettingScope.Connection),
            ["allowDuplicates"] = new("false", "Whether records are saved of which a duplicate rule warns: true or false.", SettingScope.Connection),
            ["usageLimit"] = new("80", "The share of the org's daily calls, in percent and used by whatever app, beyond which this one waits.", SettingScope.Connection),
            ["pageSize"] = new("2000", "Records a page, up to 2000."),
            [VendorPipeline.ConcurrencySetting] = new("8", "Calls of a connection at the same time."),
        }.ToImmutableDictionary(),
    };

    /// <summary>What Salesforce calls a kind.</summary>
    public static string ObjectOf(string kind) => kind == Contacts ? "Contact" : "Opportunity";
}
