using System.Text.Json;

namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>The records of an environment: a constituent, and rows of their own for how to reach it and for what it is called.</summary>
internal static class Kinds
{
    public const string Constituents = "constituents";
    public const string NonConstituents = "nonconstituents";
    public const string Emails = "emailaddresses";
    public const string Phones = "phones";
    public const string Addresses = "addresses";
    public const string Codes = "constituentcodes";
    public const string CodeTypes = "constituentcodetypes";
    public const string Lists = "lists";
    public const string Gifts = "gifts";
    public const string Subscriptions = "subscriptions";

    /// <summary>What belongs to a constituent, with the flag of the primary row, where there is one.</summary>
    public static readonly (string Kind, string? Primary)[] Children = [(Emails, "primary"), (Phones, "primary"), (Addresses, "preferred"), (Codes, null)];

    private static readonly string[] PhoneTypes = ["Email", "Home", "Business", "Mobile", "Personal", "Website"];
    private static readonly string[] AddressTypes = ["Home", "Business", "Main", "Previous address"];

    private static readonly string[] GiftTypes = ["Donation", "Other", "GiftInKind", "RecurringGift", "RecurringGiftPayment", "Pledge", "PlannedGift"];

    /// <summary>In reference order.</summary>
    public static readonly IReadOnlyList<SimKind> All =
    [
        Kind(CodeTypes, "Code types", Text("description", 100) with { Required = true, Indexed = true }) with { NameField = "description" },
        Kind(
            Constituents,
            "Constituents",
            new SimField("type", SimType.Text) { Default = "Individual", Required = true, OneOf = ["Individual", "Organization"] },
            Text("title", 50),
            Text("first", 50),
            Text("middle", 50),
            Text("last", 100),
            Text("preferred_name", 50),
            Text("suffix", 50),
            Text("organization_name", 60),
            Derived("name", SimType.Text, (_, record, _) => NameOf(record)),
            Text("lookup_id", 20) with { Indexed = true },
            Text("gender", 50) with { Default = "Unknown" },
            new SimField("birthdate", SimType.Json),
            Flag("inactive"),
            Flag("deceased"),
            Derived("email", SimType.Text, (account, record, _) => PrimaryOf(account.Table(Emails).Truth, Emails, record.Id)?["address"]),
            Derived("codes", SimType.TextList, (account, record, _) => RowsOf(account.Table(Codes).Truth, Codes, record.Id).Select(code => (string)code["description"]!).ToArray()),
            Text("prospect_status", 100)) with { Check = CheckConstituent, After = RemoveChildren, Archive = ("inactive", true, false) },
        Kind(
            NonConstituents,
            "Non-constituents",
            Text("first", 50),
            Text("last", 100),
            Derived("name", SimType.Text, (_, record, _) => $"{record["first"]} {record["last"]}".Trim()),
            Text("email", 200) with { Indexed = true }) with { Sequence = Constituents },
        Row(
            Emails,
            "E-mail addresses",
            "primary",
            Text("address", 100) with { Required = true, Indexed = true },
            new SimField("type", SimType.Text) { Required = true, Default = "Email", OneOf = PhoneTypes },
            new SimField("primary", SimType.Flag),
            Flag("inactive"),
            Flag("do_not_email")),
        Row(
            Phones,
            "Phones",
            "primary",
            Text("number", 100) with { Required = true },
            new SimField("type", SimType.Text) { Required = true, Default = "Home", OneOf = PhoneTypes },
            new SimField("primary", SimType.Flag),
            Flag("inactive"),
            Flag("do_not_call")),
        Row(
            Addresses,
            "Addresses",
            "preferred",
            new SimField("type", SimType.Text) { Required = true, Default = "Home", OneOf = AddressTypes },
            Text("address_lines", 150),
            Text("city", 50),
            Text("state", 50),
            Text("county", 50),
            Text("postal_code", 12),
            Text("country", 50),
            new SimField("preferred", SimType.Flag),
            Flag("do_not_mail")),
        Row(Codes, "Constituent codes", null, Text("description", 100) with { Required = true }, Flag("inactive")),
        Kind(
            Gifts,
            "Gifts",
            new SimField("constituent_id", SimType.Text) { References = [Constituents], Indexed = true, Required = true },
            new SimField("type", SimType.Text) { Default = "Donation", Required = true, OneOf = GiftTypes },
            new SimField("amount", SimType.Number) { Required = true },
            new SimField("date", SimType.Date),
            Text("gift_status", 50),
            Text("lookup_id", 50) with { Indexed = true },
            Text("reference", 255),
            Text("fund_id", 20),
            Text("payment_method", 50),
            Flag("is_anonymous"),
            new SimField("post_status", SimType.Text) { Default = "NotPosted", Required = true, OneOf = ["NotPosted", "Posted", "DoNotPost"] }) with { NameField = "lookup_id" },
        Kind(Lists, "Saved lists", Text("name", 100) with { Required = true, Indexed = true }, new SimField("members", SimType.TextList)),
        Kind(
            Subscriptions,
            "Webhook subscriptions",
            new SimField("webhook_url", SimType.Text) { Required = true },
            Text("event_type", 200) with { Required = true },
            new SimField("provisioning_status", SimType.Text) { Default = "Provisioning", Required = true, OneOf = ["Provisioning", "Active", "Error"] }) with { NameField = "event_type" },
    ];

