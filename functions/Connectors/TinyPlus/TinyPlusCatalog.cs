using System.Collections.Immutable;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.TinyPlus;

/// <summary>Facts about tiny+: docs.tiny.plus. What it leaves open is a setting.</summary>
internal static class TinyPlusCatalog
{
    public const string Projects = "projects";
    public const string Companies = "companies";
    public const string Contacts = "contacts";
    public const string TeamMembers = "team_members";
    public const string PipelineStages = "pipeline_stages";
    public const string Progress = "progress";

    public static readonly SystemCatalog Catalog = new()
    {
        System = "tinyplus",
        DisplayName = "tiny+",
        Grant = OAuthGrant.Implicit,
        TokenHelp = "A long-life token of an account administrator: crm.tiny.plus/account/api_access. It ends when that user is disabled.",
        Overlap = TimeSpan.FromMinutes(2),
        ReadLag = TimeSpan.FromMinutes(1),
        Kinds =
        [
            new(Projects, CanSearch: true)
            {
                Fields =
                [
                    new("number", Text), new("name", Text), new("description", Text), new("record_status", Text), new("start_date", Day), new("end_date", Day),
                    new("company", Reference), new("contact", Reference), new("stage", Text, Writable: false), new("stages", Set, Writable: false),
                ],
            },
            new(Companies, CanSearch: true)
            {
                Fields =
                [
                    new("name", Text), new("email_address", Text), new("phone", Text), new("website", Text), new("address", Text), new("record_status", Text),
                    new("description", Text),
                ],
            },
            new(Contacts, CanSearch: true)
            {
                Fields =
                [
                    new("first_name", Text), new("last_name", Text), new("email_address", Text), new("title", Text), new("phone", Text), new("mobile", Text),
                    new("primary_company", Reference), new("record_status", Text),
                ],
            },
            new(TeamMembers, CanSearch: true)
            {
                Fields =
                [
                    new("first_name", Text), new("last_name", Text), new("email_address", Text), new("title", Text), new("phone", Text), new("ghost", Flag),
                    new("record_status", Text),
                ],
            },
            new(PipelineStages, ListsChanges: false, CanSearch: true)
            {
                Fields = [new("name", Text, Writable: false), new("position", Number, Writable: false)],
            },
            new(Progress, Projects, ListsChanges: false)
            {
                Fields = [new("stage", Text), new("stages", Set)],
            },
        ],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["authorizeUrl"] = new("https://api.tiny.plus/oauth/authorize", "The consent page."),
            ["apiBase"] = new("https://api.tiny.plus/v2/", "The API."),
            ["clientId"] = new("", "The id of the application that tiny+ issued."),
            ["scope"] = new("readwrite", "read or readwrite."),
            ["authorizationPrefix"] = new("", "Put before the token in the Authorization header; the documents show the bare token."),
            ["timeZone"] = new("UTC", "The zone of the times that tiny+ sends and takes without one, by its IANA name."),
            ["pageSize"] = new("100", "Records a page; tiny+ gives 15 unless asked for more."),
            ["mePath"] = new("me", "The user of the token, below apiBase."),
            ["teamMembersPath"] = new("team_members", "The team members, below apiBase."),
            ["pipelineStagesPath"] = new("pipeline_stages", "The pipeline stages, below apiBase."),
            [VendorPipeline.ConcurrencySetting] = new("8", "Calls of a connection at the same time."),
        }.ToImmutableDictionary(),
    };
}
