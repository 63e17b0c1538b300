using System.Collections.Immutable;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>Facts about the Marketing API: mailchimp.com/developer. What it leaves open is a setting.</summary>
internal static class MailchimpCatalog
{
    public const string Members = "members";

    public const string Email = "email_address";
    public const string Status = "status";
    public const string Archived = "archived";
    public const string Tags = "tags";

    /// <summary>What stands before the tag of a merge field.</summary>
    public const string Merge = "merge_fields.";

    /// <summary>Mailchimp takes no longer value of a merge field.</summary>
    public const int MergeLength = 255;

    /// <summary>The parts of an address.</summary>
    public static readonly string[] AddressParts = ["addr1", "addr2", "city", "state", "zip", "country"];

    private static readonly string[] MergeTags = ["FNAME", "LNAME", "PHONE", "CONSID", .. AddressParts.Select(part => $"ADDRESS.{part}")];

    public static readonly SystemCatalog Catalog = new()
    {
        System = "mailchimp",
        DisplayName = "Mailchimp",
        Grant = OAuthGrant.Code,
        TokenHelp = "An API key of an account administrator: Account & billing, Extras, API keys. Its end names the data centre, such as -us6.",
        // The list is ordered by the time of change, which moves while it is read.
        Overlap = TimeSpan.FromMinutes(5),
        ReadLag = TimeSpan.FromMinutes(1),
        RequestTimeout = TimeSpan.FromSeconds(120),
        CountsByAccount = true,
        TellsChangeTime = true,
        Webhooks = MailchimpWebhooks.Format,
        Kinds =
        [
            new(Members, CanSearch: true)
            {
                Fields =
                [
                    new(Email, Text, MaxLength: 320), new(Status, Text), new(Archived, Flag), new(Tags, Set), new("language", Text), new("vip", Flag),
                    new("full_name", Text, Writable: false), new("source", Text, Writable: false),
                    .. MergeTags.Select(tag => new SystemField(Merge + tag, Text, MaxLength: MergeLength)),
                ],
                Further = [new(Merge + "*", Text, Number)],
            },
        ],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["loginBase"] = new("https://login.mailchimp.com/oauth2/", "The consent page, the exchange of codes, and where an account's API is told."),
            ["apiBase"] = new("https://{dc}.api.mailchimp.com/3.0/", "The API, with {dc} where the data centre of the account stands; an address without it is the same for all accounts."),
            ["clientId"] = new("", "The id of the app that Mailchimp issued."),
            ["clientSecret"] = new("", "The secret of the app that Mailchimp issued.", Secret: true),
            ["audience"] = new("", "The id of the audience; blank: the only one that the account has.", SettingScope.Connection),
            ["newMemberStatus"] = new("transactional", "The status of new members of whose consent nothing is known: nobody is subscribed who was not asked.", SettingScope.Connection),
            ["createMergeFields"] = new("true", "Merge fields that the audience does not have are made when they are first written.", SettingScope.Connection),
            ["skipMergeValidation"] = new("true", "Members are written although the audience requires merge fields that are blank."),
            ["idField"] = new("contact_id", "What a member is known by: contact_id stays when the address changes; id is the hash of the address."),
            ["listsShowArchived"] = new("false", "Lists show archived members without being asked for them."),
            ["pageSize"] = new("1000", "Members a page, up to 1000."),
            ["webhookEvents"] = new("subscribe unsubscribe profile cleaned upemail", "What Mailchimp is asked to tell of."),
            ["webhookApiSource"] = new("false", "Mailchimp tells of what was done by its API, too: by this app, and by others."),
            ["requireSignature"] = new("false", "Webhooks are used only where Mailchimp signs them.", SettingScope.Connection),
            [VendorPipeline.ConcurrencySetting] = new("8", "Calls of an account at the same time, whichever connection makes them; Mailchimp takes ten."),
        }.ToImmutableDictionary(),
    };
}
