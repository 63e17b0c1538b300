using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace SyncFunctions.Vendors.Moovila;

/// <summary>The records of an account: phases are flat and ordered, assignments and time logs live in tasks, statuses are categories.</summary>
internal static class Kinds
{
    public const string Users = "users";
    public const string WorkTypes = "workTypes";
    public const string CustomerStatuses = "customerStatuses";
    public const string NoteCategories = "noteCategories";
    public const string Customers = "customers";
    public const string Contacts = "contacts";
    public const string Projects = "projects";
    public const string Phases = "phases";
    public const string Tasks = "tasks";
    public const string Assignments = "assignments";
    public const string TimeLogs = "timeLogs";
    public const string Endpoints = "webhookEndpoints";

    /// <summary>The first of them was made in 2024.</summary>
    private const string IdStart = "01J";

    private const string Base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int IdDigits = 13;

    /// <summary>Ids look random and still grow from one to the next.</summary>
    private const long IdStep = 2_654_435_761;

    private static readonly string[] ProjectStatuses = ["InPlanning", "Active", "OnHold", "Completed", "Cancelled"];
    private static readonly string[] TaskStatuses = ["NotStarted", "InProgress", "OnHold", "Complete"];

    /// <summary>In reference order.</summary>
    public static readonly IReadOnlyList<SimKind> All =
    [
        Kind(Users, "Users", "usr", FullName, Text("firstName", 100), Text("lastName", 100) with { Required = true }, Text("email", 254) with { Indexed = true }, Active)
            with { Archive = ("active", false, true) },
        NameList(WorkTypes, "Work types", "wkt"),
        NameList(CustomerStatuses, "Customer statuses", "cst"),
        NameList(NoteCategories, "Note categories", "ncat"),
        Kind(
            Customers,
            "Customers",
            "cus",
            Text("name", 200) with { Required = true, Indexed = true },
            Reference("statusId", CustomerStatuses),
            Text("code", 50) with { Indexed = true },
            Text("address", 1000),
            Text("phone", 50),
            Text("website", 255),
            Text("externalId", 100) with { Indexed = true }),
        Kind(
            Contacts,
            "Contacts",
            "con",
            FullName,
            Text("firstName", 100),
            Text("lastName", 100) with { Required = true },
            Text("email", 254) with { Indexed = true },
            Text("phone", 50),
            Text("title", 100),
            Reference("customerId", Customers),
            Active) with { Archive = ("active", false, true) },
        Kind(
            Projects,
            "Projects",
            "prj",
            Text("title", 200) with { Required = true, Indexed = true },
            new SimField("description", SimType.Text),
            Status(ProjectStatuses),
            Reference("customerId", Customers),
            Derived("customerName", SimType.Text, (account, record, _) => account.Find([Customers], record["customerId"])?["name"]),
            Reference("ownerId", Users),
            Text("boardName", 100),
            new SimField("startDate", SimType.Date),
            new SimField("dueDate", SimType.Date),
            new SimField("plannedHours", SimType.Number),
            Reference("workTypeId", WorkTypes),
            new SimField("archived", SimType.Flag) { Default = false, Required = true },
            Text("externalId", 100) with { Indexed = true }) with { Archive = ("archived", true, false) },
        Kind(
            Phases,
            "Phases",
            "pha",
            Text("name", 200) with { Required = true },
            Reference("projectId", Projects) with { Required = true },
            new SimField("notes", SimType.Text),
            new SimField("startDate", SimType.Date),
            new SimField("dueDate", SimType.Date),
            new SimField("plannedHours", SimType.Number),
            new SimField("position", SimType.Number),
            Text("externalId", 100) with { Indexed = true }) with { Check = PutLast },
        Kind(
            Tasks,
            "Tasks",
            "tsk",
            Text("title", 250) with { Required = true },
            new SimField("description", SimType.Text),
            Reference("projectId", Projects) with { Required = true },
            Reference("phaseId", Phases),
            Status(TaskStatuses),
            Reference("assigneeId", Users),
            Reference("workTypeId", WorkTypes),
            new SimField("plannedHours", SimType.Number),
            new SimField("startDate", SimType.Date),
            new SimField("dueDate", SimType.Date),
            Text("externalId", 100) with { Indexed = true }) with { Check = NeedsPhaseOfItsProject },
        Kind(
            Assignments,
            "Assignments",
            "asg",
            Reference("taskId", Tasks) with { Required = true },
            ProjectOfTask,
            Reference("userId", Users) with { Required = true },
            new SimField("startsAt", SimType.Time),
            new SimField("endsAt", SimType.Time),
            new SimField("hours", SimType.Number),
            new SimField("done", SimType.Flag) { Default = false, Required = true }),
        Kind(
            TimeLogs,
            "Time logs",
            "log",
            Reference("taskId", Tasks) with { Required = true },
            ProjectOfTask,
            Reference("userId", Users) with { Required = true },
            Reference("workTypeId", WorkTypes),
            new SimField("startsAt", SimType.Time),
            new SimField("endsAt", SimType.Time),
            new SimField("hours", SimType.Number),
            new SimField("notes", SimType.Text)),
        new(Endpoints, "Webhook endpoints", new SimShape(
            Derived("id", SimType.Text, (_, record, _) => record.Id),
            new SimField("url", SimType.Text) { Required = true },
            Text("label", 200),
            new SimField("enabled", SimType.Flag) { Default = true, Required = true },
            new SimField("disabledBecause", SimType.Text),
            new SimField("secret", SimType.Text) { Required = true },
            new SimField("previousSecret", SimType.Text),
            new SimField("previousSecretUntil", SimType.Time),
            Derived("createdAt", SimType.Time, (_, record, _) => record.Created)))
        {
            IdOf = number => IdOf("whe", number),
        },
    ];

