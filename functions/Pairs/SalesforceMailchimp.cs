using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>Salesforce and Mailchimp (charities): contacts with e-mail addresses are members of an audience, by the same rules as constituents of Raiser's Edge.</summary>
public static class SalesforceMailchimp
{
    private static readonly KindMap Contact = new()
    {
        Name = "contact",
        LeftKind = "contacts",
        RightKind = "members",
        MatchRules = [new MatchRule("contactId"), new MatchRule("email")],
        Fields =
        [
            new("email", new("Email") { IgnoresCase = true, MaxLength = 80 }, new("email_address") { IgnoresCase = true }) { RequiredOn = Side.Right, Blank = BlankPolicy.Keep },
            new("firstName", new("FirstName") { MaxLength = 40 }, People.Merge("FNAME")) { Blank = BlankPolicy.Keep },
            new("lastName", new("LastName") { MaxLength = 80 }, People.Merge("LNAME")) { RequiredOn = Side.Left, Blank = BlankPolicy.Keep },
            new("phone", new("Phone") { MaxLength = 40 }, People.Merge("PHONE")),
            new("street", new("MailingStreet") { MaxLength = 255 }, People.MergeAddress("addr1")) { Blank = BlankPolicy.Keep },
            new("city", new("MailingCity") { MaxLength = 40 }, People.MergeAddress("city")) { Blank = BlankPolicy.Keep },
            new("state", new("MailingState") { MaxLength = 80 }, People.MergeAddress("state")) { Blank = BlankPolicy.Keep },
            new("zip", new("MailingPostalCode") { MaxLength = 20 }, People.MergeAddress("zip")) { Blank = BlankPolicy.Keep },
            new("country", new("MailingCountry") { MaxLength = 80 }, People.MergeAddress("country")) { Blank = BlankPolicy.Keep },
            People.Consent(People.DoNotEmail("HasOptedOutOfEmail")),
            new("tags", new("Tags"), new("tags")) { Type = FieldType.Set },
            new("contactId", new(null) { IsId = true }, People.Merge("SFID")) { Direction = Direction.LeftToRight },
            new("prospectStatus", new("ProspectStatus"), new(null)) { Direction = Direction.LeftToRight, Event = FieldMap.Prospect },

            // Salesforce has no archive: a contact that is deleted there is archived in the audience.
            People.Archived(new(null) { Constant = KindMap.Active }),
        ],
    };

    public static readonly Pair Pair = new()
    {
        Name = "salesforce-mailchimp",
        DisplayName = "Salesforce and Mailchimp",
        LeftSystem = "salesforce",
        RightSystem = "mailchimp",
        Kinds = [Contact],
        ImportGoesLive = false,
        Defaults = People.Held,
    };
}
