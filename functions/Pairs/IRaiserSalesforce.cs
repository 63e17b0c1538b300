using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>iRaiser to Salesforce: who gives becomes a contact, or is found among them, and what they give becomes an opportunity. One way.</summary>
public static class IRaiserSalesforce
{
    private static readonly KindMap Donor = new()
    {
        Name = "donor",
        LeftKind = "donors",
        RightKind = "contacts",
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("email")],
        WhenGone = LifecyclePolicy.Pause,
        Fields =
        [
            Of("email", "email", new("Email") { IgnoresCase = true, MaxLength = 80 }) with { Left = new("email") { IgnoresCase = true } },
            Of("firstName", "first_name", new("FirstName") { MaxLength = 40 }),
            Of("lastName", "last_name", new("LastName") { MaxLength = 80 }) with { RequiredOn = Side.Right },
            Of("phone", "phone", new("Phone") { MaxLength = 40 }),
            Of("street", "street", new("MailingStreet") { MaxLength = 255 }),
            Of("city", "city", new("MailingCity") { MaxLength = 40 }),
            Of("zip", "zipcode", new("MailingPostalCode") { MaxLength = 20 }),
            Of("country", "country", new("MailingCountry") { MaxLength = 80 }),
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = "iraiser-salesforce",
        DisplayName = "iRaiser to Salesforce",
        LeftSystem = "iraiser",
        RightSystem = "salesforce",
        Kinds = [Donor, Gift("gift", "donations", "Donation"), Gift("membership", "memberships", "Membership"), Gift("purchase", "purchases", "Purchase")],
        ImportGoesLive = false,
        Defaults = People.Received,
    };

    private static KindMap Gift(string name, string leftKind, string type) => new()
    {
        Name = name,
        LeftKind = leftKind,
        RightKind = "gifts",
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("externalId")],
        WhenGone = LifecyclePolicy.Pause,
        Fields =
        [
            new("donor", new("donor"), new("Contact")) { Type = FieldType.Reference, References = Donor.Name, RequiredOn = Side.Right, Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("amount", new("amount"), new("Amount")) { Type = FieldType.Number, Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("date", new("date"), new("CloseDate")) { Type = FieldType.Day, Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },

            // Opportunities cannot be without a name and a stage.
            new("name", new(null) { Parts = [leftKind == "memberships" ? "frequency" : "reference", "date"] }, new("Name") { MaxLength = 120 }) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
            new("stage", People.Constant("Closed Won"), new("StageName")) { Direction = Direction.InitiallyFromLeft },
            new("type", People.Constant(type), new("Type")) { Direction = Direction.InitiallyFromLeft },
            new("externalId", new(null) { IsId = true }, new("ExternalId")) { Direction = Direction.LeftToRight },
        ],
    };

    private static FieldMap Of(string name, string left, FieldEnd right) => new(name, new(left), right) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep };
}
