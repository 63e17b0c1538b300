using System.Text.Json;

namespace SyncFunctions.Vendors.Synergy;

/// <summary>The records of an organisation and the vendor's rules for them.</summary>
internal static class Kinds
{
    public const string Companies = "contacts";
    public const string Personnel = "personnel";
    public const string Individuals = "individuals";
    public const string Staff = "staff";
    public const string Projects = "projects";
    public const string Stages = "stages";
    public const string Statuses = "statuses";

    /// <summary>Status types; the lookup shows them by name.</summary>
    public static readonly IReadOnlyDictionary<long, string> StatusTypes =
        new Dictionary<long, string> { [1] = "Proposal", [2] = "Active", [3] = "On hold", [4] = "Completed", [5] = "Cancelled" };

    /// <summary>Everything that has a contact id.</summary>
    public static readonly string[] Contacts = [Companies, Individuals, Personnel];

    private static readonly JsonElement NoItems = JsonSerializer.SerializeToElement(Array.Empty<object>());

    private static readonly SimShape Address = new(
        Text("address1"),
        Text("address2"),
        Text("town"),
        Text("state"),
        Text("zipCode"),
        Text("country"),
        Derived("latitude", SimType.Number, (_, _, _) => null),
        Derived("longitude", SimType.Number, (_, _, _) => null),
        Derived("hasAddress", SimType.Flag, (_, _, values) => values.Any(IsFilled)),
        Derived("singleline", SimType.Text, (_, _, values) => string.Join(", ", values.Where(IsFilled))));

    private static readonly SimShape Phones = new(
        Text("mobile"),
        Text("phone"),
        Derived("hasPhones", SimType.Flag, (_, _, values) => values.Any(IsFilled)));

    private static readonly SimKind StatusKind = new(Statuses, "Project statuses", new SimShape(
        Id,
        OrganisationId,
        Text("name") with { Required = true },
        new SimField("statusTypeId", SimType.Integer) { Required = true, Default = 2L },
        Derived("statusTypeName", SimType.Text, (_, record, _) => StatusTypes.GetValueOrDefault((long)record["statusTypeId"]!)),
        IsActive))
    {
        Archive = ("isActive", false, true),
        Check = draft =>
        {
            if (draft["statusTypeId"] is long type && !StatusTypes.ContainsKey(type))
                draft.Refuse("statusTypeId", $"Status type {type} does not exist.");
        },
    };

    private static readonly SimKind StaffKind = new(Staff, "Staff", new SimShape(
        Id,
        OrganisationId,
        FullName,
        Text("firstName"),
        Text("lastName"),
        Text("email") with { Indexed = true },
        Text("position"),
        Text("phone"),
        Text("cardId"),
        Text("bambooId"),
        Text("xeroId"),
        new SimField("dateEmployment", SimType.Date),
        new SimField("dateTermination", SimType.Date),
        Text("rate"),
        Derived("rateDisplay", SimType.Text, (_, record, _) => record["rate"]),
        new SimField("reportsTo", SimType.Integer) { References = [Staff] },
        new SimField("canBeAManager", SimType.Flag) { Default = true },
        new SimField("isDefault", SimType.Flag) { Default = false },
        IsActive,
        new SimField("address", SimType.Object) { Shape = Address },
        CreatedDate,
        // The vendor's published sample misspells it so.
        Derived("udpatedDate", SimType.Time, (_, record, _) => record.Modified)))
    {
        Sequence = Companies,
        CreatedField = "createdDate",
        ModifiedField = "udpatedDate",
        Archive = ("isActive", false, true),
        Check = NeedsPersonName,
    };

