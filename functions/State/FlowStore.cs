using System.Collections.Immutable;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Flows with their guards, cursors, hints and documents: one partition a flow.</summary>
public sealed class FlowStore(StateTables tables, IdSource ids, TimeProvider time)
{
    /// <returns>False where the flow exists.</returns>
    public async Task<bool> InsertAsync(Flow flow, CancellationToken cancellation)
    {
        // The pointer first: one that points nowhere is skipped, a flow without one would never be listed.
        var pointer = Row.New(Keys.Tenant(flow.Key.Tenant), Keys.FlowPointer(flow.Key.Flow)).Put("Flow", flow.Key.Flow.Value);
        await tables.Tenants.InsertAsync(pointer, cancellation);
        return await tables.Flows.InsertAsync(ToRow(flow), cancellation) is not null;
    }

    public async Task<Versioned<Flow>?> GetAsync(FlowKey flow, CancellationToken cancellation) =>
        (await tables.Flows.GetAsync(Keys.Flow(flow), Keys.FlowRow, cancellation))?.As(ToFlow);

    public async Task<IReadOnlyList<Versioned<Flow>>> ListAsync(TenantId tenant, CancellationToken cancellation)
    {
        var filter = Filter.And(Filter.Partition(Keys.Tenant(tenant)), Filter.In(Keys.FlowPointers));
        var pointers = await tables.Tenants.ListAsync(filter, int.MaxValue, cancellation);
        var flows = new Versioned<Flow>?[pointers.Count];
        await Concurrent.ForAsync(flows.Length, 8, async (i, cancel) =>
            flows[i] = await GetAsync(new FlowKey(tenant, new FlowId(pointers[i].Text("Flow"))), cancel), cancellation);
        return [.. flows.OfType<Versioned<Flow>>()];
    }

    /// <summary>The flows of all tenants, and since when the oldest of their runs that do not rest or wait has been under way, in one query.</summary>
    public async Task<(IReadOnlyList<Flow> Flows, DateTimeOffset? RunningSince)> ListAllAsync(CancellationToken cancellation)
    {
        var (inQueue, syncing) = (nameof(RunStatus.InQueue), nameof(RunStatus.Syncing));
        var running = Filter.And(Filter.In(Keys.Guards), Filter.Where($"(Status eq {inQueue} or Status eq {syncing})"));
        var rows = (await tables.Flows.ListAsync(Filter.Or(Filter.Row(Keys.FlowRow), running), int.MaxValue, cancellation)).ToLookup(row => row.RowKey == Keys.FlowRow);
        return ([.. rows[true].Select(ToFlow)], rows[false].Select(ToGuard).Where(guard => guard is { Run: not null, Paused: false }).Min(guard => (DateTimeOffset?)guard.Since));
    }

    /// <summary>Those of all tenants, in one query.</summary>
    public async Task<IReadOnlyList<Versioned<Flow>>> ListEveryAsync(CancellationToken cancellation) =>
        [.. (await tables.Flows.ListAsync(Filter.Row(Keys.FlowRow), int.MaxValue, cancellation)).Select(row => row.As(ToFlow))];

    /// <summary>The flows that read and write the account of a connection, in one query.</summary>
    public async Task<IReadOnlyList<Flow>> OfConnectionAsync(TenantId tenant, ConnectionId connection, CancellationToken cancellation)
    {
        var (partitions, id) = (Keys.FlowsOf(tenant), connection.Value);
        var (from, to) = (partitions.From, partitions.To);
        var filter = Filter.And(Filter.Where($"PartitionKey ge {from} and PartitionKey lt {to}"), Filter.Row(Keys.FlowRow), Filter.Where($"(Left eq {id} or Right eq {id})"));
        return [.. (await tables.Flows.ListAsync(filter, int.MaxValue, cancellation)).Select(ToFlow)];
    }

    /// <returns>The stored flow with its new version, or null where somebody else replaced it.</returns>
    public async Task<Versioned<Flow>?> ReplaceAsync(Versioned<Flow> flow, CancellationToken cancellation) =>
        await tables.Flows.ReplaceAsync(ToRow(flow.Value), flow.ETag, cancellation) is { } version ? flow with { ETag = version } : null;

    /// <summary>Changes the flow as it is stored, again where somebody else was faster.</summary>
    /// <returns>The flow, or null where there is none.</returns>
    public async Task<Versioned<Flow>?> ChangeAsync(FlowKey flow, Func<Flow, Flow> change, CancellationToken cancellation)
    {
        while (await GetAsync(flow, cancellation) is { } found)
        {
            var changed = change(found.Value);
            if (changed == found.Value) return found;
            if (await ReplaceAsync(found with { Value = changed }, cancellation) is { } stored) return stored;
        }

        return null;
    }

