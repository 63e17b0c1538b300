using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Vendors.Salesforce;

/// <summary>The objects of an org and the vendor's rules for them.</summary>
internal static class Kinds
{
    public const string Contacts = "Contact";
    public const string Opportunities = "Opportunity";

    /// <summary>What was deleted, with the record into which it was merged: shown to who asks for all rows.</summary>
    public const string RecycleBin = "RecycleBin";

    public const string ExternalId = "Gift_External_Id__c";

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>In reference order.</summary>
    public static readonly IReadOnlyList<SimKind> All =
    [
        Kind(
            Contacts,
            "Contacts",
            "003",
            Derived("Name", SimType.Text, (_, record, _) => $"{record["FirstName"]} {record["LastName"]}".Trim()),
            Text("Salutation", 40),
            Text("FirstName", 40),
            Text("LastName", 80) with { Required = true },
            Text("Email", 80) with { Indexed = true },
            Text("Phone", 40),
            Text("MobilePhone", 40),
            Text("Title", 128),
            Text("MailingStreet", 255),
            Text("MailingCity", 40),
            Text("MailingState", 80),
            Text("MailingPostalCode", 20),
            Text("MailingCountry", 80),
            Flag("HasOptedOutOfEmail"),
            Flag("DoNotCall"),
            new SimField("Birthdate", SimType.Date),
            Text("Description", 32_000),
            Text("Mailchimp_Tags__c", 4099),
            Text("Prospect_Status__c", 255),
            Text("Region__c", 255),
            Text("Favourite_Event__c", 120),
            Flag("Newsletter__c"),
            new SimField("Member_Since__c", SimType.Date),
            new SimField("Seats__c", SimType.Number)),
        Kind(
            Opportunities,
            "Gifts (opportunities)",
            "006",
            Text("Name", 120) with { Required = true },
            Text("StageName", 255) with { Required = true },
            new SimField("CloseDate", SimType.Date) { Required = true },
            new SimField("Amount", SimType.Number),
            Text("Type", 255),
            Text("Description", 32_000),
            Text("npsp__Primary_Contact__c", 18) with { References = [Contacts], Indexed = true },
            Text(ExternalId, 255) with { Indexed = true },
            Text("Campaign_Title__c", 120)),
        new(RecycleBin, "Recycle bin", new SimShape(
            Derived("id", SimType.Text, (_, record, _) => record.Id),
            Text("Object", 40),
            Text("Name", 255),
            Text("RecordId", 18) with { Indexed = true },
            Text("MasterRecordId", 18),
            new SimField("Data", SimType.Json),
            Derived("DeletedDate", SimType.Time, (_, record, _) => record.Created))),
    ];

    private static readonly string[] Chosen = ["Mailchimp_Tags__c"];

    /// <summary>The type that the vendor's describe tells of a field.</summary>
    public static string TypeOf(SimField field) => field.Name switch
    {
        "Id" => "id",
        "Email" => "email",
        "Phone" or "MobilePhone" => "phone",
        "StageName" or "Prospect_Status__c" or "Region__c" or "Type" or "Salutation" => "picklist",
        _ when Chosen.Contains(field.Name) => "multipicklist",
        _ when field.References is not null => "reference",
        _ => field.Type switch
        {
            SimType.Flag => "boolean",
            SimType.Number => field.Name == "Amount" ? "currency" : "double",
            SimType.Date => "date",
            SimType.Time => "datetime",
            _ => field.MaxLength > 1000 ? "textarea" : "string",
        },
    };

    /// <summary>The form of 18 characters of an id; null for a text that is none.</summary>
    public static string? LongId(string text)
    {
        if (text.Length is not (15 or 18) || !text.All(char.IsAsciiLetterOrDigit))
            return null;
        var id = text[..15];
        for (var part = 0; part < 3; part++)
        {
            var check = 0;
            for (var at = 0; at < 5; at++)
                check |= char.IsAsciiLetterUpper(text[(part * 5) + at]) ? 1 << at : 0;
            id += Checks[check];
        }

        return id;
    }

    /// <summary>The id of an org, which is the same for the same name.</summary>
    public static string OrgId(string account) => LongId("00D" + string.Concat(account.Where(char.IsAsciiLetterOrDigit).Take(12)).PadLeft(12, '0'))!;

    public static string UserId(string user) => LongId("005" + user.PadLeft(12, '0'))!;

    /// <summary>What is in the bin, as it was.</summary>
    public static SimRecord Binned(SimAccount account, SimRecord bin)
    {
        var kind = account.System.Kind((string)bin["Object"]!)!;
        var values = new object?[kind.Shape.Stored.Count];
        kind.Shape.Read((JsonElement)bin["Data"]!, values, []);
        return new SimRecord(kind, bin.Number, (string)bin["RecordId"]!, bin.Created, bin.Modified, values);
    }

    private static string IdOf(string prefix, long number)
    {
        var digits = new char[12];
        var rest = number * 7_919;
        for (var at = digits.Length - 1; at >= 0; at--, rest /= Digits.Length)
            digits[at] = Digits[(int)(rest % Digits.Length)];
        return LongId(prefix + new string(digits))!;
    }

    private static SimKind Kind(string name, string label, string prefix, params SimField[] own)
    {
        var shape = new SimShape(
        [
            Derived("id", SimType.Text, (_, record, _) => record.Id) with { IsForPages = true },
            Derived("Id", SimType.Text, (_, record, _) => record.Id),
            .. own,
            Derived("CreatedDate", SimType.Time, (_, record, _) => record.Created),
            Derived("LastModifiedDate", SimType.Time, (_, record, _) => record.Modified),
            Derived("SystemModstamp", SimType.Time, (_, record, _) => record.Modified),
        ]);
        return new SimKind(name, label, shape)
        {
            NameField = "Name",
            IdOf = number => IdOf(prefix, number),
            CreatedField = "CreatedDate",
            ModifiedField = "LastModifiedDate",
            Check = draft => Complete(draft, shape),
            After = ThrowAway,
        };
    }

    /// <summary>An empty text is none, and a box is ticked or not.</summary>
    private static void Complete(SimDraft draft, SimShape shape)
    {
        foreach (var (slot, field) in shape.Stored.Index())
            draft.Values[slot] = draft.Values[slot] switch { "" => null, null when field.Type == SimType.Flag => false, var value => value };
    }

    private static void ThrowAway(SimAccount account, SimRecord record)
    {
        if (account.Table(record.Kind.Name).Truth.Find(record.Id) is not null)
            return;
        using var data = new MemoryStream();
        using (var json = new Utf8JsonWriter(data))
        {
            json.WriteStartObject();
            record.Kind.Shape.WriteStored(json, record.Values);
            json.WriteEndObject();
        }

        account.Create(account.System.Kind(RecycleBin)!, new JsonObject
        {
            ["Object"] = record.Kind.Name,
            ["Name"] = record.Kind.Shape.Value(record.Kind.Shape.Find("Name")!, account, record, record.Values) as string,
            ["RecordId"] = record.Id,
            ["Data"] = JsonNode.Parse(data.ToArray()),
        }.Deserialize<JsonElement>());
    }

    private static SimField Text(string name, int length) => new(name, SimType.Text) { MaxLength = length };

    private static SimField Flag(string name) => new(name, SimType.Flag) { Default = false };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
