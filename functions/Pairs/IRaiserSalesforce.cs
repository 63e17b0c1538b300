using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>iRaiser to Salesforce: who gives becomes a contact, or is found among them, and what they give becomes an opportunity. One way.</summary>
public static class IRaiserSalesforce
{
    private static readonly KindMap Donor = People.Donor(
        "contacts",
        email: new("Email") { IgnoresCase = true, MaxLength = 80 },
        first: new("FirstName") { MaxLength = 40 },
        last: new("LastName") { MaxLength = 80 },
        phone: new("Phone") { MaxLength = 40 },
        street: new("MailingStreet") { MaxLength = 255 },
        city: new("MailingCity") { MaxLength = 40 },
        zip: new("MailingPostalCode") { MaxLength = 20 },
        country: new("MailingCountry") { MaxLength = 80 });

    public static readonly Pair Pair = new()
    {
        Name = "iraiser-salesforce",
        DisplayName = "iRaiser to Salesforce",
        LeftSystem = "iraiser",
        RightSystem = "salesforce",
        Kinds = [Donor, Gift("gift", "donations", "Donation", "reference"), Gift("membership", "memberships", "Membership", "frequency"), Gift("purchase", "purchases", "Purchase", "reference")],
        ImportGoesLive = false,
        Defaults = People.Received,
    };

    private static KindMap Gift(string name, string leftKind, string type, string reference) => People.Gift(
        name,
        leftKind,
        donor: new("Contact"),
        amount: new("Amount"),
        date: new("CloseDate"),
        number: new("ExternalId"),

        // Opportunities cannot be without a name and a stage.
        new FieldMap("name", new(null) { Parts = [reference, "date"] }, new("Name") { MaxLength = 120 }) { Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep },
        People.Always("stage", "Closed Won", "StageName"),
        People.Always("type", type, "Type"));
}