    public static string NameOf(SimRecord constituent) => constituent["type"] is "Organization"
        ? (string?)constituent["organization_name"] ?? ""
        : string.Join(' ', new[] { constituent["title"], constituent["first"], constituent["middle"], constituent["last"] }.OfType<string>().Where(part => part.Length > 0));

    public static IReadOnlyList<SimRecord> RowsOf(SimIndex index, string kind, string constituent) =>
        index.WithValue(All.First(known => known.Name == kind).Shape.Slot("constituent_id"), constituent);

    public static SimRecord? PrimaryOf(SimIndex index, string kind, string constituent) =>
        Children.First(child => child.Kind == kind).Primary is { } primary ? RowsOf(index, kind, constituent).FirstOrDefault(row => row[primary] is true) : null;

    private static SimKind Kind(string name, string label, params SimField[] own) => new(name, label, new SimShape(
    [
        Derived("id", SimType.Text, (_, record, _) => record.Id),
        .. own,
        Derived("date_added", SimType.Time, (_, record, _) => record.Created),
        Derived("date_modified", SimType.Time, (_, record, _) => record.Modified),
    ]))
    {
        CreatedField = "date_added",
        ModifiedField = "date_modified",
    };

    private static SimKind Row(string name, string label, string? primary, params SimField[] own) =>
        Kind(name, label, [new SimField("constituent_id", SimType.Text) { References = [Constituents], Indexed = true, Required = true }, .. own]) with
        {
            NameField = "constituent_id",
            Check = draft => Complete(draft, name, primary),
            After = (account, record) => Settle(account, record, primary),
        };

    private static void CheckConstituent(SimDraft draft)
    {
        if (draft.Old is { } old)
            draft["type"] = old["type"];
        var (field, name) = draft["type"] is "Organization" ? ("organization_name", "name") : ("last", "last");
        if (draft[field] is not string { Length: > 0 })
            draft.Refuse(name, $"The {name} field is required.");
    }

    /// <summary>The first row is the primary one. A code has to be in the table of codes, once anything is in that.</summary>
    private static void Complete(SimDraft draft, string kind, string? primary)
    {
        if (primary is not null)
            draft[primary] ??= draft["constituent_id"] is string constituent && PrimaryOf(draft.Account.Table(kind).Truth, kind, constituent) is null;
        var types = draft.Account.Table(CodeTypes);
        if (kind == Codes && draft["description"] is string description && types.Truth.Count > 0 && types.Truth.WithValue(types.Kind.Shape.Slot("description"), description).Count == 0)
            draft.Refuse("description", "The description is not in the table of constituent codes.");
    }

    /// <summary>One row at most is the primary one, which makes the one before change, too.</summary>
    private static void Settle(SimAccount account, SimRecord row, string? primary)
    {
        if (row["constituent_id"] is not string constituent || account.Find([Constituents], constituent) is not { } parent)
            return;
        if (primary is not null && row[primary] is true && account.Table(row.Kind.Name).Truth.Find(row.Id) is not null)
        {
            foreach (var other in RowsOf(account.Table(row.Kind.Name).Truth, row.Kind.Name, constituent).Where(other => other.Id != row.Id && other[primary] is true).ToArray())
                account.Set(other, primary, false);
        }

        if (account.System.Settings.Switches[Vendor.ChildrenTouchParent])
            account.Touch(parent);
    }

    private static void RemoveChildren(SimAccount account, SimRecord constituent)
    {
        if (account.Table(Constituents).Truth.Find(constituent.Id) is not null)
            return;
        foreach (var (kind, _) in Children)
        {
            foreach (var row in RowsOf(account.Table(kind).Truth, kind, constituent.Id).ToArray())
                account.Delete(account.Table(kind).Kind, row.Id);
        }
    }

    private static SimField Text(string name, int length) => new(name, SimType.Text) { MaxLength = length };

    private static SimField Flag(string name) => new(name, SimType.Flag) { Default = false, Required = true };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
