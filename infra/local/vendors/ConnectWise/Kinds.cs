using System.Text.Json;

namespace SyncFunctions.Vendors.ConnectWise;

/// <summary>The records of a company and the vendor's rules for them.</summary>
internal static class Kinds
{
    public const string Boards = "boards";
    public const string BoardStatuses = "boardStatuses";
    public const string ProjectStatuses = "projectStatuses";
    public const string ProjectTypes = "projectTypes";
    public const string CompanyStatuses = "companyStatuses";
    public const string NoteTypes = "noteTypes";
    public const string WorkTypes = "workTypes";
    public const string Members = "members";
    public const string Companies = "companies";
    public const string Contacts = "contacts";
    public const string Projects = "projects";
    public const string Phases = "phases";
    public const string Tickets = "tickets";
    public const string ServiceTickets = "serviceTickets";
    public const string ScheduleEntries = "scheduleEntries";
    public const string TimeEntries = "timeEntries";
    public const string Callbacks = "callbacks";

    public static readonly string[] BillingMethods = ["ActualRates", "FixedFee", "NotToExceed", "OverrideRate"];

    private static readonly JsonElement NoItems = JsonSerializer.SerializeToElement(Array.Empty<object>());

    /// <summary>In reference order.</summary>
    public static readonly IReadOnlyList<SimKind> All =
    [
        Kind(Boards, "Boards", Name(50), Flag("projectFlag", true), Flag("inactiveFlag")) with { Archive = ("inactiveFlag", true, false) },
        Kind(
            BoardStatuses,
            "Board statuses",
            Name(50),
            Reference("board", Boards) with { Required = true, Indexed = true },
            Flag("closedStatus"),
            Flag("defaultFlag"),
            new SimField("sortOrder", SimType.Integer) { Default = 0L }),
        Kind(ProjectStatuses, "Project statuses", Name(30), Flag("closedFlag"), Flag("defaultFlag"), Flag("inactiveFlag")) with { Archive = ("inactiveFlag", true, false) },
        Kind(ProjectTypes, "Project types", Name(30), Flag("inactiveFlag")),
        Kind(CompanyStatuses, "Company statuses", Name(50), Flag("defaultFlag"), Flag("inactiveFlag")) with { Archive = ("inactiveFlag", true, false) },
        Kind(NoteTypes, "Note types", Name(50), Flag("defaultFlag")),
        Kind(WorkTypes, "Work types", Name(50), Flag("inactiveFlag")) with { Archive = ("inactiveFlag", true, false) },
        Kind(
            Members,
            "Members",
            Text("identifier", 15) with { Required = true, Indexed = true },
            Text("firstName", 30),
            Text("lastName", 30),
            Text("officeEmail", 250),
            Text("primaryEmail", 250),
            new SimField("licenseClass", SimType.Text) { Default = "F", OneOf = ["F", "A", "C", "X"] },
            Flag("inactiveFlag")) with { NameField = "identifier", Archive = ("inactiveFlag", true, false) },
        Kind(
            Companies,
            "Companies",
            Text("identifier", 25) with { Required = true, Indexed = true },
            Name(50),
            Reference("status", CompanyStatuses),
            Text("addressLine1", 50),
            Text("addressLine2", 50),
            Text("city", 50),
            Text("state", 50),
            Text("zip", 12),
            new SimField("country", SimType.Json),
            Text("phoneNumber", 30),
            Text("website", 255),
            Flag("deletedFlag")) with
        {
            Check = draft =>
            {
                draft["status"] ??= Default(draft.Account, CompanyStatuses);
                // What the vendor's screens do for who gives only a name.
                draft["identifier"] ??= draft["name"] is string name ? string.Concat(name.Where(char.IsLetterOrDigit).Take(25)) : null;
                if (draft["identifier"] is string identifier && draft.Account.Table(Companies) is var companies
                    && companies.Truth.WithValue(companies.Kind.Shape.Slot("identifier"), identifier).Any(other => other.Id != draft.Old?.Id))
                    draft.Refuse("identifier", "The identifier already exists.");
            },
        },
        Kind(
            Contacts,
            "Contacts",
            Text("firstName", 30),
            Text("lastName", 30),
            Reference("company", Companies) with { Indexed = true },
            Text("title", 100),
            new SimField("communicationItems", SimType.Json) { Default = NoItems },
            Flag("inactiveFlag")) with
        {
            NameField = "firstName",
            Archive = ("inactiveFlag", true, false),
            Check = draft =>
            {
                if (draft["firstName"] is not string { Length: > 0 })
                    draft["firstName"] = draft["lastName"];
                if (draft["firstName"] is not string { Length: > 0 })
                    draft.Refuse("firstName", "The firstName field is required.");
            },
        },
        Kind(
            Projects,
            "Projects",
            Name(100),
            Text("description"),
            Reference("status", ProjectStatuses),
            Derived("closedFlag", SimType.Flag, (account, record, _) => account.Find([ProjectStatuses], record["status"])?["closedFlag"] ?? false),
            Reference("company", Companies) with { Indexed = true },
            Reference("contact", Contacts),
            Reference("manager", Members),
            Reference("board", Boards),
            Reference("type", ProjectTypes),
            new SimField("billingMethod", SimType.Text) { OneOf = BillingMethods },
            Day("estimatedStart"),
            Day("estimatedEnd"),
            Day("actualStart"),
            Day("actualEnd"),
            Day("scheduledStart"),
            Day("scheduledEnd"),
            Number("budgetHours"),
            Derived("scheduledHours", SimType.Number, (account, record, _) => Children(account, Tickets, "project", record).Sum(ticket => Hours(account, ScheduleEntries, "objectId", "hours", ticket))),
            Derived("actualHours", SimType.Number, (account, record, _) => Children(account, Tickets, "project", record).Sum(ticket => Hours(account, TimeEntries, "chargeToId", "actualHours", ticket))),
            Number("percentComplete")) with
        {
            Check = draft =>
            {
                draft["status"] ??= Default(draft.Account, ProjectStatuses);
                draft["board"] ??= draft.Account.Table(Boards).Truth.ByNumber.FirstOrDefault(board => board["projectFlag"] is true)?.Number;
                draft["billingMethod"] ??= BillingMethods[0];
            },
            After = (account, project) => WithChildren(account, project, (Phases, "project"), (Tickets, "project")),
        },
        Kind(
            Phases,
            "Phases",
            Text("description", 100) with { Required = true },
            Derived("projectId", SimType.Integer, (_, record, _) => record["project"]),
            new SimField("project", SimType.Reference) { References = [Projects], Required = true, Indexed = true, IsForPages = true },
            Reference("status", ProjectStatuses),
            Reference("parentPhase", Phases),
            Text("wbsCode", 50),
            Text("notes"),
            Day("scheduledStart"),
            Day("scheduledEnd"),
            Day("deadlineDate"),
            Number("scheduledHours"),
            Derived("actualHours", SimType.Number, (account, record, _) => Children(account, Tickets, "phase", record).Sum(ticket => Hours(account, TimeEntries, "chargeToId", "actualHours", ticket))),
            Flag("markAsMilestoneFlag")) with { NameField = "description", Check = draft => draft["status"] ??= Default(draft.Account, ProjectStatuses) },
        Ticket(
            Tickets,
            "Project tickets",
            "ProjectTicket",
            Reference("project", Projects) with { Required = true, Indexed = true },
            Reference("phase", Phases) with { Indexed = true },
            Reference("workType", WorkTypes),
            Number("budgetHours"),
            Text("wbsCode", 50),
            Day("estimatedStartDate"),
            new SimField("initialDescription", SimType.Text) { IsForPages = true }) with
        {
            Check = draft =>
            {
                if (draft.Account.Find([Projects], draft["project"]) is not { } project)
                    return;
                draft["board"] = project["board"];
                CheckStatus(draft);
                if (draft["phase"] is { } phase && draft.Account.Find([Phases], phase) is { } found && !Equals(found["project"], draft["project"]))
                    draft.Refuse("phase", "The phase is not one of this project.");
            },
        },
        Ticket(ServiceTickets, "Service tickets", "ServiceTicket") with { Check = CheckStatus },
        Kind(
            ScheduleEntries,
            "Schedule entries",
            Derived("name", SimType.Text, (account, record, _) => account.Find([Tickets, ServiceTickets], record["objectId"])?["summary"]),
            new SimField("objectId", SimType.Integer) { References = [Tickets, ServiceTickets], Indexed = true },
            Derived("type", SimType.Json, (_, record, _) => JsonSerializer.SerializeToElement(new { id = 4, identifier = record["objectId"] is null ? "C" : "S" })),
            Reference("member", Members),
            new SimField("dateStart", SimType.Time),
            new SimField("dateEnd", SimType.Time),
            Number("hours"),
            new SimField("status", SimType.Json),
            Flag("doneFlag"),
            Flag("acknowledgedFlag")),
        Kind(
            TimeEntries,
            "Time entries",
            new SimField("chargeToId", SimType.Integer) { References = [Tickets, ServiceTickets], Required = true, Indexed = true },
            Derived("chargeToType", SimType.Text, (account, record, _) => account.Exists([Tickets], record["chargeToId"] ?? 0L) ? "ProjectTicket" : "ServiceTicket"),
            Derived("project", SimType.Json, (account, record, _) => account.Find([Tickets], record["chargeToId"]) is { } ticket && account.Find([Projects], ticket["project"]) is { } project
                ? JsonSerializer.SerializeToElement(new { id = project.Number, name = project["name"] })
                : null),
            Reference("member", Members),
            Reference("workType", WorkTypes),
            new SimField("timeStart", SimType.Time) { Required = true },
            new SimField("timeEnd", SimType.Time),
            Number("actualHours"),
            Text("notes"),
            new SimField("billableOption", SimType.Text) { Default = "Billable", OneOf = ["Billable", "DoNotBill", "NoCharge", "NoDefault"] }),
        Kind(
            Callbacks,
            "Callbacks",
            Text("description", 100),
            Text("url", 2000) with { Required = true },
            new SimField("objectId", SimType.Integer) { Required = true },
            new SimField("type", SimType.Text) { Required = true },
            new SimField("level", SimType.Text) { Required = true },
            Flag("inactiveFlag"),
            Flag("isSelfSuppressedFlag"),
            new SimField("registeredBy", SimType.Text) { IsForPages = true },
            new SimField("origin", SimType.Text) { IsForPages = true }) with { NameField = "description" },
    ];

