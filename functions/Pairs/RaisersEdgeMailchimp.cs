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
            .. People.Member(
                email: new("email") { IgnoresCase = true },
                first: new("first") { MaxLength = 50 },
                last: new("last") { MaxLength = 100 },
                phone: new("phone"),
                street: new("address_lines") { MaxLength = 150, Read = OnOneLine },
                city: new("city") { MaxLength = 50 },
                state: new("state"),
                zip: new("postal_code") { MaxLength = 12 },
                country: new("country")),
            People.Consent(People.DoNotEmail("do_not_email", "deceased")),
            new("tags", new("codes"), new("tags")) { Type = FieldType.Set, Vocabulary = new Vocabulary(Side.Left, "codeTypes") },

            // So that a list of the audience can be led back to the constituents.
            new("constituentId", new(null) { IsId = true }, People.Merge("CONSID")) { Direction = Direction.LeftToRight },
            new("prospectStatus", new("prospect_status"), new(null)) { Direction = Direction.LeftToRight, Event = FieldMap.Prospect },
            new("type", new("type"), People.Constant("Individual")) { Direction = Direction.InitiallyFromRight },
            People.Archived(People.ArchivedFlag("inactive")),
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
