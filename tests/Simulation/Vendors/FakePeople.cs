using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>Two systems of a charity, constituents and the members of an audience, and a second one of the first sort that shares the audience.</summary>
public static class FakePeople
{
    public const string Other = "simother";

    private static readonly FakeField[] Fields = [new("first"), new("last"), new("mail"), new("tel"), new("tags", SystemFieldType.Set), new("active", SystemFieldType.Flag)];

    public static readonly FakeHabits LeftHabits = new(Side.Left, FakePair.Left, [new("constituents", Fields)]) { IdPrefix = "C" };

    public static readonly FakeHabits RightHabits = new(Side.Right, FakePair.Right, [new("members", Fields)]) { IdPrefix = "M", PagesByNumber = true };

    public static readonly FakeHabits OtherHabits = LeftHabits with { System = Other, IdPrefix = "O" };

    public static readonly KindMap Person = new()
    {
        Name = "person",
        LeftKind = "constituents",
        RightKind = "members",
        MatchRules = [new MatchRule("email")],
        Fields =
        [
            new("firstName", new("first"), new("first")),
            new("lastName", new("last"), new("last")),
            new("email", new("mail"), new("mail")) { Blank = BlankPolicy.Keep },
            new("phone", new("tel"), new("tel")),
            new("tags", new("tags"), new("tags")) { Type = FieldType.Set },
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = "simpeople",
        DisplayName = "Constituents and members",
        LeftSystem = FakePair.Left,
        RightSystem = FakePair.Right,
        Kinds = [Person],
        Defaults = FlowSettings.Default with { LockWindow = TimeSpan.FromHours(1) },
    };

    public static readonly Pair OtherPair = Pair with { Name = "simotherpeople", LeftSystem = Other };
}
