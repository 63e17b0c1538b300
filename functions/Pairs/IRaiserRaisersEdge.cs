using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>iRaiser to Raiser's Edge NXT: who gives becomes a constituent, or is found among them, and what they give becomes a gift. One way.</summary>
public static class IRaiserRaisersEdge
{
    private static readonly KindMap Donor = new()
    {
        Name = "donor",
        LeftKind = "donors",
        RightKind = "constituents",
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("email")],
        WhenGone = LifecyclePolicy.Pause,
        Fields =
        [
            Of("email", "email", new("email") { IgnoresCase = true }) with { Left = new("email") { IgnoresCase = true } },
            Of("firstName", "first_name", new("first") { MaxLength = 50 }),
            Of("lastName", "last_name", new("last") { MaxLength = 100 }) with { RequiredOn = Side.Right },
            Of("phone", "phone", new("phone")),
            Of("street", "street", new("address_lines") { MaxLength = 150 }),
            Of("city", "city", new("city") { MaxLength = 50 }),
            Of("zip", "zipcode", new("postal_code") { MaxLength = 12 }),
            Of("country", "country", new("country")),
            new("type", People.Constant("Individual"), new("type")) { Direction = Direction.InitiallyFromLeft },
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = "iraiser-raisersedge",
        DisplayName = "iRaiser to Raiser's Edge NXT",
        LeftSystem = "iraiser",
        RightSystem = "raisersedge",
        Kinds = [Donor, Gift("gift", "donations", "Donation"), Gift("membership", "memberships", "RecurringGift"), Gift("purchase", "purchases", "Other")],
        ImportGoesLive = false,
        Defaults = People.Received,
    };

    private static KindMap Gift(string name, string leftKind, string type) => new()
    {
        Name = name,
        LeftKind = leftKind,
        RightKind = "gifts",
        NewRecords = Direction.LeftToRight,

        // With the donor: all gifts of everybody would have to be read to find one by its number.
        MatchRules = [new MatchRule("externalId", "donor")],
        WhenGone = LifecyclePolicy.Pause,
        Fields =
        [
            new("donor", new("donor"), new("constituent")) { Type = FieldType.Reference, References = Donor.Name, RequiredOn = Side.Right, Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("amount", new("amount"), new("amount")) { Type = FieldType.Number, Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("date", new("date"), new("date")) { Type = FieldType.Day, Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            Of("reference", leftKind == "memberships" ? "frequency" : "reference", new("reference")),
            new("type", People.Constant(type), new("type")) { Direction = Direction.InitiallyFromLeft },

            // What makes the gift the donation's: it is never booked twice.
            new("externalId", new(null) { IsId = true }, new("lookup_id") { MaxLength = 50 }) { Direction = Direction.LeftToRight },
        ],
    };

    private static FieldMap Of(string name, string left, FieldEnd right) => new(name, new(left), right) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep };
}
