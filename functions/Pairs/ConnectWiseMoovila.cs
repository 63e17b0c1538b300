using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>
/// ConnectWise PSA and Moovila (managed-service providers). ConnectWise is the master and the source of reference data; projects, with all that
/// lives inside them, flow both ways, project by project.
/// </summary>
public static class ConnectWiseMoovila
{
    private const int ConnectWiseName = 100;

    private static readonly FieldMap ActiveFlag = new(
        KindMap.Lifecycle,
        new FieldEnd("inactiveFlag") { Read = FromFlag, Write = ToFlag },
        new FieldEnd("active") { Read = FromActive, Write = ToActive }) { Direction = Direction.LeftToRight };

    private static readonly KindMap WorkType = LookUp("workType", "workTypes", "workTypes", ActiveFlag);

    private static readonly KindMap CompanyStatus = LookUp("companyStatus", "companyStatuses", "customerStatuses", ActiveFlag);

    private static readonly KindMap NoteCategory = LookUp("noteCategory", "noteTypes", "noteCategories");

    private static readonly KindMap Member = new()
    {
        Name = "member",
        LeftKind = "members",
        RightKind = "users",
        IsReference = true,
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("email")],
        Fields =
        [
            new("email", new("email") { IgnoresCase = true }, new("email") { IgnoresCase = true }) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("firstName", new("firstName"), new("firstName")) { Direction = Direction.LeftToRight },
            new("lastName", new("lastName"), new("lastName")) { Direction = Direction.LeftToRight },

            // Inactive there, inactive here; a tenant that manages its users here switches the field off.
            ActiveFlag,
        ],
    };

    private static readonly KindMap Company = new()
    {
        Name = "company",
        LeftKind = "companies",
        RightKind = "customers",
        IsReference = true,
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("code"), new MatchRule("name")],
        Fields =
        [
            new("name", new("name"), new("name")) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("code", new("identifier"), new("code")) { Direction = Direction.LeftToRight },
            new("phone", new("phoneNumber"), new("phone")) { Direction = Direction.LeftToRight },
            new("website", new("website"), new("website")) { Direction = Direction.LeftToRight },
            new("address", new(null) { Parts = ["addressLine1", "addressLine2", "city", "state", "zip", "country"] }, new("address")) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("status", new("status"), new("statusId")) { Type = FieldType.Reference, References = CompanyStatus.Name, Direction = Direction.LeftToRight },
            new("externalId", new(null) { IsId = true }, new("externalId")) { Direction = Direction.LeftToRight },
        ],
    };

    private static readonly KindMap Contact = new()
    {
        Name = "contact",
        LeftKind = "contacts",
        RightKind = "contacts",
        IsReference = true,
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("email"), new MatchRule("firstName", "lastName", "company")],
        Fields =
        [
            new("firstName", new("firstName"), new("firstName")) { Direction = Direction.LeftToRight },
            new("lastName", new("lastName"), new("lastName")) { Direction = Direction.LeftToRight },
            new("email", new("email") { IgnoresCase = true }, new("email") { IgnoresCase = true }) { Direction = Direction.LeftToRight },
            new("phone", new("phone"), new("phone")) { Direction = Direction.LeftToRight },
            new("title", new("title"), new("title")) { Direction = Direction.LeftToRight },
            new("company", new("company"), new("customerId")) { Type = FieldType.Reference, References = Company.Name, Direction = Direction.LeftToRight },
            ActiveFlag,
        ],
    };

    private static readonly KindMap Project = new()
    {
        Name = "project",
        LeftKind = "projects",
        RightKind = "projects",
        MatchRules = [new MatchRule("externalId"), new MatchRule("name", "company")],
        WhenGone = LifecyclePolicy.Pause,

        // Archived in Moovila means that the project rests; nothing is archived in ConnectWise.
        WhenArchived = LifecyclePolicy.Pause,
        ResumesByHand = true,
        Listed = new ListedFields("companyName", "customerName", "boardName", "workTypeId", WorkType.Name),
        AutoPause = new AutoPause("status", ["Completed", "Cancelled"], 90),
        Fields =
        [
            new("name", new("name") { MaxLength = ConnectWiseName }, new("title")) { Blank = BlankPolicy.Keep },
            new("description", new("description"), new("description")),
            new("company", new("company"), new("customerId")) { Type = FieldType.Reference, References = Company.Name, RequiredOn = Side.Left, Blank = BlankPolicy.Keep },
            new("manager", new("manager"), new("ownerId")) { Type = FieldType.Reference, References = Member.Name },
            new("status", new("status"), new("status"))
            {
                Blank = BlankPolicy.Keep,
                Status = new StatusField(Side.Left, "status", "statusName", Board: null, Default: "InPlanning")
                {
                    Categories = ["InPlanning", "Active", "OnHold", "Completed", "Cancelled"],
                    StatusKind = "projectStatuses",
                    Guess = ProjectCategory,
                },
            },
            new("board", new("boardName"), new("boardName")) { Direction = Direction.LeftToRight },
            new("startDate", new("estimatedStart"), new("startDate")) { Type = FieldType.Day, Blank = BlankPolicy.Keep },
            new("endDate", new("estimatedEnd"), new("dueDate")) { Type = FieldType.Day, Blank = BlankPolicy.Keep },
            new("hours", new("budgetHours"), new("plannedHours")) { Type = FieldType.Number },
            new("externalId", new(null) { IsId = true }, new("externalId")) { Direction = Direction.LeftToRight },
            new(KindMap.Lifecycle, new(null) { Constant = KindMap.Active }, new("archived") { Read = FromFlag }) { Direction = Direction.RightToLeft },
        ],
    };

    private static readonly FieldMap ProjectOfPart = new("project", new("project"), new("projectId")) { Type = FieldType.Reference, References = Project.Name, Required = true, Blank = BlankPolicy.Keep };

    private static readonly KindMap Phase = new()
    {
        Name = "phase",
        LeftKind = "phases",
        RightKind = "phases",
        PartOf = Project.Name,
        HeldBy = ProjectOfPart.Name,
        WhenGone = LifecyclePolicy.Delete,
        MatchRules = [new MatchRule("project", "name")],
        Fields =
        [
            new("name", new("description") { MaxLength = ConnectWiseName }, new("name")) { Blank = BlankPolicy.Keep },
            ProjectOfPart,
            new("notes", new("notes"), new("notes")),
            new("startDate", new("scheduledStart"), new("startDate")) { Type = FieldType.Day },
            new("endDate", new("scheduledEnd"), new("dueDate")) { Type = FieldType.Day },
            new("hours", new("scheduledHours"), new("plannedHours")) { Type = FieldType.Number },
        ],
    };

    private static readonly KindMap Ticket = new()
    {
        Name = "ticket",
        LeftKind = "tickets",
        RightKind = "tasks",
        PartOf = Project.Name,
        HeldBy = ProjectOfPart.Name,
        WhenGone = LifecyclePolicy.Delete,
        MatchRules = [new MatchRule("project", "title")],
        Fields =
        [
            new("title", new("summary") { MaxLength = ConnectWiseName }, new("title")) { Blank = BlankPolicy.Keep },
            ProjectOfPart,
            new("phase", new("phase"), new("phaseId")) { Type = FieldType.Reference, References = Phase.Name },
            new("status", new("status"), new("status"))
            {
                Blank = BlankPolicy.Keep,
                Status = new StatusField(Side.Left, "status", "statusName", "board", Default: "NotStarted")
                {
                    Categories = ["NotStarted", "InProgress", "OnHold", "Complete"],
                    BoardKind = "boards",
                    StatusKind = "boardStatuses",
                    Guess = TaskCategory,
                },
            },
            new("assignee", new("owner"), new("assigneeId")) { Type = FieldType.Reference, References = Member.Name },
            new("workType", new("workType"), new("workTypeId")) { Type = FieldType.Reference, References = WorkType.Name },
            new("hours", new("budgetHours"), new("plannedHours")) { Type = FieldType.Number },
            new("startDate", new("estimatedStartDate"), new("startDate")) { Type = FieldType.Day },
            new("endDate", new("requiredDate"), new("dueDate")) { Type = FieldType.Day },
        ],
    };

    private static readonly FieldMap TicketOfPart = new("ticket", new("ticket"), new("taskId")) { Type = FieldType.Reference, References = Ticket.Name, Required = true, Blank = BlankPolicy.Keep };

    private static readonly KindMap ScheduleEntry = new()
    {
        Name = "scheduleEntry",
        LeftKind = "scheduleEntries",
        RightKind = "assignments",
        PartOf = Project.Name,
        HeldBy = TicketOfPart.Name,
        WhenGone = LifecyclePolicy.Delete,
        Substance = ["start", "end", "hours"],
        MatchRules = [new MatchRule("ticket", "member", "start")],
        Fields =
        [
            TicketOfPart,
            new("member", new("member"), new("userId")) { Type = FieldType.Reference, References = Member.Name, Required = true, Blank = BlankPolicy.Keep },
            new("start", new("dateStart"), new("startsAt")),
            new("end", new("dateEnd"), new("endsAt")),
            new("hours", new("hours"), new("hours")) { Type = FieldType.Number },
            new("done", new("doneFlag"), new("done")) { Type = FieldType.Flag },
        ],
    };

    private static readonly KindMap Time = new()
    {
        Name = "time",
        LeftKind = "timeEntries",
        RightKind = "timeLogs",
        PartOf = Project.Name,
        HeldBy = TicketOfPart.Name,
        WhenGone = LifecyclePolicy.Delete,
        MatchRules = [new MatchRule("ticket", "member", "start", "hours")],
        Fields =
        [
            TicketOfPart,
            new("member", new("member"), new("userId")) { Type = FieldType.Reference, References = Member.Name, Required = true, Blank = BlankPolicy.Keep },
            new("workType", new("workType"), new("workTypeId")) { Type = FieldType.Reference, References = WorkType.Name },
            new("start", new("timeStart"), new("startsAt")) { Blank = BlankPolicy.Keep },
            new("end", new("timeEnd"), new("endsAt")) { Blank = BlankPolicy.Keep },
            new("hours", new("actualHours"), new("hours")) { Type = FieldType.Number, Blank = BlankPolicy.Keep },
            new("notes", new("notes"), new("notes")),
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = "connectwise-moovila",
        DisplayName = "ConnectWise PSA and Moovila",
        LeftSystem = "connectwise",
        RightSystem = "moovila",
        Kinds = [WorkType, CompanyStatus, NoteCategory, Member, Company, Contact, Project, Phase, Ticket, ScheduleEntry, Time],
        Defaults = new FlowSettings { CoolDown = TimeSpan.FromMinutes(10), SweepEvery = TimeSpan.FromHours(4), ReferencesEvery = TimeSpan.FromHours(4) },
    };

    private static KindMap LookUp(string name, string left, string right, params ImmutableArray<FieldMap> more) => new()
    {
        Name = name,
        LeftKind = left,
        RightKind = right,
        IsReference = true,
        NewRecords = Direction.LeftToRight,
        WhenGone = more.IsEmpty ? LifecyclePolicy.Ignore : LifecyclePolicy.Archive,
        MatchRules = [new MatchRule("name")],
        Fields = [new("name", new("name"), new("name")) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep }, .. more],
    };

    private static string ProjectCategory(Record status) => Says(status) switch
    {
        var name when name.Contains("cancel", StringComparison.Ordinal) => "Cancelled",
        _ when IsClosed(status) => "Completed",
        var name when name.Contains("hold", StringComparison.Ordinal) || name.Contains("wait", StringComparison.Ordinal) => "OnHold",
        var name when name.Contains("progress", StringComparison.Ordinal) || name.Contains("open", StringComparison.Ordinal) || name.Contains("active", StringComparison.Ordinal) => "Active",
        _ => "InPlanning",
    };

    private static string TaskCategory(Record status) => Says(status) switch
    {
        _ when IsClosed(status) => "Complete",
        var name when name.Contains("hold", StringComparison.Ordinal) || name.Contains("wait", StringComparison.Ordinal) => "OnHold",
        var name when name.Contains("progress", StringComparison.Ordinal) => "InProgress",
        _ => "NotStarted",
    };

    private static string Says(Record status) => (status.Fields.Find("name")?.ToString() ?? status.Label).ToLowerInvariant();

    private static bool IsClosed(Record status) => status.Fields.Find("closedFlag") is FieldValue.Flag { Value: true };

    private static FieldValue FromFlag(FieldValue value) => value is FieldValue.Flag { Value: true } ? KindMap.Archived : KindMap.Active;

    private static FieldValue ToFlag(FieldValue lifecycle) => new FieldValue.Flag(lifecycle == KindMap.Archived);

    private static FieldValue FromActive(FieldValue value) => value is FieldValue.Flag { Value: false } ? KindMap.Archived : KindMap.Active;

    private static FieldValue ToActive(FieldValue lifecycle) => new FieldValue.Flag(lifecycle != KindMap.Archived);
}
