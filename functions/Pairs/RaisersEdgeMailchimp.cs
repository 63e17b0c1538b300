using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>
/// Raiser's Edge NXT and Mailchimp (charities): constituents with e-mail addresses are members of an audience. Raiser's Edge wins conflicts;
/// a refusal wins over everything.
/// </summary>
public static class RaisersEdgeMailchimp
{
    private static readonly KindMap Constituent = new()
    {
        Name = "constituent",
        LeftKind = "constituents",
        RightKind = "members",
        MatchRules = [new MatchRule("constituentId"), new MatchRule("email")],
        Fields =
        [
            new("email", new("email") { IgnoresCase = true }, new("email_address") { IgnoresCase = true }) { RequiredOn = Side.Right, Blank = BlankPolicy.Keep },
            new("firstName", new("first") { MaxLength = 50 }, People.Merge("FNAME")) { Blank = BlankPolicy.Keep },
            new("lastName", new("last") { MaxLength = 100 }, People.Merge("LNAME")) { RequiredOn = Side.Left, Blank = BlankPolicy.Keep },
            new("phone", new("phone"), People.Merge("PHONE")),
            new("street", new("address_lines") { MaxLength = 150, Read = OnOneLine }, People.MergeAddress("addr1")) { Blank = BlankPolicy.Keep },
            new("city", new("city") { MaxLength = 50 }, People.MergeAddress("city")) { Blank = BlankPolicy.Keep },
            new("state", new("state"), People.MergeAddress("state")) { Blank = BlankPolicy.Keep },
            new("zip", new("postal_code") { MaxLength = 12 }, People.MergeAddress("zip")) { Blank = BlankPolicy.Keep },
            new("country", new("country"), People.MergeAddress("country")) { Blank = BlankPolicy.Keep },
            People.Consent(People.DoNotEmail("do_not_email", "deceased")),
            new("tags", new("codes"), new("tags")) { Type = FieldType.Set, Vocabulary = new Vocabulary(Side.Left, "codeTypes") },

            // So that a list of the audience can be led back to the constituents.
            new("constituentId", new(null) { IsId = true }, People.Merge("CONSID")) { Direction = Direction.LeftToRight },
            new("prospectStatus", new("prospect_status"), new(null)) { Direction = Direction.LeftToRight, Event = FieldMap.Prospect },
            new("type", new("type"), People.Constant("Individual")) { Direction = Direction.InitiallyFromRight },
            People.Archived(new("inactive") { Read = value => value is FieldValue.Flag { Value: true } ? KindMap.Archived : KindMap.Active, Write = value => new FieldValue.Flag(value == KindMap.Archived) }),
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = "raisersedge-mailchimp",
        DisplayName = "Raiser's Edge NXT and Mailchimp",
        LeftSystem = "raisersedge",
        RightSystem = "mailchimp",
        Kinds = [Constituent],
        ImportGoesLive = false,
        Defaults = People.Held,
    };

    // An address has its lines there, and one here.
    private static FieldValue OnOneLine(FieldValue lines) => lines is FieldValue.Text { Value: var text } ? new FieldValue.Text(string.Join(", ", text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))) : lines;
}
