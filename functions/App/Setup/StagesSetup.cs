using System.Collections.Immutable;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

/// <param name="LeftValues">What the left system has to map.</param>
public sealed record StagesView(ImmutableArray<ValuePair> Stages, ImmutableArray<string> LeftValues, ImmutableArray<string> RightValues, bool Saved);

/// <summary>The step in which a tenant says which stage of one system is which of the other. None is a valid answer.</summary>
public sealed class StagesSetup(SetupState state, FlowContexts contexts, FlowSwitch flows, TimeProvider time)
{
    public async Task<StagesView> ViewAsync(LoadedSetup setup, CancellationToken cancellation)
    {
        var stages = setup.Flow.Pair.Stages!;
        var flow = await contexts.LoadAsync(setup.Flow.Key, cancellation) ?? throw ProblemException.NotFound("flow");
        var left = NamesAsync(flow.Left, stages.LeftKind, cancellation);
        var right = NamesAsync(flow.Right, stages.RightKind, cancellation);
        return new StagesView(setup.Flow.Flow.Settings.ValueMaps.GetValueOrDefault(stages.ValueMap, []), await left, await right, setup.Document.StagesSavedAt is not null);
    }

    public async Task<LoadedSetup> SaveAsync(LoadedSetup setup, ImmutableArray<ValuePair> stages, CancellationToken cancellation)
    {
        var key = setup.Flow.Key;
        var map = setup.Flow.Pair.Stages!.ValueMap;

        // Without a map the field is off; an empty one would refuse every value.
        await flows.ChangeAsync(key.Tenant.Value, key.Flow.Value, found => found.Flow with
        {
            Settings = found.Flow.Settings with
            {
                ValueMaps = stages.IsEmpty ? found.Flow.Settings.ValueMaps.Remove(map) : found.Flow.Settings.ValueMaps.SetItem(map, stages),
            },
        }, cancellation);
        return await state.SaveAsync(setup, setup.Document with { StagesSavedAt = time.GetUtcNow() }, cancellation);
    }

    private static async Task<ImmutableArray<string>> NamesAsync(SideContext side, string kind, CancellationToken cancellation)
    {
        var names = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var request = new ListRequest(); ;)
        {
            var page = (await side.Connector.ListAsync(side.Scope, kind, request, cancellation)).Require(side.Connector.Catalog);
            names.UnionWith(page.Records.Select(record => record.Fields.Find("name")?.ToString() ?? record.Label).Where(name => name.Length > 0));
            if (page.NextPage is not { } next) return [.. names];
            request = request with { PageToken = next };
        }
    }
}
