using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Sync;

/// <summary>The one vendor write that a case makes in a batch; a plan for both sides does the second when it is planned again.</summary>
internal sealed class Effect(SyncCase item, SyncAction action)
{
    public SyncCase Case { get; } = item;

    public SyncAction Action { get; private set; } = action;

    public bool IsCreate => Action is SyncAction.Create;

    public Side Target { get; } = action switch
    {
        SyncAction.Create create => create.Target,
        SyncAction.Write write => write.Target,
        SyncAction.Delete delete => delete.Target,
        _ => throw new ArgumentException("Not a vendor write.", nameof(action)),
    };

    public FieldSet Fields => Action switch
    {
        SyncAction.Create create => create.Fields,
        SyncAction.Write write => write.Fields,
        _ => FieldSet.Empty,
    };

    public FieldSet SourceValues => Action switch
    {
        SyncAction.Create create => create.SourceValues,
        SyncAction.Write write => write.SourceValues,
        _ => FieldSet.Empty,
    };

    /// <summary>A field that cannot be sent yet.</summary>
    public void LeaveOut(string field) => Action = Action switch
    {
        SyncAction.Create create => create with { Fields = create.Fields.Without(field), SourceValues = create.SourceValues.Without(field) },
        SyncAction.Write write => write with { Fields = write.Fields.Without(field), Before = write.Before.Without(field), SourceValues = write.SourceValues.Without(field) },
        _ => Action,
    };

    /// <summary>The plan's write to the other side.</summary>
    public Effect? Next => IsCreate || Target == Side.Right ? null : Case.Plan!.Actions.OfType<SyncAction.Write>().FirstOrDefault(write => write.Target != Target) is { } other ? new Effect(Case, other) : null;

    public bool HasMore { get; } = item.Plan!.Actions.Count(IsWrite) > 1;

    public FieldSet VendorFields { get; set; } = FieldSet.Empty;

    public Link? Link { get; set; }

    public Record? ReadBack { get; set; }

    public VendorFailure? Failure { get; set; }

    public static SyncAction? First(ItemPlan plan) => plan.Actions.FirstOrDefault(IsWrite);

    /// <summary>A record of the other side would be archived or deleted.</summary>
    public static bool Vanishes(ItemPlan plan) => plan.Actions.Any(Vanishes);

    public bool IsVanishing => Vanishes(Action);

    private static bool Vanishes(SyncAction action) => action is SyncAction.Delete || (action is SyncAction.Write write && write.Fields.Find(KindMap.Lifecycle) == KindMap.Archived);

    private static bool IsWrite(SyncAction action) => action is SyncAction.Create or SyncAction.Write or SyncAction.Delete;
}
