namespace SyncFunctions.Vendors.TinyPlus;

/// <summary>The records of an account and the vendor's rules for them.</summary>
internal static class Kinds
{
    public const string Companies = "companies";
    public const string Contacts = "contacts";
    public const string Projects = "projects";
    public const string TeamMembers = "team_members";
    public const string PipelineStages = "pipeline_stages";

    private static readonly string[] RecordStatuses = ["active", "prospect", "archived"];

    /// <summary>In reference order.</summary>
    public static readonly IReadOnlyList<SimKind> All =
    [
        new(PipelineStages, "Pipeline stages", new SimShape(
            Id,
            Text("name") with { Required = true, Indexed = true },
            new SimField("position", SimType.Integer) { Default = 0L },
            CreatedDate,
            ModifiedDate))
        {
            CreatedField = "created_date",
            ModifiedField = "modified_date",
        },
        Kind(
            TeamMembers,
            "Team members",
            FullName,
            Text("first_name"),
            Text("last_name"),
            Text("email_address") with { Indexed = true },
            Text("title"),
            Text("phone"),
            // A ghost cannot log in and costs nothing.
            new SimField("ghost", SimType.Flag) { Required = true, Default = false }) with { Check = NeedsPersonName },
        Kind(
            Companies,
            "Companies",
            Text("name") with { Required = true, Indexed = true },
            Text("phone"),
            Text("email_address") with { Indexed = true },
            Text("website"),
            new SimField("address", SimType.Text) { MaxLength = 1000 }),
        Kind(
            Contacts,
            "Contacts",
            FullName,
            Text("first_name"),
            Text("last_name"),
            Text("email_address") with { Indexed = true },
            Text("title"),
            Text("phone"),
            Text("mobile"),
            new SimField("primary_company", SimType.Integer) { References = [Companies], Indexed = true }) with { Check = NeedsPersonName },
        Kind(
            Projects,
            "Projects",
            Text("name") with { Required = true },
            Text("number") with { Indexed = true },
            Text("stage"),
            new SimField("stages", SimType.TextList) { Default = Array.Empty<string>() },
            new SimField("start_date", SimType.Date),
            new SimField("end_date", SimType.Date),
            new SimField("company", SimType.Integer) { References = [Companies], Indexed = true },
            new SimField("contact", SimType.Integer) { References = [Contacts], Indexed = true }) with { Check = CheckStage },
    ];

    private static SimField Id => Derived("id", SimType.Integer, (_, record, _) => record.Number);

    private static SimField FullName => Derived("name", SimType.Text, (_, record, _) => $"{record["first_name"]} {record["last_name"]}".Trim());

    private static SimField CreatedDate => Derived("created_date", SimType.Time, (_, record, _) => record.Created);

    private static SimField ModifiedDate => Derived("modified_date", SimType.Time, (_, record, _) => record.Modified);

    private static SimKind Kind(string name, string label, params SimField[] own) => new(name, label, new SimShape(
    [
        Id,
        .. own,
        new SimField("record_status", SimType.Text) { Required = true, Default = "active", OneOf = RecordStatuses },
        new SimField("description", SimType.Text),
        new SimField("assigned_user", SimType.Integer) { References = [TeamMembers] },
        CreatedDate,
        ModifiedDate,
    ]))
    {
        CreatedField = "created_date",
        ModifiedField = "modified_date",
        Archive = ("record_status", "archived", "active"),
    };

    private static void NeedsPersonName(SimDraft draft)
    {
        if (draft["first_name"] is not string { Length: > 0 } && draft["last_name"] is not string { Length: > 0 })
            draft.Refuse("last_name", "A first name or a last name is required.");
    }

    private static void CheckStage(SimDraft draft)
    {
        if (draft.Touches("stage") && draft["stage"] is string { Length: > 0 } stage && !StageExists(draft.Account, stage))
            draft.Refuse("stage", $"There is no pipeline stage '{stage}'.");
    }

    private static bool StageExists(SimAccount account, string name)
    {
        var stages = account.Table(PipelineStages);
        return stages.Truth.WithValue(stages.Kind.Shape.Slot("name"), name).Count > 0;
    }

    private static SimField Text(string name) => new(name, SimType.Text) { MaxLength = 255 };

    private static SimField Derived(string name, SimType type, SimDerive derive) => new(name, type) { Derive = derive };
}