    private static SimKind Kind(string name, string label, params SimField[] own) => new(name, label, new SimShape(
    [
        Derived("id", SimType.Integer, (_, record, _) => record.Number),
        .. own,
        new SimField("customFields", SimType.Json) { Default = NoItems },
        Derived("dateEntered", SimType.Time, (_, record, _) => record.Created) with { IsForPages = true },
        Derived("lastUpdated", SimType.Time, (_, record, _) => record.Modified) with { IsForPages = true },
        Derived("_info", SimType.Json, (account, record, _) => JsonSerializer.SerializeToElement(new
        {
            lastUpdated = account.System.Format.Time(record.Modified),
            dateEntered = account.System.Format.Time(record.Created),
        })),
    ]))
    {
        CreatedField = "dateEntered",
        ModifiedField = "lastUpdated",
    };

    private static SimKind Ticket(string name, string label, string recordType, params SimField[] own) => Kind(
        name,
        label,
        [
            Text("summary", 100) with { Required = true },
            Derived("recordType", SimType.Text, (_, _, _) => recordType),
            .. own,
            Reference("board", Boards),
            Reference("status", BoardStatuses),
            Reference("company", Companies),
            Reference("owner", Members),
            Day("requiredDate"),
            Derived("actualHours", SimType.Number, (account, record, _) => Hours(account, TimeEntries, "chargeToId", "actualHours", record)),
            Derived("closedFlag", SimType.Flag, (account, record, _) => account.Find([BoardStatuses], record["status"])?["closedStatus"] ?? false),
        ]) with
    {
        // Both kinds of tickets are numbered as one.
        Sequence = Tickets,
        NameField = "summary",
        After = (account, ticket) => WithChildren(account, ticket, (ScheduleEntries, "objectId"), (TimeEntries, "chargeToId")),
    };