    /// <summary>The flow with guards, cursors and hints, in one query; null where there is no such flow.</summary>
    public async Task<FlowState?> LoadAsync(FlowKey flow, CancellationToken cancellation)
    {
        // Documents and the guards of projects, which can be many, are left out.
        var filter = Filter.And(
            Filter.Partition(Keys.Flow(flow)),
            Filter.Or(Filter.In(KeyRange.Prefix("cursor|")), Filter.In(new KeyRange(Keys.FlowRow, KeyRange.Prefix("hint|").To))));
        var rows = await tables.Flows.ListAsync(filter, int.MaxValue, cancellation);
        return ToState(rows);
    }

    /// <summary>All flows of a tenant with guards, cursors, hints and brakes, in one query.</summary>
    public async Task<IReadOnlyList<FlowSummary>> LoadAllAsync(TenantId tenant, CancellationToken cancellation)
    {
        var (from, to) = (Keys.FlowsOf(tenant).From, Keys.FlowsOf(tenant).To);
        var filter = Filter.And(
            Filter.Where($"PartitionKey ge {from} and PartitionKey lt {to}"),
            Filter.Or(Filter.In(new KeyRange(Keys.Brakes.From, KeyRange.Prefix("cursor|").To)), Filter.In(new KeyRange(Keys.FlowRow, KeyRange.Prefix("hint|").To))));
        var rows = await tables.Flows.ListAsync(filter, int.MaxValue, cancellation);
        return
        [
            .. from flow in rows.GroupBy(row => row.PartitionKey, (_, own) => own.ToList())
               let state = ToState(flow)
               where state is not null
               select new FlowSummary(
                   state,
                   Rows(flow, Keys.Brakes.From, BrakeStore.FromRow),
                   Keys.OfSecret(string.Join(' ', flow.Select(row => row.ETag)))),
        ];
    }

    private static FlowState? ToState(IReadOnlyList<TableEntity> rows) =>
        rows.FirstOrDefault(row => row.RowKey == Keys.FlowRow) is { } found
            ? new FlowState(found.As(ToFlow), Rows(rows, "guard|", ToGuard), Rows(rows, "cursor|", ToCursor), Rows(rows, "hint|", ToHint))
            : null;

