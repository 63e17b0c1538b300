using System.Collections.Immutable;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.Synergy;

/// <summary>Facts about Total Synergy: developers.totalsynergy.com and help.totalsynergy.com. What they leave open is a setting.</summary>
internal static class SynergyCatalog
{
    public const string Projects = "projects";
    public const string Companies = "companies";
    public const string Personnel = "personnel";
    public const string Staff = "staff";
    public const string Stages = "stages";
    public const string Statuses = "statuses";
    public const string Progress = "progress";

    public static readonly SystemCatalog Catalog = new()
    {
        System = "synergy",
        DisplayName = "Total Synergy",
        Grant = OAuthGrant.Code,
        TokenHelp = "An API key of an administrator: user profile, API Key. It is valid for one or three years and sees what that user sees.",
        Overlap = TimeSpan.FromMinutes(2),
        ReadLag = TimeSpan.FromMinutes(1),
        DailyCalls = ImmutableDictionary<string, int>.Empty.Add("standard", 300).Add("premium", 60_000),
        Kinds =
        [
            new(Projects, CanSearch: true)
            {
                Fields =
                [
                    new("number", Text), new("name", Text), new("scope", Text), new("clientReferenceNumber", Text), new("startDate", Day),
                    new("endDate", Day), new("statusName", Text, Writable: false), new("isActive", Flag), new("primaryContactId", Reference),
                    new("managerId", Reference, Writable: false),
                ],
            },
            new(Companies)
            {
                Fields =
                [
                    new("name", Text), new("email", Text), new("phone", Text), new("web", Text), new("address1", Text), new("address2", Text),
                    new("town", Text), new("state", Text), new("zipCode", Text), new("country", Text), new("isActive", Flag),
                ],
            },
            new(Personnel)
            {
                Fields =
                [
                    new("firstName", Text), new("lastName", Text), new("name", Text, Writable: false), new("email", Text), new("phone", Text),
                    new("mobile", Text), new("jobTitle", Text), new("companyId", Reference), new("isActive", Flag),
                ],
            },
            new(Staff)
            {
                Fields =
                [
                    new("firstName", Text, Writable: false), new("lastName", Text, Writable: false), new("name", Text, Writable: false),
                    new("email", Text, Writable: false), new("position", Text, Writable: false), new("phone", Text, Writable: false),
                    new("isActive", Flag, Writable: false),
                ],
            },
            new(Stages, Projects, ListsChanges: false)
            {
                Fields = [new("name", Text, Writable: false), new("status", Text, Writable: false), new("managerId", Reference, Writable: false)],
            },
            new(Statuses, ListsChanges: false)
            {
                Fields = [new("name", Text, Writable: false), new("isActive", Flag, Writable: false)],
            },
            new(Progress, Projects, ListsChanges: false)
            {
                Fields = [new("statusName", Text), new("stages", Set, Writable: false)],
            },
        ],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["authorizeUrl"] = new("https://app.totalsynergy.com/OAuth2/Authorize", "The consent page."),
            ["apiBase"] = new("https://api.totalsynergy.com/api/v2/", "The API; the test site's is https://betaapi.totalsynergy.com/api/v2/."),
            ["organisation"] = new("", "The short name, as in app.totalsynergy.com/Organisation/<name>/Home; found out if there is only one.", SettingScope.Connection),
            ["applicationKey"] = new("", "The public key of the application that is registered with Total Synergy."),
            ["applicationSecret"] = new("", "The private key of that application.", Secret: true),
            ["stateInRedirect"] = new("true", "Total Synergy documents no state parameter: carry it in the query of the RedirectUri."),
            ["plan"] = new("standard", "standard (300 calls a day) or premium (60,000).", SettingScope.Connection),
            ["tokenPath"] = new("OAuth2/GetAccessToken", "Where a code is exchanged, below apiBase."),
            ["refreshPath"] = new("OAuth2/RefreshAccessToken", "Where tokens are refreshed, below apiBase."),
            ["tokenFormat"] = new("json", "Body of both: json or form."),
            ["organisationsPath"] = new("Organisation", "The list of organisations that the credentials may see, below apiBase."),
            ["parameterPrefix"] = new("criteria.", "Put before the parameters of lists; may be blank."),
            ["pageParameter"] = new("page", "The page index in lists."),
            ["pageSizeParameter"] = new("pagesize", "The page size in lists."),
            ["firstPage"] = new("1", "The index of the first page."),
            ["pageSize"] = new("500", "Records a page, up to 1000."),
            ["allStatusTypes"] = new("auto", "Whether all projects, and searches, are listed by status type: true, false, or auto, only if a plain list showed none inactive."),
            ["changesByStatusType"] = new("false", "The same for lists of changed projects, where each status type costs a call."),
            ["createVerb"] = new("POST", "The verb that creates."),
            ["updateVerb"] = new("PATCH", "The verb that updates: PATCH with the changed fields, or PUT with the whole record."),
            ["companyType"] = new("1", "The contactTypeId of a new company."),
            ["personnelType"] = new("3", "The contactTypeId of a new person of a company."),
            [VendorPipeline.ConcurrencySetting] = new("8", "Calls of a connection at the same time."),
        }.ToImmutableDictionary(),
    };
}
