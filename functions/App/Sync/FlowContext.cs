using SyncFunctions.App.Connections;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>A flow with everything that is needed to work on it, read once per piece of work.</summary>
public sealed record FlowContext(FlowState State, Pair Pair, SideContext Left, SideContext Right)
{
    public Flow Flow => State.Flow.Value;

    public FlowKey Key => Flow.Key;

    public FlowSettings Settings => Flow.Settings;

    public SideContext On(Side side) => side == Side.Left ? Left : Right;

    /// <summary>For work on one project alone: calls that fail are told to be its own.</summary>
    public FlowContext For(LinkId project) => this with { Left = Left.For(project), Right = Right.For(project) };

    /// <summary>By the answers so far of this piece of work, where the systems tell when a record was changed.</summary>
    public Clocks Clocks => new(Left.ClockAhead, Right.ClockAhead);

    public LinkScope Links(KindMap kind) => new(Key, kind.Name);

    /// <summary>Whether a side is worth asking for changes of a kind: something can come from there, or has to be put back there.</summary>
    public bool Listens(KindMap kind, Side side) =>
        kind.Parent is null && Hears(kind, side);

    /// <summary>Whether a change of a kind on a side can mean anything.</summary>
    public bool Hears(KindMap kind, Side side) => Settings.Hears(kind, side);
}

/// <summary>One side of a flow: the system and the tenant's account in it.</summary>
public sealed record SideContext(Side Side, IConnector Connector, ConnectionScope Scope)
{
    public SideContext For(LinkId project) => this with { Scope = Scope.For(project) };

    public TimeSpan? ClockAhead => Connector.Catalog.TellsChangeTime ? Scope.Clock.Ahead : null;

    public Task<VendorResult<Record>> GetAsync(KindMap kind, string id, CancellationToken cancellation, Record? parent = null) =>
        Connector.GetAsync(Scope, kind.VendorKind(Side), id, cancellation, parent);

    public Task<VendorResult<VendorPage>> ListAsync(KindMap kind, ListRequest request, CancellationToken cancellation) =>
        Connector.ListAsync(Scope, kind.VendorKind(Side), request, cancellation);

    /// <summary>A canary: "not found" is believed only of a vendor that shows other records of the kind.</summary>
    public async Task<bool> AnswersAsync(KindMap kind, CancellationToken cancellation) =>
        Connector.Catalog.Kind(kind.VendorKind(Side)) is { ParentKind: null } or { ListsChanges: true } && (await ListAsync(kind, new ListRequest(), cancellation)).TryGet(out var page, out _) && page.Records.Count > 0;
}

public sealed class FlowContexts(FlowStore flows, ConnectionScopes scopes, Systems systems, PairCatalog pairs)
{
    /// <summary>Null where the flow does not exist (any more).</summary>
    public async Task<FlowContext?> LoadAsync(FlowKey key, CancellationToken cancellation)
    {
        if (await flows.LoadAsync(key, cancellation) is not { } state) return null;
        var flow = state.Flow.Value;
        var pair = pairs[flow.Pair].For(flow.Settings);
        var (left, right) = await scopes.OpenAsync(key.Tenant, flow.Left, flow.Right, cancellation);
        return new FlowContext(
            state,
            pair,
            new SideContext(Side.Left, systems.Find(pair.LeftSystem)!, left),
            new SideContext(Side.Right, systems.Find(pair.RightSystem)!, right));
    }

    /// <summary>The flow as it would be under other settings.</summary>
    public FlowContext Under(FlowContext flow, FlowSettings settings) => flow with
    {
        State = flow.State with { Flow = flow.State.Flow with { Value = flow.Flow with { Settings = settings } } },
        Pair = pairs[flow.Flow.Pair].For(settings),
    };
}
