using System.Collections.Immutable;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>
/// Facts about ConnectWise PSA: developer.connectwise.com. What it leaves open is a setting. Texts come back as one line: the vendor
/// makes spaces of line breaks and tabs.
/// </summary>
internal static class ConnectWiseCatalog
{
    public const string Projects = "projects";
    public const string Phases = "phases";
    public const string Tickets = "tickets";
    public const string ScheduleEntries = "scheduleEntries";
    public const string TimeEntries = "timeEntries";
    public const string Companies = "companies";
    public const string Contacts = "contacts";
    public const string Members = "members";
    public const string WorkTypes = "workTypes";
    public const string CompanyStatuses = "companyStatuses";
    public const string NoteTypes = "noteTypes";
    public const string Boards = "boards";
    public const string ProjectStatuses = "projectStatuses";
    public const string BoardStatuses = "boardStatuses";

    public static readonly SystemCatalog Catalog = new()
    {
        System = "connectwise",
        DisplayName = "ConnectWise PSA",
        Grant = OAuthGrant.None,
        TokenHelp = "The keys of an API member: System, Members, API Members, API Keys. The private key is shown once, when it is made.",
        TokenParts = ["publicKey", "privateKey"],
        Overlap = TimeSpan.FromMinutes(2),
        ReadLag = TimeSpan.FromMinutes(1),
        Webhooks = ConnectWiseCallbacks.Format,
        Site = ConnectWiseHosts.Site,
        RecordPage = ConnectWiseHosts.RecordPage,
        Kinds =
        [
            new(Projects, CanSearch: true)
            {
                Fields =
                [
                    new("name", Text, MaxLength: 100), new("description", Text), new("status", Reference), new("statusName", Text, Writable: false),
                    new("closedFlag", Flag, Writable: false), new("company", Reference), new("companyName", Text, Writable: false), new("contact", Reference),
                    new("manager", Reference), new("board", Reference), new("boardName", Text, Writable: false), new("type", Reference), new("billingMethod", Text),
                    new("estimatedStart", Day), new("estimatedEnd", Day), new("actualStart", Day), new("actualEnd", Day), new("scheduledStart", Day),
                    new("scheduledEnd", Day), new("budgetHours", Number), new("scheduledHours", Number, Writable: false), new("actualHours", Number, Writable: false),
                    new("percentComplete", Number),
                ],
            },
            // An id is good within its project only, and no list shows the phases of several.
            new(Phases, Projects, ListsChanges: false)
            {
                Fields =
                [
                    new("description", Text, MaxLength: 100), new("project", Reference), new("status", Reference), new("statusName", Text, Writable: false),
                    new("parentPhase", Reference), new("wbsCode", Text), new("notes", Text), new("scheduledStart", Day), new("scheduledEnd", Day),
                    new("deadlineDate", Day), new("scheduledHours", Number), new("actualHours", Number, Writable: false), new("markAsMilestoneFlag", Flag),
                ],
            },
            new(Tickets, Projects, CanSearch: true)
            {
                Fields =
                [
                    new("summary", Text, MaxLength: 100), new("project", Reference), new("phase", Reference), new("board", Reference, Writable: false),
                    new("boardName", Text, Writable: false), new("status", Reference), new("statusName", Text, Writable: false), new("workType", Reference),
                    new("owner", Reference), new("budgetHours", Number), new("actualHours", Number, Writable: false), new("wbsCode", Text),
                    new("estimatedStartDate", Day), new("requiredDate", Day), new("closedFlag", Flag, Writable: false), new("initialDescription", Text),
                ],
            },
            new(ScheduleEntries, Projects)
            {
                Fields =
                [
                    new("ticket", Reference), new("member", Reference), new("dateStart", Time), new("dateEnd", Time), new("hours", Number),
                    new("status", Reference), new("doneFlag", Flag), new("acknowledgedFlag", Flag),
                ],
            },
            new(TimeEntries, Projects)
            {
                Fields =
                [
                    new("ticket", Reference), new("project", Reference, Writable: false), new("member", Reference), new("workType", Reference),
                    new("timeStart", Time), new("timeEnd", Time), new("actualHours", Number), new("notes", Text), new("billableOption", Text),
                ],
            },
            new(Companies, CanSearch: true)
            {
                Fields =
                [
                    new("identifier", Text, MaxLength: 25), new("name", Text, MaxLength: 50), new("status", Reference), new("addressLine1", Text, MaxLength: 50),
                    new("addressLine2", Text, MaxLength: 50), new("city", Text, MaxLength: 50), new("state", Text, MaxLength: 50), new("zip", Text, MaxLength: 12),
                    new("country", Text), new("phoneNumber", Text, MaxLength: 30), new("website", Text, MaxLength: 255), new("deletedFlag", Flag, Writable: false),
                ],
            },
            new(Contacts, CanSearch: true)
            {
                Fields =
                [
                    new("firstName", Text, MaxLength: 30), new("lastName", Text, MaxLength: 30), new("company", Reference), new("title", Text, MaxLength: 100),
                    new("email", Text, MaxLength: 250), new("phone", Text, MaxLength: 250), new("inactiveFlag", Flag),
                ],
            },
            new(Members, CanSearch: true)
            {
                Fields =
                [
                    new("identifier", Text, Writable: false, MaxLength: 15), new("firstName", Text, Writable: false), new("lastName", Text, Writable: false),
                    new("email", Text, Writable: false), new("inactiveFlag", Flag, Writable: false),
                ],
            },
            List(WorkTypes, new SystemField("inactiveFlag", Flag, Writable: false)),
            List(CompanyStatuses, new SystemField("inactiveFlag", Flag, Writable: false)),
            List(NoteTypes),
            List(Boards, new SystemField("inactiveFlag", Flag, Writable: false)),
            List(
                ProjectStatuses,
                new SystemField("closedFlag", Flag, Writable: false),
                new SystemField("defaultFlag", Flag, Writable: false),
                new SystemField("inactive", Flag, Writable: false)),
            new(BoardStatuses, Boards, ListsChanges: false)
            {
                Fields =
                [
                    new("name", Text, Writable: false), new("closedFlag", Flag, Writable: false), new("defaultFlag", Flag, Writable: false),
                    new("board", Reference, Writable: false),
                ],
            },
        ],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["site"] = new("", "The host at which people sign in, such as na.myconnectwise.net or one of your own.", SettingScope.Connection, Required: true),
            ["companyId"] = new("", "The company that people give when they sign in.", SettingScope.Connection, Required: true),
            ["clientId"] = new("", "The client id that developer.connectwise.com issued for this app."),
            ["apiBase"] = new("", "The API, with its codebase; blank: found out from the site.", SettingScope.Connection),
            ["apiPrefix"] = new("api-", "Put before the host of a cloud site for its API."),
            ["cloudHosts"] = new("myconnectwise.net connectwisedev.com", "The domains of cloud sites, which also publish the keys that callbacks are signed with."),
            ["lookupPath"] = new("login/companyinfo/", "Where a site tells a company's codebase, below the site."),
            ["apiPath"] = new("apis/3.0/", "The API, below the codebase."),
            ["version"] = new("", "The version of the API's models to ask for, such as 2025.16; blank: the newest."),
            ["paging"] = new("forwardOnly", "forwardOnly, or byId for instances that do not know it: each page begins after an id."),
            ["pageSize"] = new("1000", "Records a page, up to 1000."),
            ["naiveTimes"] = new("false", "Times in conditions without their zone, for instances that find nothing otherwise.", SettingScope.Connection),
            ["clearWith"] = new("replace", "How a field is emptied: replace (with null) or remove."),
            ["emailType"] = new("Email", "The type of a contact's new e-mail address.", SettingScope.Connection),
            ["phoneType"] = new("Direct", "The type of a contact's new phone number.", SettingScope.Connection),
            ["defaultBoard"] = new("", "The board of new projects, by its name; blank: ConnectWise's own choice.", SettingScope.Connection),
            ["defaultBillingMethod"] = new("ActualRates", "Of new projects: ActualRates, FixedFee, NotToExceed or OverrideRate.", SettingScope.Connection),
            ["defaultProjectDays"] = new("30", "How long a new project takes that says nothing of it, since ConnectWise wants to know.", SettingScope.Connection),
            ["defaultLocation"] = new("", "The id of the location of new projects; blank: ConnectWise's own choice.", SettingScope.Connection),
            ["defaultDepartment"] = new("", "The id of the department of new projects; blank: ConnectWise's own choice.", SettingScope.Connection),
            ["defaultCompanySite"] = new("", "The name of the site of new companies, where ConnectWise asks for one.", SettingScope.Connection),
            ["callbackTypes"] = new("project ticket schedule time company contact member", "What ConnectWise is asked to call back for."),
            ["selfSuppress"] = new("true", "ConnectWise does not call back for what this app's API member did.", SettingScope.Connection),
            [VendorPipeline.ConcurrencySetting] = new("8", "Calls of a connection at the same time."),
        }.ToImmutableDictionary(),
    };

    private static SystemKind List(string name, params SystemField[] flags) => new(name, ListsChanges: false, CanSearch: true)
    {
        Fields = [new("name", Text, Writable: false, MaxLength: 50), .. flags],
    };
}
