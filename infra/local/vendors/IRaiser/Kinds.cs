using System.Globalization;

namespace SyncFunctions.Vendors.IRaiser;

/// <summary>What people gave, and the vendor's rules for it. It is made by people on the vendor's own pages; the API shows it.</summary>
internal static class Kinds
{
    public const string Donations = "donations";
    public const string RecurringDonors = "recurring_donors";
    public const string Orders = "orders";
    public const string Webhooks = "webhooks";

    private static readonly string[] Payments = ["paid", "pending", "refunded", "cancelled"];

    public static readonly IReadOnlyList<SimKind> All =
    [
        Kind(
            Donations,
            "Donations",
            Flag("anonymous"),
            Text("message"),
            Text("frequency_type") with { Default = "oneoff", OneOf = ["oneoff", "monthly", "quarterly", "yearly"] },
            Money("donation_amount"),
            Money("transaction_costs") with { Default = "0.00" },
            Currency,
            Status("payment_status"),
            Text("payment_method") with { Default = "ideal" },
            Text("transaction_id"),
            Text("invoicenumber"),
            Text("project_title")),
        Kind(
            RecurringDonors,
            "Recurring donors",
            Text("frequency_type") with { Default = "monthly", OneOf = ["monthly", "quarterly", "yearly"] },
            Money("amount"),
            Currency,
            new SimField("start_date", SimType.Date),
            Text("status") with { Default = "active", OneOf = ["active", "ended", "paused"] },
            Text("payment_method") with { Default = "direct_debit" }),
        Kind(
            Orders,
            "Orders",
            Text("description"),
            Money("total_amount"),
            Currency,
            Status("payment_status"),
            Text("payment_method") with { Default = "ideal" },
            Text("invoicenumber")),
        new(Webhooks, "Webhooks", new SimShape(
            Derived("id", SimType.Integer, (_, record, _) => record.Number),
            Text("url") with { Required = true },
            Text("format") with { Default = "json", OneOf = ["json", "form"] },
            Flag("enabled") with { Default = true }))
        {
            NameField = "url",
        },
    ];

    private static SimField Currency => Text("currency") with { Default = "EUR" };

    private static SimKind Kind(string name, string label, params SimField[] own)
    {
        SimField[] whose =
        [
            Text("first_name"),
            Text("infix"),
            Text("last_name"),
            Text("company"),
            Text("email") with { Indexed = true },
            Text("phone"),
            new("birthday", SimType.Date),
            Text("gender"),
            Text("locale") with { Default = "nl" },
            Flag("newsletter"),
            new("address", SimType.Object) { Shape = new SimShape(Text("street"), Text("house_number"), Text("house_number_addition"), Text("zipcode"), Text("city"), Text("country")) },
        ];
        var money = own.Where(field => IsMoney(field.Name)).Select(field => field.Name).ToArray();
        return new SimKind(name, label, new SimShape(
        [
            Derived("id", SimType.Integer, (_, record, _) => record.Number),
            Derived("public_id", SimType.Text, (_, record, _) => $"{name[..1]}{record.Number:x8}"),
            .. whose,
            .. own,
            Derived("created_at", SimType.Time, (_, record, _) => record.Created),
            Derived("updated_at", SimType.Time, (_, record, _) => record.Modified),
        ]))
        {
            NameField = "last_name",
            CreatedField = "created_at",
            ModifiedField = "updated_at",
            Check = draft => Round(draft, money),
        };
    }

    private static bool IsMoney(string name) => name.EndsWith("amount", StringComparison.Ordinal) || name.EndsWith("costs", StringComparison.Ordinal);

    /// <summary>Money is a text with two decimals.</summary>
    private static void Round(SimDraft draft, IEnumerable<string> fields)
    {
        foreach (var name in fields)
        {
            if (decimal.TryParse(draft[name] as string, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) && amount >= 0)
                draft[name] = amount.ToString("0.00", CultureInfo.InvariantCulture);
            else
                draft.Refuse(name, $"The {name} is no amount.");
        }
    }

    private static SimField Money(string name) => new(name, SimType.Text) { Default = "10.00", Required = true };

    private static SimField Status(string name) => Text(name) with { Default = Payments[0], OneOf = Payments };

    private static SimField Text(string name) => new(name, SimType.Text);

    private static SimField Flag(string name) => new(name, SimType.Flag) { Default = false };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