    /// <summary>The kind whose records hold those of this kind, and the field that says which.</summary>
    public static (string Kind, string Field)? ParentOf(string kind) => kind switch
    {
        Phases or Tasks => (Projects, "projectId"),
        Assignments or TimeLogs => (Tasks, "taskId"),
        _ => null,
    };

    /// <summary>One record of a kind, in words.</summary>
    public static string Singular(string kind) => kind == CustomerStatuses ? "customerStatus" : kind == NoteCategories ? "noteCategory" : kind[..^1];

    /// <summary>Whether such an id was given out, be its record still there or not.</summary>
    public static bool WasGiven(SimAccount account, SimKind kind, string id)
    {
        var prefix = kind.IdOf(0)[..^IdDigits];
        if (id.Length != prefix.Length + IdDigits || !id.StartsWith(prefix, StringComparison.Ordinal))
            return false;
        long value = 0;
        foreach (var digit in id.AsSpan(prefix.Length))
        {
            var at = Base32.IndexOf(digit);
            if (at < 0)
                return false;
            value = unchecked((value * 32) + at);
        }

        return value % IdStep == 0 && value / IdStep is > 1000 and var number && number <= account.Sequences.GetValueOrDefault(kind.Sequence);
    }

    private static string IdOf(string prefix, long number) => string.Create(prefix.Length + 1 + IdStart.Length + IdDigits, (prefix, number), static (text, id) =>
    {
        $"{id.prefix}_{IdStart}".CopyTo(text);
        var rest = id.number * IdStep;
        for (var at = text.Length - 1; at >= text.Length - IdDigits; at--)
        {
            text[at] = Base32[(int)(rest % 32)];
            rest /= 32;
        }
    });

    private static SimKind Kind(string name, string label, string prefix, params SimField[] own) => new(name, label, new SimShape(
    [
        Derived("id", SimType.Text, (_, record, _) => record.Id),
        .. own,
        Derived("createdAt", SimType.Time, (_, record, _) => record.Created),
        Derived("modifiedAt", SimType.Time, (_, record, _) => record.Modified),
        Derived("version", SimType.Text, Version),
    ]))
    {
        IdOf = number => IdOf(prefix, number),
        CreatedField = "createdAt",
        ModifiedField = "modifiedAt",
        After = LeaveNoneBehind,
    };

    private static SimKind NameList(string name, string label, string prefix) =>
        Kind(name, label, prefix, Text("name", 100) with { Required = true, Indexed = true }, Active) with { Archive = ("active", false, true) };

    /// <summary>Of everything that a reader sees, so that it differs whenever that does.</summary>
    private static object Version(SimAccount account, SimRecord record, object?[] values)
    {
        var seen = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(seen))
        {
            json.WriteStartObject();
            record.Kind.Shape.WriteFields(json, account, record, values, field => field.Name != "version");
            json.WriteEndObject();
        }

        return Convert.ToHexStringLower(SHA256.HashData(seen.WrittenSpan).AsSpan(0, 12));
    }

    /// <summary>What lives inside a deleted record goes with it, and so does what cannot be without it; elsewhere it is taken out.</summary>
    private static void LeaveNoneBehind(SimAccount account, SimRecord record)
    {
        if (account.Table(record.Kind.Name).Truth.Find(record.Id) is not null)
            return;
        foreach (var table in account.Tables)
        {
            foreach (var field in table.Kind.Shape.Stored.Where(field => field.References?.Contains(record.Kind.Name) == true))
            {
                foreach (var other in table.Truth.WithValue(table.Kind.Shape.Slot(field.Name), record.Id).ToArray())
                {
                    if (field.Required)
                        account.Delete(table.Kind, other.Id);
                    else
                        account.Set(other, field.Name, null);
                }
            }
        }
    }

    private static void PutLast(SimDraft draft)
    {
        if (draft["position"] is not null || draft["projectId"] is not string project)
            return;
        var phases = draft.Account.Table(Phases);
        var last = phases.Truth.WithValue(phases.Kind.Shape.Slot("projectId"), project).Max(phase => phase["position"] as decimal?);
        draft["position"] = (last ?? 0) + 1;
    }

    private static void NeedsPhaseOfItsProject(SimDraft draft)
    {
        if (draft.Account.Find([Phases], draft["phaseId"]) is { } phase && !Equals(phase["projectId"], draft["projectId"]))
            draft.Refuse("phaseId", "The phase belongs to another project.");
    }

    private static SimField FullName => Derived("name", SimType.Text, (_, record, _) => $"{record["firstName"]} {record["lastName"]}".Trim());

    private static SimField ProjectOfTask => Derived("projectId", SimType.Text, (account, record, _) => account.Find([Tasks], record["taskId"])?["projectId"]);

    private static SimField Active => new("active", SimType.Flag) { Default = true, Required = true };

    private static SimField Text(string name, int length) => new(name, SimType.Text) { MaxLength = length };

    private static SimField Status(string[] categories) => new("status", SimType.Text) { Default = categories[0], Required = true, OneOf = categories };

    private static SimField Reference(string name, string kind) => new(name, SimType.Text) { References = [kind], Indexed = true };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
