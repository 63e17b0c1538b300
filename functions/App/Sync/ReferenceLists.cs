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
    private const string Document = "references";

    /// <summary>Whether they are to be read again. A flow without a value map has no use for them; reference data is read for the first time as soon as the flow is live.</summary>
    public static bool IsDue(FlowContext flow, DateTimeOffset now)
    {
        var every = flow.Settings.ReferencesEvery;
        if (every <= TimeSpan.Zero || flow.Flow.WentLiveAt is not { } live) return false;
        if (flow.Pair.NeedsLists) return flow.Flow.ReferencesAt is not { } read || now - read >= every;
        return flow.Pair.Stages is { } stages && flow.Settings.ValueMaps.ContainsKey(stages.ValueMap) && now - (flow.Flow.ReferencesAt ?? live) >= every;
    }

    public async Task<ImmutableArray<ReferenceList>> GetAsync(FlowKey flow, CancellationToken cancellation) =>
        (await StoredAsync(flow, cancellation))?.Value ?? [];

    /// <returns>What could not be read, or null.</returns>
    public async Task<VendorFailure?> ReadAsync(FlowContext flow, RunId run, CancellationToken cancellation)
    {
        if (await ReadStatusesAsync(flow, cancellation) is { } unread) return unread;
        if (await ReadVocabulariesAsync(flow, cancellation) is { } unknown) return unknown;
        if (flow.Pair.Stages is not { } stages)
        {
            await flows.ChangeAsync(flow.Key, found => found with { ReferencesAt = time.GetUtcNow() }, cancellation);
            return null;
        }

        if (!(await NamesAsync(flow.Left, stages.LeftKind, cancellation)).TryGet(out var left, out var failure)) return failure;
        if (!(await NamesAsync(flow.Right, stages.RightKind, cancellation)).TryGet(out var right, out failure)) return failure;
        var list = new ReferenceList(stages.ValueMap, time.GetUtcNow(), left, right);
        var before = await PutAsync(flow.Key, list, cancellation);
        await flows.ChangeAsync(flow.Key, found => found with { ReferencesAt = list.ReadAt }, cancellation);
        await TellUnmappedAsync(flow, run, before, list, cancellation);
        return null;
    }

    /// <summary>The statuses of each board, which stand with the flow's settings: whoever plans a record needs them.</summary>
    private async Task<VendorFailure?> ReadStatusesAsync(FlowContext flow, CancellationToken cancellation)
    {
        var boards = ImmutableSortedDictionary<string, ImmutableArray<StatusBoard>>.Empty;
        foreach (var kind in flow.Pair.Kinds)
        {
            if (kind.Fields.Select(field => field.Status).FirstOrDefault(status => status is not null) is not { } field) continue;
            if (!(await BoardsAsync(flow.On(field.Side), field, cancellation)).TryGet(out var read, out var failure)) return failure;
            boards = boards.SetItem(kind.Name, read);
        }

        if (!boards.IsEmpty) await flows.ChangeAsync(flow.Key, found => found with { Settings = found.Settings with { StatusBoards = boards } }, cancellation);
        return null;
    }

    private static IEnumerable<Vocabulary> VocabulariesOf(FlowContext flow) => flow.Pair.Kinds.SelectMany(kind => kind.Fields).Select(field => field.Vocabulary).OfType<Vocabulary>().Distinct();

    /// <summary>The values that sets may have on the side that keeps a list of them.</summary>
    private async Task<VendorFailure?> ReadVocabulariesAsync(FlowContext flow, CancellationToken cancellation)
    {
        var vocabularies = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
        foreach (var vocabulary in VocabulariesOf(flow))
        {
            if (!(await NamesAsync(flow.On(vocabulary.Side), vocabulary.Kind, cancellation)).TryGet(out var names, out var failure)) return failure;
            vocabularies = vocabularies.SetItem(vocabulary.Kind, names);
        }

        if (!vocabularies.IsEmpty) await flows.ChangeAsync(flow.Key, found => found with { Settings = found.Settings with { Vocabularies = vocabularies } }, cancellation);
        return null;
    }

    private static async Task<VendorResult<ImmutableArray<StatusBoard>>> BoardsAsync(SideContext side, StatusField field, CancellationToken cancellation)
    {
        var lists = new List<(string? Id, string Name)>();
        if (field.BoardKind is { } boardKind)
        {
            if (!(await AllAsync(side, boardKind, null, cancellation)).TryGet(out var boards, out var failure)) return failure;
            lists.AddRange(boards.Select(board => ((string?)board.Id, NameOf(board))));
        }
        else
        {
            lists.Add((null, StatusBoard.Only));
        }

        var read = ImmutableArray.CreateBuilder<StatusBoard>();
        foreach (var (id, name) in lists)
        {
            if (!(await AllAsync(side, field.StatusKind, id, cancellation)).TryGet(out var statuses, out var failure)) return failure;
            read.Add(new StatusBoard(id, name, [.. statuses.Select(status => new BoardStatus(IdWithin(id, status.Id), NameOf(status), field.Guess(status), Says(status, "defaultFlag")) { IsInactive = Says(status, "inactive") })]));
        }

        return read.ToImmutable();
    }

    /// <summary>A status that is known by its board and its own id is referred to by its own.</summary>
    private static string IdWithin(string? board, string id) => board is not null && id.StartsWith($"{board}:", StringComparison.Ordinal) ? id[(board.Length + 1)..] : id;

    private static bool Says(Record record, string flag) => record.Fields.Find(flag) is FieldValue.Flag { Value: true };

    private static string NameOf(Record record) => record.Fields.Find("name")?.ToString() ?? record.Label;

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

    private static async Task<VendorResult<ImmutableArray<string>>> NamesAsync(SideContext side, string kind, CancellationToken cancellation) =>
        (await AllAsync(side, kind, null, cancellation)).TryGet(out var records, out var failure)
            ? new SortedSet<string>(records.Select(NameOf).Where(name => name.Length > 0), StringComparer.OrdinalIgnoreCase).ToImmutableArray()
            : failure;

    private static async Task<VendorResult<List<Record>>> AllAsync(SideContext side, string kind, string? parent, CancellationToken cancellation)
    {
        var records = new List<Record>();
        for (var request = new ListRequest(ParentId: parent); ;)
        {
            if (!(await side.Connector.ListAsync(side.Scope, kind, request, cancellation)).TryGet(out var page, out var failure)) return failure;
            records.AddRange(page.Records);
            if (page.NextPage is not { } next) return records;
            request = request with { PageToken = next };
        }
    }
}
