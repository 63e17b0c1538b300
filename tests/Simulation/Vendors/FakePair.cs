using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>
/// Two fake systems that differ in everything two systems can differ in, and the pair of them. Left has strong versions, pages by its
/// last row and keeps what it is given; right has whole seconds, pages by number, lags, and makes of values what it likes.
/// </summary>
public static class FakePair
{
    public const string Name = "sim";
    public const string Left = "simleft";
    public const string Right = "simright";
    public const string StatusMap = "status";

    /// <summary>Left value, right value. What only one side has is not translated.</summary>
    public static readonly (string Left, string Right)[] Statuses = [("New", "n"), ("Open", "o"), ("Won", "w"), ("Lost", "l")];

    public static readonly FakeHabits LeftHabits = new(Side.Left, Left,
    [
        new("companies",
        [
            new("code"), new("name") { MaxLength = 60 }, new("email"), new("phone"), new("tags", SystemFieldType.Set), new("address"), new("status"),
            new("size", SystemFieldType.Number) { Decimals = 2 }, new("notes"), new("origin"), new("score", SystemFieldType.Number), new("active", SystemFieldType.Flag),
        ]),
        new("people", [new("code"), new("name"), new("email"), new("phone"), new("company", SystemFieldType.Reference) { RefersTo = "companies" }, new("active", SystemFieldType.Flag)]) { HeldBy = ("companies", "company") },
        new("projects",
        [
            new("code"), new("name"), new("client", SystemFieldType.Reference) { RefersTo = "companies" }, new("start", SystemFieldType.Day), new("active", SystemFieldType.Flag),
            new("phase") { Inside = true }, new("milestones", SystemFieldType.Set) { Inside = true },
        ], "plans"),
    ])
    {
        IdPrefix = "L",
        StrongVersions = true,
    };

    public static readonly FakeHabits RightHabits = new(Side.Right, Right,
    [
        new("accounts",
        [
            new("ref"), new("title") { MaxLength = 40, Trims = true }, new("mail") { LowerCase = true, Trims = true }, new("tel") { DigitsOnly = true }, new("labels", SystemFieldType.Set), new("place") { MaxLength = 30, Trims = true },
            new("stage"), new("size", SystemFieldType.Number) { Decimals = 1 }, new("notes") { Trims = true }, new("source"), new("score", SystemFieldType.Number), new("state"),
        ]),
        new("contacts", [new("ref"), new("title") { MaxLength = 40, Trims = true }, new("mail") { LowerCase = true }, new("tel"), new("account", SystemFieldType.Reference) { RefersTo = "accounts", Required = true }, new("state")]) { HeldBy = ("accounts", "account") },
        new("jobs",
        [
            new("ref"), new("title") { MaxLength = 40, Trims = true }, new("account", SystemFieldType.Reference) { RefersTo = "accounts" }, new("begin", SystemFieldType.Day), new("state"),
            new("phase") { Inside = true }, new("milestones", SystemFieldType.Set) { Inside = true },
        ], "schedules"),
    ])
    {
        IdPrefix = "R",
        Tick = TimeSpan.FromSeconds(1),
        PagesByNumber = true,
        BumpsVersions = true,
        ListLag = TimeSpan.FromSeconds(80),
        ReadLag = TimeSpan.FromSeconds(80),
    };

    private static readonly FieldMap Code = new("code", new("code"), new("ref"));

    private static readonly FieldMap Title = new("name", new("name") { MaxLength = 60 }, new("title") { MaxLength = 40 }) { Blank = BlankPolicy.Keep };

    private static readonly FieldMap Mail = new("email", new("email"), new("mail") { IgnoresCase = true });

    private static readonly FieldMap Life = new(
        KindMap.Lifecycle,
        new("active") { Read = value => value is FieldValue.Flag { Value: false } ? KindMap.Archived : KindMap.Active, Write = value => new FieldValue.Flag(value != KindMap.Archived) },
        new("state") { Read = value => value.ToString() == "archived" ? KindMap.Archived : KindMap.Active, Write = value => new FieldValue.Text(value == KindMap.Archived ? "archived" : "live") });

    public static readonly KindMap Company = new()
    {
        Name = "company",
        LeftKind = "companies",
        RightKind = "accounts",
        MatchRules = [new MatchRule("code"), new MatchRule("name")],
        Fields =
        [
            Code,
            Title,
            Mail,
            new("phone", new("phone"), new("tel")),
            new("tags", new("tags"), new("labels")) { Type = FieldType.Set },
            new("address", new("address"), new("place") { MaxLength = 30 }),
            new("status", new("status"), new("stage")) { ValueMap = StatusMap, Blank = BlankPolicy.Keep },
            new("size", new("size"), new("size")) { Type = FieldType.Number },
            new("notes", new("notes"), new("notes")) { Direction = Direction.LeftToRight },
            new("origin", new("origin"), new("source")) { Direction = Direction.InitiallyFromLeft },
            new("score", new("score"), new("score")) { Type = FieldType.Number, Direction = Direction.RightToLeft },
            Life,
        ],
    };

    public static readonly KindMap Contact = new()
    {
        Name = "contact",
        LeftKind = "people",
        RightKind = "contacts",
        Master = Side.Right,
        MatchRules = [new MatchRule("code"), new MatchRule("name", "company")],
        Fields =
        [
            Code,
            Title,
            Mail,
            new("phone", new("phone"), new("tel")),
            new("company", new("company"), new("account")) { Type = FieldType.Reference, References = "company", RequiredOn = Side.Right, Blank = BlankPolicy.Keep },
            Life,
        ],
    };

    public static readonly KindMap Project = new()
    {
        Name = "project",
        LeftKind = "projects",
        RightKind = "jobs",
        MatchRules = [new MatchRule("code"), new MatchRule("name")],
        Fields =
        [
            Code,
            Title,
            new("company", new("client"), new("account")) { Type = FieldType.Reference, References = "company" },
            new("start", new("start"), new("begin")) { Type = FieldType.Day },
            Life,
        ],
    };

    public static readonly KindMap Plan = new()
    {
        Name = "plan",
        Parent = "project",
        LeftKind = "plans",
        RightKind = "schedules",
        Fields =
        [
            new("phase", new("phase"), new("phase")),
            new("milestones", new("milestones"), new("milestones")) { Type = FieldType.Set, Direction = Direction.LeftToRight },
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = Name,
        DisplayName = "Two fake systems",
        LeftSystem = Left,
        RightSystem = Right,
        Kinds = [Company, Contact, Project, Plan],
        Defaults = Defaults,
    };

    public static FlowSettings Defaults => FlowSettings.Default with
    {
        ValueMaps = FlowSettings.Default.ValueMaps.Add(StatusMap, [.. Statuses.Select(status => new ValuePair(status.Left, status.Right))]),
    };
}
