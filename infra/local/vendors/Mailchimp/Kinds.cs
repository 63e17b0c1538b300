using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>Audiences, their members, merge fields and webhooks. On the pages the merge fields of a member stand beside its other fields.</summary>
internal static class Kinds
{
    public const string Lists = "lists";
    public const string Members = "members";
    public const string MergeFields = "mergeFields";
    public const string Webhooks = "webhooks";

    public const string Address = "ADDRESS";

    public static readonly string[] Statuses = ["subscribed", "unsubscribed", "cleaned", "pending", "transactional"];

    public static readonly string[] AddressParts = ["addr1", "addr2", "city", "state", "zip", "country"];

    /// <summary>Merge fields that have a place of their own on a member's page.</summary>
    public static readonly string[] Shown = ["FNAME", "LNAME", "PHONE", "BIRTHDAY", "CONSID", Address];

    private static readonly string[] MergeTypes = ["text", "number", "address", "phone", "date", "url", "imageurl", "radio", "dropdown", "birthday", "zip"];

    private static readonly (string Tag, string Name, string Type)[] FirstMergeFields =
        [("FNAME", "First Name", "text"), ("LNAME", "Last Name", "text"), (Address, "Address", "address"), ("PHONE", "Phone Number", "phone"), ("BIRTHDAY", "Birthday", "birthday")];

    public static readonly IReadOnlyList<SimKind> All =
    [
        new(Members, "Members", new SimShape(
            Derived("id", SimType.Text, (_, record, _) => record.Id),
            Text("email_address", 320) with { Required = true, Indexed = true },
            Text("status") with { Required = true, OneOf = Statuses, Default = "subscribed" },
            new("archived", SimType.Flag) { Default = false },
            Text("FNAME", 255),
            Text("LNAME", 255),
            Text("PHONE", 50),
            Text("BIRTHDAY", 5),
            Text("CONSID", 255),
            new(Address, SimType.Object) { Shape = new SimShape([.. AddressParts.Select(part => Text(part, 255))]) },
            new("more", SimType.Json),
            new("tags", SimType.TextList),
            Text("language", 20) with { Default = "en" },
            new("vip", SimType.Flag) { Default = false },
            Text("source", 100) with { Default = "Admin Add" },
            Text("unsubscribe_reason", 255),
            new("last_note", SimType.Json),
            Audience,
            // For look-ups by the name that a path has for it.
            Text("hash", 32) with { Indexed = true },
            Derived("timestamp_signup", SimType.Time, (_, record, _) => record.Created),
            Derived("last_changed", SimType.Time, (_, record, _) => record.Modified)))
        {
            // Looks like a random one, and is the same in every run.
            IdOf = number => Md5($"contact {number}"),
            NameField = "email_address",
            CreatedField = "timestamp_signup",
            ModifiedField = "last_changed",
            Archive = ("archived", true, false),
            Check = CheckMember,
        },
        new(Lists, "Audiences", new SimShape(
            Derived("id", SimType.Text, (_, record, _) => record.Id),
            Text("name", 100) with { Required = true },
            new("forgotten", SimType.TextList) { IsForPages = true },
            Derived("date_created", SimType.Time, (_, record, _) => record.Created)))
        {
            IdOf = number => $"a6b5d{number:x5}",
            After = HasFirstMergeFields,
        },
        new(MergeFields, "Merge fields", new SimShape(
            Derived("id", SimType.Text, (_, record, _) => record.Id),
            Audience,
            Text("tag", 10) with { Required = true },
            Text("name", 50) with { Required = true },
            Text("type") with { Required = true, OneOf = MergeTypes },
            new("required", SimType.Flag) { Default = false }))
        {
            NameField = "tag",
            Check = CheckMergeField,
        },
        new(Webhooks, "Webhooks", new SimShape(
            Derived("id", SimType.Text, (_, record, _) => record.Id),
            Audience,
            Text("url") with { Required = true },
            new("events", SimType.Json),
            new("sources", SimType.Json),
            Text("secret")))
        {
            IdOf = number => $"{number:x10}",
            NameField = "url",
        },
    ];

    /// <summary>The first audience of an account, which is made where there is none.</summary>
    public static SimRecord MainList(SimAccount account)
    {
        lock (account.Gate)
        {
            return account.Table(Lists).Truth.ByNumber is [var first, ..]
                ? first
                : account.Create(account.System.Kind(Lists)!, JsonSerializer.SerializeToElement(new { name = "Supporters" })).Record!;
        }
    }

    public static SimRecord[] In(SimAccount account, string kind, SimRecord list)
    {
        var table = account.Table(kind);
        return [.. table.Truth.WithValue(table.Kind.Shape.Slot("list_id"), list.Id)];
    }

    public static string HashOf(string email) => Md5(email.Trim().ToLowerInvariant());

#pragma warning disable CA5351 // A name of records in the vendor's paths, no secret.
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    private static void CheckMember(SimDraft draft)
    {
        draft["list_id"] ??= MainList(draft.Account).Id;
        if (draft["email_address"] is not string { Length: > 0 } email)
            return;
        if (!email.Contains('@', StringComparison.Ordinal) || email.EndsWith("@invalid.example", StringComparison.Ordinal))
            draft.Refuse("email_address", "Please provide a valid email address.");
        var hash = HashOf(email);
        draft["hash"] = hash;
        var members = draft.Account.Table(Members);
        if (members.Truth.WithValue(members.Kind.Shape.Slot("hash"), hash).Any(other => other.Id != draft.Old?.Id && Equals(other["list_id"], draft["list_id"])))
            draft.Refuse("email_address", Problem.Exists);
    }

    private static void CheckMergeField(SimDraft draft)
    {
        draft["list_id"] ??= MainList(draft.Account).Id;
        if (draft.Account.Table(MergeFields).Truth.ByNumber.Any(other =>
            other.Id != draft.Old?.Id && Equals(other["list_id"], draft["list_id"]) && string.Equals(other["tag"] as string, draft["tag"] as string, StringComparison.OrdinalIgnoreCase)))
            draft.Refuse("tag", $"A Merge Field with the tag \"{draft["tag"]}\" already exists for this list.");
    }

    private static void HasFirstMergeFields(SimAccount account, SimRecord list)
    {
        if (!account.Exists([Lists], list.Id) || In(account, MergeFields, list).Length > 0)
            return;
        foreach (var (tag, name, type) in FirstMergeFields)
            account.Create(account.System.Kind(MergeFields)!, JsonSerializer.SerializeToElement(new { list_id = list.Id, tag, name, type }));
    }

    private static SimField Audience => Text("list_id") with { References = [Lists], Indexed = true };

    private static SimField Text(string name, int length = 0) => new(name, SimType.Text) { MaxLength = length };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