    private static readonly SimKind ProjectKind = new(Projects, "Projects", new SimShape(
        Id,
        OrganisationId,
        Derived("organisationName", SimType.Text, (account, _, _) => account.Name),
        Text("number") with { Alias = "projectNumber", Indexed = true, MaxLength = 50 },
        Text("name") with { Required = true },
        new SimField("scope", SimType.Text),
        new SimField("statusId", SimType.Integer) { References = [Statuses] },
        Derived("statusName", SimType.Text, (account, record, _) => Status(account, record)?["name"]),
        Derived("statusTypeId", SimType.Integer, (account, record, _) => Status(account, record)?["statusTypeId"]),
        new SimField("startDate", SimType.Date),
        new SimField("endDate", SimType.Date),
        Derived("invoices", SimType.Integer, (_, _, _) => 0L),
        IsActive,
        new SimField("isDefault", SimType.Flag) { Default = false },
        new SimField("isOfficeProject", SimType.Flag) { Default = false },
        new SimField("primaryContactId", SimType.Integer) { References = Contacts },
        Derived("primaryContactName", SimType.Text, (account, record, _) => Name(account, Contacts, record["primaryContactId"])),
        new SimField("managerId", SimType.Integer) { References = [Staff] },
        Derived("manager", SimType.Text, (account, record, _) => Name(account, [Staff], record["managerId"])),
        Text("clientReferenceNumber"),
        new SimField("address", SimType.Object) { Shape = Address },
        CreatedDate,
        UpdatedDate))
    {
        CreatedField = "createdDate",
        ModifiedField = "updatedDate",
        Archive = ("isActive", false, true),
        Check = CheckProject,
    };

    private static readonly SimKind StageKind = new(Stages, "Stages", new SimShape(
        Id,
        OrganisationId,
        new SimField("projectId", SimType.Integer) { Required = true, References = [Projects], Indexed = true },
        Text("name") with { Required = true },
        new SimField("statusId", SimType.Integer) { References = [Statuses] },
        Derived("status", SimType.Text, (account, record, _) => Status(account, record)?["name"]),
        Derived("statusTypeId", SimType.Integer, (account, record, _) => Status(account, record)?["statusTypeId"]),
        new SimField("feeTypeId", SimType.Integer),
        Text("feeType"),
        new SimField("fee", SimType.Number) { Default = 0m },
        new SimField("wip", SimType.Number) { Default = 0m },
        Derived("timeSheetsPending", SimType.Integer, (_, _, _) => 0L),
        new SimField("managerId", SimType.Integer) { References = [Staff] },
        Derived("manager", SimType.Text, (account, record, _) => Name(account, [Staff], record["managerId"])),
        Derived("transactions", SimType.Json, (_, _, _) => NoItems),
        new SimField("tasks", SimType.Json) { Default = NoItems }))
    {
        Check = draft =>
        {
            if (draft.Old is null)
                draft["statusId"] ??= FirstStatus(draft.Account);
        },
        After = (account, stage) =>
        {
            if (account.System.Settings.Switches[Vendor.StageEditTouchesProject] && account.Find([Projects], stage["projectId"]) is { } project)
                account.Touch(project);
        },
    };

    /// <summary>In reference order.</summary>
    public static readonly IReadOnlyList<SimKind> All =
    [
        StatusKind,
        StaffKind,
        Contact(Companies, "Companies", typeId: 1),
        Contact(Individuals, "Individuals", typeId: 2),
        Contact(Personnel, "Personnel", typeId: 3),
        ProjectKind,
        StageKind,
    ];

    /// <summary>Staff as the Contacts endpoints show them.</summary>
    public static readonly SimShape StaffAsContact = new([.. Kind(Individuals).Shape.Fields.Select(field => field.Name switch
    {
        "contactTypeId" => Derived(field.Name, SimType.Integer, (_, _, _) => 4L),
        "contactType" => Derived(field.Name, SimType.Text, (_, _, _) => "Staff"),
        "isStaff" => Derived(field.Name, SimType.Flag, (_, _, _) => true),
        "jobTitle" => Derived(field.Name, SimType.Text, (_, record, _) => record["position"]),
        "updatedDate" => UpdatedDate,
        _ => StaffKind.Shape.Find(field.Name) ?? Derived(field.Name, field.Type, (_, _, _) => null),
    })]);

    private static SimField Id => Derived("id", SimType.Integer, (_, record, _) => record.Number);

    private static SimField OrganisationId => Derived("organisationId", SimType.Integer, (account, _, _) => Organisation(account));

    private static SimField FullName => Derived("name", SimType.Text, (_, record, _) => $"{record["firstName"]} {record["lastName"]}".Trim());

    private static SimField IsActive => new("isActive", SimType.Flag) { Required = true, Default = true };

    private static SimField CreatedDate => Derived("createdDate", SimType.Time, (_, record, _) => record.Created);