    private static void CheckStatus(SimDraft draft)
    {
        var statuses = draft.Account.Table(BoardStatuses).Truth.ByNumber.Where(status => Equals(status["board"], draft["board"])).ToArray();
        draft["status"] ??= (statuses.FirstOrDefault(status => status["defaultFlag"] is true) ?? statuses.FirstOrDefault())?.Number;
        if (draft["status"] is { } status && statuses.All(known => !Equals(known.Number, status)))
            draft.Refuse("status", "The status is not one of this board.");
    }

    /// <summary>What is inside a record goes with it.</summary>
    private static void WithChildren(SimAccount account, SimRecord record, params (string Kind, string Field)[] inside)
    {
        if (account.Exists([record.Kind.Name], record.Number))
            return;
        foreach (var (kind, field) in inside)
        {
            foreach (var child in Children(account, kind, field, record).ToArray())
                account.Delete(child.Kind, child.Id);
        }
    }

    private static IReadOnlyList<SimRecord> Children(SimAccount account, string kind, string field, SimRecord record)
    {
        var table = account.Table(kind);
        return table.Truth.WithValue(table.Kind.Shape.Slot(field), record.Number);
    }

    private static decimal Hours(SimAccount account, string kind, string field, string hours, SimRecord ticket) =>
        Children(account, kind, field, ticket).Sum(entry => entry[hours] as decimal? ?? 0);

    private static object? Default(SimAccount account, string kind)
    {
        var all = account.Table(kind).Truth.ByNumber;
        return (all.FirstOrDefault(record => record["defaultFlag"] is true) ?? (all is [var first, ..] ? first : null))?.Number;
    }

    private static SimField Name(int length) => Text("name", length) with { Required = true };

    private static SimField Text(string name, int length = 0) => new(name, SimType.Text) { MaxLength = length };

    private static SimField Number(string name) => new(name, SimType.Number);

    private static SimField Day(string name) => new(name, SimType.Date);

    private static SimField Flag(string name, bool value = false) => new(name, SimType.Flag) { Default = value };

    private static SimField Reference(string name, string kind) => new(name, SimType.Reference) { References = [kind] };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
