using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>One item on its way to a plan: what is known of it, what the tenant wants, and the actions decided so far.</summary>
internal sealed class Planning(KindMap kind, FlowSettings settings, PlanItem item, DateTimeOffset now)
{
    private readonly ImmutableArray<SyncAction>.Builder _actions = ImmutableArray.CreateBuilder<SyncAction>();

    public KindMap Kind => kind;

    public FlowSettings Settings => settings;

    public KindSettings Choices { get; } = settings.Kind(kind.Name);

    public PlanItem Item => item;

    public DateTimeOffset Now => now;

    public void Add(SyncAction action) => _actions.Add(action);

    public void Add(IEnumerable<SyncAction> actions) => _actions.AddRange(actions);

    public void Skip(Side side, SkipReason reason, string detail) => Add(new SyncAction.Skip(side, reason, detail));

    /// <summary>Brings the two records into agreement, field by field.</summary>
    public void Merge() => Add(new FieldMerge(this, item.RecordOn(Side.Left), item.RecordOn(Side.Right)).Run());

    /// <summary>The two are the same record from now on.</summary>
    public void Join(Record left, Record right, string reason)
    {
        Add(new SyncAction.Join(left.Id, right.Id, reason));
        Add(new FieldMerge(this, left, right).Run());
    }

    public ItemPlan ToPlan() => new(item, _actions.ToImmutable());
}