    private static SimField UpdatedDate => Derived("updatedDate", SimType.Time, (_, record, _) => record.Modified);

    public static SimKind Kind(string name) => All.First(kind => kind.Name == name);

    /// <summary>A number for the organisation that is the same after a restart.</summary>
    public static long Organisation(SimAccount account) =>
        account.Slug.Aggregate(17L, (number, letter) => ((number * 31) + char.ToLowerInvariant(letter)) % 999_983);

    private static SimKind Contact(string name, string label, long typeId)
    {
        var isCompany = typeId == 1;
        return new SimKind(name, label, new SimShape(
            Id,
            Derived("contactTypeId", SimType.Integer, (_, _, _) => typeId),
            Derived("contactType", SimType.Text, (_, _, _) => typeId switch { 1 => "Company", 2 => "Individual", _ => "Personnel" }),
            OrganisationId,
            Derived("isStaff", SimType.Flag, (_, _, _) => false),
            isCompany ? Text("name") with { Required = true, Indexed = true } : FullName,
            isCompany ? Derived("firstName", SimType.Text, (_, _, _) => null) : Text("firstName"),
            isCompany ? Derived("lastName", SimType.Text, (_, _, _) => null) : Text("lastName"),
            Text("salutation"),
            Text("jobTitle"),
            typeId == 3
                ? new SimField("companyId", SimType.Integer) { Required = true, References = [Companies], Indexed = true }
                : Derived("companyId", SimType.Integer, (_, _, _) => null),
            Derived("companyName", SimType.Text, (account, record, _) => typeId == 3 ? Name(account, [Companies], record["companyId"]) : null),
            Text("email") with { Indexed = true },
            Derived("emailDomain", SimType.Text, (_, record, _) => (record["email"] as string)?.Split('@') is [_, var domain] ? domain : null),
            new SimField("phones", SimType.Object) { Shape = Phones },
            Text("web"),
            new SimField("address", SimType.Object) { Shape = Address },
            IsActive,
            CreatedDate,
            UpdatedDate))
        {
            Sequence = Companies,
            CreatedField = "createdDate",
            ModifiedField = "updatedDate",
            Archive = ("isActive", false, true),
            Check = isCompany ? null : NeedsPersonName,
        };
    }

    private static void NeedsPersonName(SimDraft draft)
    {
        if (!IsFilled(draft["firstName"]) && !IsFilled(draft["lastName"]))
            draft.Refuse("lastName", "A first name or a last name is required.");
    }

    private static void CheckProject(SimDraft draft)
    {
        if (draft.Old is null)
        {
            draft["statusId"] ??= FirstStatus(draft.Account);
            if (!IsFilled(draft["number"]))
                draft["number"] = FreeNumber(draft.Account);
        }
        else if (!IsFilled(draft["number"]))
        {
            draft.Refuse("number", "The number field is required.");
        }

        if (draft["isActive"] is true && draft["number"] is string number && IsTaken(draft.Account, number, draft.Old))
            draft.Refuse("number", $"Project number '{number}' is already used by another active project.");
    }

    private static string FreeNumber(SimAccount account)
    {
        string number;
        do
            number = $"P{account.Next("projectNumber")}";
        while (IsTaken(account, number, except: null));
        return number;
    }

    private static bool IsTaken(SimAccount account, string number, SimRecord? except) =>
        account.Table(Projects).Truth.WithValue(ProjectKind.Shape.Slot("number"), number)
            .Any(other => other.Id != except?.Id && other["isActive"] is true);

    private static object? FirstStatus(SimAccount account) =>
        account.Table(Statuses).Truth.ByNumber.FirstOrDefault(status => status["isActive"] is true)?.Number;

    private static SimRecord? Status(SimAccount account, SimRecord record) => account.Find([Statuses], record["statusId"]);

    private static object? Name(SimAccount account, string[] kinds, object? id) =>
        account.Find(kinds, id) is { } record
            ? record.Kind.Shape.Value(record.Kind.Shape.Find("name")!, account, record, record.Values)
            : null;

    private static bool IsFilled(object? value) => value is string { Length: > 0 };

    private static SimField Text(string name) => new(name, SimType.Text) { MaxLength = 255 };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
