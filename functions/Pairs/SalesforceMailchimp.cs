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
            .. People.Member(
                email: new("Email") { IgnoresCase = true, MaxLength = 80 },
                first: new("FirstName") { MaxLength = 40 },
                last: new("LastName") { MaxLength = 80 },
                phone: new("Phone") { MaxLength = 40 },
                street: new("MailingStreet") { MaxLength = 255 },
                city: new("MailingCity") { MaxLength = 40 },
                state: new("MailingState") { MaxLength = 80 },
                zip: new("MailingPostalCode") { MaxLength = 20 },
                country: new("MailingCountry") { MaxLength = 80 }),
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
