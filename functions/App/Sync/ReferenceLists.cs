using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>The names in a look-up list (statuses, stages) of both systems when they were read last.</summary>
/// <param name="ValueMap">The value map of the flow that translates them.</param>
public sealed record ReferenceList(string ValueMap, DateTimeOffset ReadAt, ImmutableArray<string> Left, ImmutableArray<string> Right)
{
    public ImmutableArray<string> On(Side side) => side == Side.Left ? Left : Right;
}

/// <summary>
/// Reads the look-up lists that a pair maps values by, keeps them with the flow, and says what the flow's map does not know yet. They change
/// seldom: every few hours by themselves, and on demand.
/// </summary>
public sealed class ReferenceLists(FlowStore flows, IntegrationLog log, TimeProvider time)
{
    public static readonly TimeSpan ReadEvery = TimeSpan.FromHours(4);

    private const string Document = "references";

    /// <summary>Whether they are to be read again. A flow without a value map has no use for them.</summary>
    public static bool IsDue(FlowContext flow, DateTimeOffset now) =>
        flow.Pair.Stages is { } stages && flow.Settings.ValueMaps.ContainsKey(stages.ValueMap) && (flow.Flow.ReferencesAt ?? flow.Flow.WentLiveAt) is { } last && now - last >= ReadEvery;

    public async Task<ImmutableArray<ReferenceList>> GetAsync(FlowKey flow, CancellationToken cancellation) =>
        (await StoredAsync(flow, cancellation))?.Value ?? [];

    /// <returns>What could not be read, or null.</returns>
    public async Task<VendorFailure?> ReadAsync(FlowContext flow, RunId run, CancellationToken cancellation)
    {
        if (flow.Pair.Stages is not { } stages) return null;
        if (!(await NamesAsync(flow.Left, stages.LeftKind, cancellation)).TryGet(out var left, out var failure)) return failure;
        if (!(await NamesAsync(flow.Right, stages.RightKind, cancellation)).TryGet(out var right, out failure)) return failure;
        var list = new ReferenceList(stages.ValueMap, time.GetUtcNow(), left, right);
        var before = await PutAsync(flow.Key, list, cancellation);
        await flows.ChangeAsync(flow.Key, found => found with { ReferencesAt = list.ReadAt }, cancellation);
        await TellUnmappedAsync(flow, run, before, list, cancellation);
        return null;
    }

    private Task<Versioned<ImmutableArray<ReferenceList>>?> StoredAsync(FlowKey flow, CancellationToken cancellation) =>
        flows.GetDocumentAsync<ImmutableArray<ReferenceList>>(flow, Document, StateJson.Options, cancellation);

    /// <returns>What the list was before.</returns>
    private async Task<ReferenceList?> PutAsync(FlowKey flow, ReferenceList list, CancellationToken cancellation)
    {
        while (true)
        {
            var stored = await StoredAsync(flow, cancellation);
            ImmutableArray<ReferenceList> lists = stored?.Value ?? [];
            ImmutableArray<ReferenceList> after = [.. lists.Where(other => other.ValueMap != list.ValueMap), list];
            if (await flows.PutDocumentAsync(flow, Document, after, StateJson.Options, stored?.ETag, cancellation) is not null) return lists.FirstOrDefault(other => other.ValueMap == list.ValueMap);
        }
    }

    /// <summary>A value that the map does not know does not flow: said once, when it appears.</summary>
    private async Task TellUnmappedAsync(FlowContext flow, RunId run, ReferenceList? before, ReferenceList list, CancellationToken cancellation)
    {
        if (!flow.Settings.ValueMaps.TryGetValue(list.ValueMap, out var map)) return;
        var entries = (from side in Sides.Both
                       let known = map.Select(pair => side == Side.Left ? pair.Left : pair.Right).ToHashSet()
                       from name in list.On(side)
                       where !known.Contains(name) && before?.On(side).Contains(name) != true
                       select new LogEntry(list.ReadAt, LogSeverity.Warning, "value-unmapped", $"{flow.On(side).Connector.Catalog.DisplayName} has '{name}', which has no counterpart in the map of {list.ValueMap}.")
                       {
                           Side = side,
                           RunId = run,
                           WhatToDo = "Add it to the map if records that have it are to be synchronised in this field.",
                       }).ToList();
        if (entries.Count > 0) await log.AppendAsync(flow.Key, entries, cancellation);
    }

    private static async Task<VendorResult<ImmutableArray<string>>> NamesAsync(SideContext side, string kind, CancellationToken cancellation)
    {
        var names = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var request = new ListRequest(); ;)
        {
            if (!(await side.Connector.ListAsync(side.Scope, kind, request, cancellation)).TryGet(out var page, out var failure)) return failure;
            names.UnionWith(page.Records.Select(record => record.Fields.Find("name")?.ToString() ?? record.Label).Where(name => name.Length > 0));
            if (page.NextPage is not { } next) return names.ToImmutableArray();
            request = request with { PageToken = next };
        }
    }
}
