using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>iRaiser to Raiser's Edge NXT: who gives becomes a constituent, or is found among them, and what they give becomes a gift. One way.</summary>
public static class IRaiserRaisersEdge
{
    private static readonly KindMap Donor = People.Donor(
        "constituents",
        email: new("email") { IgnoresCase = true },
        first: new("first") { MaxLength = 50 },
        last: new("last") { MaxLength = 100 },
        phone: new("phone"),
        street: new("address_lines") { MaxLength = 150 },
        city: new("city") { MaxLength = 50 },
        zip: new("postal_code") { MaxLength = 12 },
        country: new("country"),
        People.Always("type", "Individual", "type"));

    public static readonly Pair Pair = new()
    {
        Name = "iraiser-raisersedge",
        DisplayName = "iRaiser to Raiser's Edge NXT",
        LeftSystem = "iraiser",
        RightSystem = "raisersedge",
        Kinds = [Donor, Gift("gift", "donations", "Donation", "reference"), Gift("membership", "memberships", "RecurringGift", "frequency"), Gift("purchase", "purchases", "Other", "reference")],
        ImportGoesLive = false,
        Defaults = People.Received,
    };

    private static KindMap Gift(string name, string leftKind, string type, string reference) => People.Gift(
        name,
        leftKind,
        donor: new("constituent"),
        amount: new("amount"),
        date: new("date"),
        number: new("lookup_id") { MaxLength = 50 },
        People.Given("reference", reference, new("reference")),
        People.Always("type", type, "type"));
}
