using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>What the pairs of charities have in common: an audience of Mailchimp, and donors and gifts of iRaiser.</summary>
internal static class People
{
    /// <summary>After a change on one side the other side's changes of the person are held for an hour, since lists of changes may lag by half of it.</summary>
    public static readonly FlowSettings Held = new()
    {
        LockWindow = TimeSpan.FromHours(1),
        SweepEvery = TimeSpan.FromDays(1),

        // A marketer who archives a member, or changes an id, in the audience is not fought.
        UnownedEdits = UnownedEdit.Leave,
    };

    /// <summary>Money is booked once: what a donor did stays, and staff may add to it.</summary>
    public static readonly FlowSettings Received = new()
    {
        Direction = Direction.LeftToRight,
        SweepEvery = TimeSpan.FromDays(1),
        UnownedEdits = UnownedEdit.Leave,
        Kinds = ImmutableSortedDictionary<string, KindSettings>.Empty
            .Add("gift", new KindSettings { Filters = [new RecordFilter(Side.Left, "status", ["paid"], Blocks: Blocks.Outgoing)] })
            .Add("purchase", new KindSettings { Filters = [new RecordFilter(Side.Left, "status", ["paid"], Blocks: Blocks.Outgoing)] }),
    };

    /// <summary>Mailchimp's word for whether it may write to a member. Who is pending has asked, and only has to confirm it.</summary>
    public static FieldMap Consent(FieldEnd crm) => new("consent", crm, new("status") { Read = FromStatus, Write = ToStatus }) { IsConsent = true };

    /// <summary>A flag that says that a person is not to be written to.</summary>
    public static FieldEnd DoNotEmail(string name, params ImmutableArray<string> or) => new(name) { Or = or, Read = FromFlag, Write = ToFlag };

    /// <summary>An inactive person's member is archived; an archived member says nothing about the person.</summary>
    public static FieldMap Archived(FieldEnd crm) => new(KindMap.Lifecycle, crm, ArchivedFlag("archived")) { Direction = Direction.LeftToRight };

    public static FieldEnd ArchivedFlag(string name) =>
        new(name) { Read = value => value is FieldValue.Flag { Value: true } ? KindMap.Archived : KindMap.Active, Write = value => new FieldValue.Flag(value == KindMap.Archived) };

    /// <summary>
    /// A person of either system as a member: there is no member without an address, and nobody without a last name. The ends are those of e-mail,
    /// first and last name, phone, street, city, state, postal code and country, in this order.
    /// </summary>
    public static ImmutableArray<FieldMap> Member(FieldEnd email, FieldEnd first, FieldEnd last, FieldEnd phone, FieldEnd street, FieldEnd city, FieldEnd state, FieldEnd zip, FieldEnd country) =>
    [
        new("email", email, new("email_address") { IgnoresCase = true }) { RequiredOn = Side.Right, Blank = BlankPolicy.Keep },
        Kept("firstName", first, "FNAME"),
        Kept("lastName", last, "LNAME") with { RequiredOn = Side.Left },
        new("phone", phone, Merge("PHONE")),
        Kept("street", street, "ADDRESS.addr1"),
        Kept("city", city, "ADDRESS.city"),
        Kept("state", state, "ADDRESS.state"),
        Kept("zip", zip, "ADDRESS.zip"),
        Kept("country", country, "ADDRESS.country"),
    ];

    public static FieldEnd Merge(string tag) => new($"merge_fields.{tag}") { MaxLength = 255 };

    /// <summary>What is left blank on one side, as forms often are, takes nothing away on the other.</summary>
    private static FieldMap Kept(string name, FieldEnd crm, string tag) => new(name, crm, Merge(tag)) { Blank = BlankPolicy.Keep };

    public static FieldEnd Constant(string value) => new(null) { Constant = new FieldValue.Text(value) };

    /// <summary>A field of iRaiser, whose records go one way; what is blank there takes nothing away.</summary>
    public static FieldMap Given(string name, string left, FieldEnd right) => new(name, new(left), right) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep };

    /// <summary>
    /// Who gives: found among the people of the other system by e-mail, or made one of them. The ends are those of e-mail, first and last name,
    /// phone, street, city, postal code and country, in this order.
    /// </summary>
    public static KindMap Donor(string rightKind, FieldEnd email, FieldEnd first, FieldEnd last, FieldEnd phone, FieldEnd street, FieldEnd city, FieldEnd zip, FieldEnd country, params ImmutableArray<FieldMap> further) => new()
    {
        Name = "donor",
        LeftKind = "donors",
        RightKind = rightKind,
        NewRecords = Direction.LeftToRight,
        MatchRules = [new MatchRule("email")],
        WhenGone = LifecyclePolicy.Pause,
        Fields =
        [
            Given("email", "email", email) with { Left = new("email") { IgnoresCase = true } },
            Given("firstName", "first_name", first),
            Given("lastName", "last_name", last) with { RequiredOn = Side.Right },
            Given("phone", "phone", phone),
            Given("street", "street", street),
            Given("city", "city", city),
            Given("zip", "zipcode", zip),
            Given("country", "country", country),
            .. further,
        ],
    };

    /// <summary>What they give: a gift of the other system, never booked twice, since it has the number of what it stands for.</summary>
    public static KindMap Gift(string name, string leftKind, FieldEnd donor, FieldEnd amount, FieldEnd date, FieldEnd number, params ImmutableArray<FieldMap> further) => new()
    {
        Name = name,
        LeftKind = leftKind,
        RightKind = "gifts",
        NewRecords = Direction.LeftToRight,

        // With the donor: in some systems all gifts of everybody would have to be read to find one by its number.
        MatchRules = [new MatchRule("externalId", "donor")],
        WhenGone = LifecyclePolicy.Pause,
        Fields =
        [
            Given("donor", "donor", donor) with { Type = FieldType.Reference, References = "donor", RequiredOn = Side.Right },
            Given("amount", "amount", amount) with { Type = FieldType.Number },
            Given("date", "date", date) with { Type = FieldType.Day },
            new("externalId", new(null) { IsId = true }, number) { Direction = Direction.LeftToRight },
            .. further,
        ],
    };

    /// <summary>A value that the other system asks for and iRaiser has not.</summary>
    public static FieldMap Always(string name, string value, string right) => new(name, Constant(value), new(right)) { Direction = Direction.InitiallyFromLeft };

    private static FieldValue FromStatus(FieldValue status) => status.ToString() switch
    {
        "subscribed" or "pending" => Engine.Consent.Given,
        "unsubscribed" or "cleaned" or "transactional" => Engine.Consent.Refused,

        // Archived: what the person wants is not shown.
        _ => FieldValue.None,
    };

    private static FieldValue ToStatus(FieldValue consent) => new FieldValue.Text(consent == Engine.Consent.Refused ? "unsubscribed" : "subscribed");

    private static FieldValue FromFlag(FieldValue value) => value is FieldValue.Flag { Value: var isSet } ? (isSet ? Engine.Consent.Refused : Engine.Consent.Given) : FieldValue.None;

    private static FieldValue ToFlag(FieldValue consent) => new FieldValue.Flag(consent == Engine.Consent.Refused);
}