    private static ImmutableArray<Versioned<T>> Rows<T>(IEnumerable<TableEntity> rows, string prefix, Func<TableEntity, T> read) =>
        [.. rows.Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal)).Select(row => row.As(read))];

    public async Task<Versioned<Guard>?> GetGuardAsync(FlowKey flow, Lane lane, CancellationToken cancellation) =>
        (await tables.Flows.GetAsync(Keys.Flow(flow), Keys.Guard(lane), cancellation))?.As(ToGuard);

    /// <summary>Takes the guard of a flow's lane for a run, as <see cref="RunStatusMachine.Take"/> allows.</summary>
    /// <returns>The guard with its version, or null while another run holds it.</returns>
    public async Task<Versioned<Guard>?> TryTakeAsync(
        FlowKey flow, Lane lane, RunId run, RunStatus status, string? mode, string? trigger, TimeSpan lease, CancellationToken cancellation)
    {
        while (true)
        {
            var before = await GetGuardAsync(flow, lane, cancellation);
            if (RunStatusMachine.Take(before?.Value, lane, run, status, mode, trigger, time.GetUtcNow(), lease) is not { } taken) return null;
            if (await ReplaceGuardAsync(flow, taken, before?.ETag, cancellation) is { } version) return new(taken, version);

            // Somebody moved the guard in between: what it says now decides.
        }
    }

    /// <summary>Inserts the guard where none is expected, otherwise replaces the expected one.</summary>
    /// <returns>The new version, or null where the guard is another by now.</returns>
    public Task<ETag?> ReplaceGuardAsync(FlowKey flow, Guard guard, ETag? expected, CancellationToken cancellation) =>
        tables.Flows.WriteAsync(ToRow(flow, guard), expected, cancellation);

    /// <summary>Saves cursors in one transaction; one whose version is <c>default</c> is new.</summary>
    /// <returns>The cursors with their new versions, or null where one of them was moved by somebody else: then none is saved.</returns>
    public async Task<IReadOnlyList<Versioned<Cursor>>?> SaveCursorsAsync(FlowKey flow, IReadOnlyList<Versioned<Cursor>> cursors, CancellationToken cancellation)
    {
        if (cursors.Count == 0) return [];
        var actions = cursors
            .Select(cursor => cursor.ETag == default
                ? new TableTransactionAction(TableTransactionActionType.Add, ToRow(flow, cursor.Value))
                : new TableTransactionAction(TableTransactionActionType.UpdateReplace, ToRow(flow, cursor.Value), cursor.ETag))
            .ToList();
        return await tables.Flows.TrySubmitAsync(actions, cancellation) is { } versions
            ? [.. cursors.Zip(versions, (cursor, version) => cursor with { ETag = version })]
            : null;
    }

    /// <summary>
    /// Makes sure that the kind's work list is looked at by then. To be called before the work is stored, so that no crash leaves work
    /// that nobody looks for, and again after it (<see cref="TouchHintAsync"/>). The row is written even where it is early enough:
    /// whoever is about to reset it has not seen the new work.
    /// </summary>
    /// <param name="known">The hint as it was read lately, to save a look.</param>
    public async Task<Versioned<WorkHint>> EnsureHintAsync(FlowKey flow, string kind, DateTimeOffset dueAt, CancellationToken cancellation, Versioned<WorkHint>? known = null)
    {
        if (known is { } read && await TryReplaceAsync(read) is { } replaced) return replaced;
        while (true)
        {
            var hint = new WorkHint(kind, dueAt);
            var (inserted, existing) = await tables.Flows.InsertOrReadAsync(ToRow(flow, hint), cancellation);
            if (inserted is { } version) return new(hint, version);
            if (existing?.As(ToHint) is { } found && await TryReplaceAsync(found) is { } moved) return moved;
        }

        async Task<Versioned<WorkHint>?> TryReplaceAsync(Versioned<WorkHint> found)
        {
            var earlier = found.Value.DueAt < dueAt ? found.Value : new WorkHint(kind, dueAt);
            return await tables.Flows.ReplaceAsync(ToRow(flow, earlier), found.ETag, cancellation) is { } version ? new(earlier, version) : null;
        }
    }

    public async Task<Versioned<WorkHint>?> GetHintAsync(FlowKey flow, string kind, CancellationToken cancellation) =>
        (await tables.Flows.GetAsync(Keys.Flow(flow), Keys.Hint(kind), cancellation))?.As(ToHint);

    /// <summary>After the work was stored: whoever looked at the list before that, and is about to reset the hint, sees that it has changed.</summary>
    public Task TouchHintAsync(FlowKey flow, Versioned<WorkHint> ensured, CancellationToken cancellation) =>
        EnsureHintAsync(flow, ensured.Value.Kind, ensured.Value.DueAt, cancellation, ensured);

    /// <summary>
    /// After the due work was done: the hint as it was read before the work list was, moved to the next due time or taken away. Where it
    /// has changed since, it stays, because something new came.
    /// </summary>
    /// <returns>False where it has changed.</returns>
    public async Task<bool> ResetHintAsync(FlowKey flow, Versioned<WorkHint> read, DateTimeOffset? next, CancellationToken cancellation) =>
        next is { } dueAt
            ? await tables.Flows.ReplaceAsync(ToRow(flow, read.Value with { DueAt = dueAt }), read.ETag, cancellation) is not null
            : await tables.Flows.DeleteAsync(Keys.Flow(flow), Keys.Hint(read.Value.Kind), read.ETag, cancellation);

    /// <summary>A small document of the flow (up to some 900 KiB as JSON).</summary>
    public async Task<Versioned<T>?> GetDocumentAsync<T>(FlowKey flow, string name, JsonSerializerOptions options, CancellationToken cancellation)
    {
        if (await tables.Flows.GetAsync(Keys.Flow(flow), Keys.Document(name), cancellation) is not { } row || row.Bytes("Data") is not { } data) return null;
        return JsonSerializer.Deserialize<T>(data, options) is { } value ? new Versioned<T>(value, row.ETag) : null;
    }

    /// <summary>Inserts the document where none is expected, otherwise replaces the expected one.</summary>
    /// <returns>The new version, or null where the document is another by now.</returns>
    public Task<ETag?> PutDocumentAsync<T>(FlowKey flow, string name, T document, JsonSerializerOptions options, ETag? expected, CancellationToken cancellation)
    {
        var row = Row.New(Keys.Flow(flow), Keys.Document(name))
            .Put("Name", name)
            .PutBytes("Data", JsonSerializer.SerializeToUtf8Bytes(document, options));
        return tables.Flows.WriteAsync(row, expected, cancellation);
    }

    private static TableEntity ToRow(Flow flow) => Row.New(Keys.Flow(flow.Key), Keys.FlowRow)
        .Put("Tenant", flow.Key.Tenant.Value)
        .Put("Flow", flow.Key.Flow.Value)
        .Put("Pair", flow.Pair)
        .Put("Name", flow.Name)
        .Put("Left", flow.Left.Value)
        .Put("Right", flow.Right.Value)
        .PutJson("Settings", flow.Settings)
        .Put<FlowMode>("Mode", flow.Mode)
        .Put("Enabled", flow.Enabled)
        .Put("WentLiveAt", flow.WentLiveAt)
        .Put("CreatedAt", flow.CreatedAt)
        .Put("MadeAt", flow.MadeAt?.AbsoluteUri)
        .Put("PollEveryTicks", flow.PollEvery?.Ticks)
        .Put("SweptAt", flow.SweptAt)
        .Put("SweepNotBefore", flow.SweepNotBefore)
        .Put("ReferencesAt", flow.ReferencesAt)
        .PutJson("RecordsKey", flow.RecordsKey)
        .PutJson("WebhookSecrets", flow.WebhookSecrets.IsEmpty ? null : flow.WebhookSecrets)
        .Put("DisconnectedAt", flow.DisconnectedAt);

    private static Flow ToFlow(TableEntity row) => new(
        new FlowKey(new TenantId(row.Text("Tenant")), new FlowId(row.Text("Flow"))),
        row.Text("Pair"),
        row.Text("Name"),
        new ConnectionId(row.Text("Left")),
        new ConnectionId(row.Text("Right")))
    {
        Settings = row.Json<FlowSettings>("Settings"),
        Mode = row.Enum<FlowMode>("Mode"),
        Enabled = row.Flag("Enabled"),
        WentLiveAt = row.TimeOrNull("WentLiveAt"),
        CreatedAt = row.Time("CreatedAt"),
        MadeAt = row.GetString("MadeAt") is { } address ? new Uri(address) : null,
        PollEvery = row.GetInt64("PollEveryTicks") is { } ticks ? TimeSpan.FromTicks(ticks) : null,
        SweptAt = row.TimeOrNull("SweptAt"),
        SweepNotBefore = row.TimeOrNull("SweepNotBefore"),
        ReferencesAt = row.TimeOrNull("ReferencesAt"),
        RecordsKey = row.JsonOrNull<RecordsKey>("RecordsKey"),
        WebhookSecrets = row.JsonOrNull<ImmutableSortedDictionary<string, WebhookSecret>>("WebhookSecrets") ?? ImmutableSortedDictionary<string, WebhookSecret>.Empty,
        DisconnectedAt = row.TimeOrNull("DisconnectedAt"),
    };

    private static TableEntity ToRow(FlowKey flow, Guard guard) => PutGuard(Row.New(Keys.Flow(flow), Keys.Guard(guard.Lane)), guard);

    internal static TableEntity PutGuard(TableEntity row, Guard guard) => row
        .Put<Lane>("Lane", guard.Lane)
        .Put<RunStatus>("Status", guard.Status)
        .Put("Run", guard.Run?.Value)
        .Put("Epoch", (long?)guard.Epoch)
        .Put("Since", guard.Since)
        .Put("Until", guard.Until)
        .Put("Mode", guard.Mode)
        .Put("Trigger", guard.Trigger)
        .Put("RequestedMode", guard.RequestedMode)
        .Put("NotBefore", guard.NotBefore)
        .Put("Paused", guard.Paused)
        .PutClipped("Detail", guard.Detail, 1000);

    internal static Guard ToGuard(TableEntity row) => new(
        row.Enum<Lane>("Lane"),
        row.Enum<RunStatus>("Status"),
        row.GetString("Run") is { } run ? new RunId(run) : null,
        row.GetInt64("Epoch") ?? 0,
        row.Time("Since"),
        row.TimeOrNull("Until"),
        row.GetString("Mode"),
        row.GetString("Trigger"),
        row.GetString("RequestedMode"))
    {
        NotBefore = row.TimeOrNull("NotBefore"),
        Paused = row.GetBoolean("Paused") ?? false,
        Detail = row.GetString("Detail"),
    };

    private static TableEntity ToRow(FlowKey flow, Cursor cursor) => Row.New(Keys.Flow(flow), Keys.Cursor(cursor.Kind, cursor.Side))
        .Put("Kind", cursor.Kind)
        .Put<Side>("Side", cursor.Side)
        .Put("ChangedSince", cursor.ChangedSince)
        .PutJson("Seen", cursor.Seen)
        .Put("ReadAt", cursor.ReadAt);

    private static Cursor ToCursor(TableEntity row) =>
        new(row.Text("Kind"), row.Enum<Side>("Side"), row.Time("ChangedSince"), row.Json<ImmutableArray<string>>("Seen")) { ReadAt = row.Time("ReadAt") };

    // The stamp makes two hints for the same moment two writes: each must be seen by whoever resets.
    private TableEntity ToRow(FlowKey flow, WorkHint hint) => Row.New(Keys.Flow(flow), Keys.Hint(hint.Kind))
        .Put("Kind", hint.Kind)
        .Put("DueAt", hint.DueAt)
        .Put("Stamp", ids.NewStamp());

    private static WorkHint ToHint(TableEntity row) => new(row.Text("Kind"), row.Time("DueAt"));
}
