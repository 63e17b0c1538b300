using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>
/// Total Synergy and tiny+ (architecture and engineering practices). Synergy is the master: it wins conflicts, older records are
/// imported from it, and what only one side can own is its own.
/// </summary>
public static class SynergyTinyPlus
{
    private const int SynergyName = 255;

    private static readonly FieldMap SynergyLifecycle = new(
        KindMap.Lifecycle,
        new FieldEnd("isActive") { Read = FromActiveFlag, Write = ToActiveFlag },
        new FieldEnd("record_status") { Read = FromRecordStatus, Write = ToRecordStatus });

    private static readonly KindMap Staff = new()
    {
        Name = "staff",
        LeftKind = "staff",
        RightKind = "team_members",
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("email")],
        Fields =
        [
            new("email", new("email") { IgnoresCase = true }, new("email_address") { IgnoresCase = true }) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("firstName", new("firstName"), new("first_name")) { Direction = Direction.LeftToRight },
            new("lastName", new("lastName"), new("last_name")) { Direction = Direction.LeftToRight },
            new("title", new("position"), new("title")) { Direction = Direction.LeftToRight },
            new("phone", new("phone"), new("phone")) { Direction = Direction.LeftToRight },

            // A team member starts as a ghost: no login, no cost. Who activates it in tiny+ owns that: it is never made a ghost again.
            new("ghost", new(null) { Constant = new FieldValue.Flag(true) }, new("ghost")) { Type = FieldType.Flag, Direction = Direction.InitiallyFromLeft },
            SynergyLifecycle with { Direction = Direction.LeftToRight },
        ],
    };

    private static readonly KindMap Company = new()
    {
        Name = "company",
        LeftKind = "companies",
        RightKind = "companies",
        MatchRules = [new MatchRule("name")],
        Fields =
        [
            new("name", new("name") { MaxLength = SynergyName }, new("name")) { Blank = BlankPolicy.Keep },
            new("email", new("email") { IgnoresCase = true }, new("email_address") { IgnoresCase = true }),
            new("phone", new("phone"), new("phone")),
            new("website", new("web"), new("website")),

            // Synergy keeps an address in parts, tiny+ in one text, which cannot be taken apart again.
            new("address", new(null) { Parts = ["address1", "address2", "town", "state", "zipCode", "country"] }, new("address")) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            SynergyLifecycle,
        ],
    };

    private static readonly KindMap Contact = new()
    {
        Name = "contact",
        LeftKind = "personnel",
        RightKind = "contacts",
        MatchRules = [new MatchRule("email"), new MatchRule("firstName", "lastName", "company")],
        Fields =
        [
            new("firstName", new("firstName"), new("first_name")),
            new("lastName", new("lastName"), new("last_name")),
            new("email", new("email") { IgnoresCase = true }, new("email_address") { IgnoresCase = true }),
            new("title", new("jobTitle"), new("title")),
            new("phone", new("phone"), new("phone")),
            new("mobile", new("mobile"), new("mobile")),

            // Personnel are staff of a company contact: Synergy cannot hold one whose company it does not have.
            new("company", new("companyId"), new("primary_company")) { Type = FieldType.Reference, References = "company", RequiredOn = Side.Left, Blank = BlankPolicy.Keep },
            SynergyLifecycle,
        ],
    };

    private static readonly KindMap Project = new()
    {
        Name = "project",
        LeftKind = "projects",
        RightKind = "projects",
        MatchRules = [new MatchRule("number"), new MatchRule("name")],
        StatusLock = new StatusLock(Side.Right, "record_status", "stage"),
        Fields =
        [
            new("name", new("name") { MaxLength = SynergyName }, new("name")) { Blank = BlankPolicy.Keep },
            new("number", new("number"), new("number")) { Direction = Direction.InitiallyFromRight, Blank = BlankPolicy.Keep },
            new("description", new("scope"), new("description")),
            new("startDate", new("startDate"), new("start_date")) { Type = FieldType.Day },
            new("endDate", new("endDate"), new("end_date")) { Type = FieldType.Day },
            new("company", new("primaryContactId"), new("company")) { Type = FieldType.Reference, References = "company" },
            SynergyLifecycle,
        ],
    };

    /// <summary>What lives inside a project: its status, by the tenant's map, and a summary of its stages.</summary>
    private static readonly KindMap Progress = new()
    {
        Name = "progress",
        Parent = "project",
        LeftKind = "progress",
        RightKind = "progress",
        StatusLock = new StatusLock(Side.Right, "record_status", "stage"),
        Fields =
        [
            new("status", new("statusName"), new("stage")) { ValueMap = "stages", Blank = BlankPolicy.Keep },
            new("stages", new("stages"), new("stages")) { Type = FieldType.Set, Direction = Direction.LeftToRight },
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = "synergy-tinyplus",
        DisplayName = "Total Synergy and tiny+",
        LeftSystem = "synergy",
        RightSystem = "tinyplus",
        Kinds = [Staff, Company, Contact, Project, Progress],
        Defaults = new FlowSettings { SweepEvery = TimeSpan.FromDays(1) },
        TeamKind = Staff.Name,
        Stages = new StageMap("stages", "statuses", "pipeline_stages"),
    };

    private static FieldValue FromActiveFlag(FieldValue value) =>
        value is FieldValue.Flag { Value: false } ? KindMap.Archived : KindMap.Active;

    private static FieldValue ToActiveFlag(FieldValue lifecycle) => new FieldValue.Flag(lifecycle != KindMap.Archived);

    // "active", "prospect" and whatever else a tenant has are alive; only an archived record is not.
    private static FieldValue FromRecordStatus(FieldValue value) =>
        string.Equals(value.ToString(), "archived", StringComparison.OrdinalIgnoreCase) ? KindMap.Archived : KindMap.Active;

    private static FieldValue ToRecordStatus(FieldValue lifecycle) => new FieldValue.Text(lifecycle == KindMap.Archived ? "archived" : "active");
}
