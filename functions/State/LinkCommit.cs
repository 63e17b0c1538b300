using System.Collections.Immutable;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>
/// Commits units in transactions of the service's limits. When one entity's condition fails, the service undoes the whole transaction and
/// names the entity: its unit is taken out (or, where the condition does not matter to the unit, the entity alone), and the rest is sent again.
/// </summary>
internal sealed class LinkCommit
{
    private const int MaxActions = 100;
    private const int MaxLinks = 33;
    private const int MaxBytes = (int)(3.5 * 1024 * 1024);
    private const int ConcurrentTransactions = 4;

    private readonly Table _table;
    private readonly LinkScope _scope;
    private readonly CommitResult[] _results;
    private readonly List<Pending> _units;

    public LinkCommit(Table table, LinkScope scope, IReadOnlyList<LinkUnit> units)
    {
        _table = table;
        _scope = scope;
        _results = new CommitResult[units.Count];
        _units = [.. units.Select(Prepare)];
    }

    public async Task<IReadOnlyList<CommitResult>> RunAsync(CancellationToken cancellation)
    {
        foreach (var unit in _units.Where(unit => unit.Writes.Count == 0)) Committed(unit);
        foreach (var wave in Pack(_units.Where(unit => unit.Writes.Count > 0)))
            await Concurrent.ForEachAsync(wave, ConcurrentTransactions, SendAsync, cancellation);
        return _results;
    }

    private Pending Prepare(LinkUnit unit, int number)
    {
        var writes = new List<Write>();
        if (unit.Link is { } link)
        {
            var row = LinkRows.ToRow(_scope, link);
            writes.Add(unit.LinkETag is { } expected && expected != default
                ? new(TableTransactionActionType.UpdateReplace, row, expected)
                : new(TableTransactionActionType.Add, row));
        }

        foreach (var index in unit.Index) AddIndex(writes, index);
        foreach (var told in unit.Events) writes.Add(new(TableTransactionActionType.Add, LinkRows.ToRow(_scope, told)));
        foreach (var noted in unit.Noted)
            writes.Add(new(TableTransactionActionType.UpdateReplace, LinkRows.ToRow(_scope, noted.Entry), noted.Before!.Value.ETag) { OnMismatch = OnMismatch.Drop });

        // Indexes of the rows above, which carry the conditions.
        if (unit.OpensCreate is { } opens) writes.Add(new(TableTransactionActionType.UpsertReplace, LinkRows.OpenCreateRow(_scope, opens)));
        if (unit.ClosesCreate is { } closes)
            writes.Add(new(TableTransactionActionType.Delete, LinkRows.OpenCreateRow(_scope, closes), ETag.All) { OnMismatch = OnMismatch.Drop });

        AddWork(writes, unit);
        if (writes.Count > MaxActions)
            throw new ArgumentException($"A unit of {writes.Count} rows does not fit one transaction of {MaxActions}.", nameof(unit));
        return new Pending(number, unit.Link is not null, writes);
    }

    private void AddIndex(List<Write> writes, IndexWrite index)
    {
        var row = LinkRows.ToRow(_scope, index.Entry);
        writes.Add((index.Verb, index.Before) switch
        {
            (IndexVerb.Insert, _) => new(TableTransactionActionType.Add, row),
            // Without a version the service would not compare anything.
            (IndexVerb.Replace, { } before) when before.ETag != default => new(TableTransactionActionType.UpdateReplace, row, before.ETag),
            (IndexVerb.Delete, { } before) when before.ETag != default => new(TableTransactionActionType.Delete, row, before.ETag),
            _ => throw new ArgumentException($"{index.Verb} of an index row needs the entry as it was read.", nameof(index)),
        });

        var were = index.Verb is not IndexVerb.Insert && index.Before is { Value: { IsMatchable: true } old } ? old.MatchKeys.Distinct().ToList() : [];
        var are = index.Verb is not IndexVerb.Delete && index.Entry.IsMatchable ? index.Entry.MatchKeys.Distinct().ToList() : [];
        foreach (var key in are.Except(were)) writes.Add(new(TableTransactionActionType.UpsertReplace, LinkRows.MatchRow(_scope, index.Entry, key)));
        foreach (var key in were.Except(are))
            writes.Add(new(TableTransactionActionType.Delete, LinkRows.MatchRow(_scope, index.Entry, key), ETag.All) { OnMismatch = OnMismatch.Drop });
    }

    private void AddWork(List<Write> writes, LinkUnit unit)
    {
        var done = unit.DoneWork.ToDictionary(item => Keys.Work(item.Value.Side, item.Value.RecordId));
        if (done.Values.Any(item => item.ETag == default)) throw new ArgumentException("Done work needs the version it was read at.", nameof(unit));
        foreach (var item in unit.PutWork)
        {
            var row = LinkRows.ToRow(_scope, item);
            writes.Add(done.Remove(row.RowKey, out var before)
                ? new(TableTransactionActionType.UpdateReplace, row, before.ETag) { OnMismatch = OnMismatch.KeepEarlierWork }
                : new(TableTransactionActionType.Add, row) { OnMismatch = OnMismatch.KeepEarlierWork });
        }

        foreach (var item in done.Values)
            writes.Add(new(TableTransactionActionType.Delete, LinkRows.ToRow(_scope, item.Value), item.ETag) { OnMismatch = OnMismatch.Drop });
    }

    /// <summary>
    /// Transactions that may be sent at the same time, wave after wave. A row can be in a transaction only once, and units that share one are
    /// written in their order: the later one waits for the next wave.
    /// </summary>
    private static IEnumerable<List<List<Pending>>> Pack(IEnumerable<Pending> units)
    {
        var wave = new List<List<Pending>>();
        var rows = new HashSet<string>();
        var (actions, links, bytes) = (0, 0, 0L);
        foreach (var unit in units)
        {
            if (unit.Writes.Any(write => rows.Contains(write.Row.RowKey)))
            {
                yield return wave;
                wave = [];
                rows.Clear();
            }

            if (wave.Count == 0 || actions + unit.Writes.Count > MaxActions || links + unit.Links > MaxLinks || bytes + unit.Bytes > MaxBytes)
            {
                wave.Add([]);
                (actions, links, bytes) = (0, 0, 0);
            }

            wave[^1].Add(unit);
            rows.UnionWith(unit.Writes.Select(write => write.Row.RowKey));
            (actions, links, bytes) = (actions + unit.Writes.Count, links + unit.Links, bytes + unit.Bytes);
        }

        if (wave.Count > 0) yield return wave;
    }

    private async Task SendAsync(List<Pending> units, CancellationToken cancellation)
    {
        while (units.Count > 0)
        {
            var writes = units.SelectMany(unit => unit.Writes.Select(write => (Unit: unit, Write: write))).ToList();
            try
            {
                var versions = await _table.SubmitAsync([.. writes.Select(item => item.Write.ToAction())], cancellation);
                for (var i = 0; i < writes.Count; i++)
                    if (writes[i].Write.IsLink) writes[i].Unit.LinkVersion = versions[i];
                units.ForEach(Committed);
                return;
            }
            catch (TableTransactionFailedException failure) when (Table.IsConflict(failure))
            {
                if (failure.FailedTransactionActionIndex is not { } index || index >= writes.Count)
                    throw new InvalidOperationException("The table service refused a transaction without naming the entity.", failure);
                await ResolveAsync(units, writes[index].Unit, writes[index].Write, cancellation);
            }

            // What lost its last row has nothing left to write.
            foreach (var unit in units.FindAll(unit => unit.Writes.Count == 0)) Committed(unit);
            units.RemoveAll(unit => unit.Writes.Count == 0 || unit.IsSettled);
        }
    }

    private void Committed(Pending unit)
    {
        _results[unit.Number] = new CommitResult(Committed: true, unit.LinkVersion, LostOn: null);
        unit.IsSettled = true;
    }

    private async Task ResolveAsync(List<Pending> units, Pending unit, Write write, CancellationToken cancellation)
    {
        switch (write.OnMismatch)
        {
            case OnMismatch.Drop:
                unit.Writes.Remove(write);
                return;
            case OnMismatch.KeepEarlierWork:
                await KeepEarlierAsync(unit, write, cancellation);
                return;
        }

        if (!await IsInPlaceAsync(unit, cancellation))
        {
            _results[unit.Number] = new CommitResult(Committed: false, default, LostOn: write.Row.RowKey);
            unit.IsSettled = true;
            return;
        }

        // The whole transaction had been applied and its answer lost, unless this unit was written before: each is looked at.
        foreach (var other in units.Where(other => !other.IsSettled)) await IsInPlaceAsync(other, cancellation);
    }

    private async Task<bool> IsInPlaceAsync(Pending unit, CancellationToken cancellation)
    {
        if (unit.IsSettled) return true;
        var conditional = unit.Writes.Where(write => write.OnMismatch == OnMismatch.Lose).ToList();
        if (conditional.Count == 0 || await _table.ReadBackAsync([.. conditional.Select(write => write.ToAction())], cancellation) is not { } versions) return false;
        if (conditional.FindIndex(write => write.IsLink) is var link and >= 0) unit.LinkVersion = versions[link];
        Committed(unit);
        return true;
    }

    // Something else put the record on the list since: the earlier of the two is kept, so that no news waits for a later retry. News of one
    // side alone do not stand for what was planned for both.
    private async Task KeepEarlierAsync(Pending unit, Write write, CancellationToken cancellation)
    {
        unit.Writes.Remove(write);
        var found = await _table.GetAsync(write.Row.PartitionKey, write.Row.RowKey, cancellation);
        if (found is null) unit.Writes.Add(write with { Type = TableTransactionActionType.Add });
        else if (found.Time("DueAt") > write.Row.Time("DueAt"))
            unit.Writes.Add(write with { Type = TableTransactionActionType.UpdateReplace, Expected = found.ETag });
        else if (LinkRows.ToWork(_scope, found) is { IsOfBothSides: false } news)
            unit.Writes.Add(write with { Type = TableTransactionActionType.UpdateReplace, Row = LinkRows.ToRow(_scope, news with { HadPlan = true }), Expected = found.ETag });
    }

    private enum OnMismatch
    {
        /// <summary>The unit has lost its race.</summary>
        Lose,

        /// <summary>The row is left as it is.</summary>
        Drop,
        KeepEarlierWork,
    }

    private sealed record Write(TableTransactionActionType Type, TableEntity Row, ETag Expected = default)
    {
        public OnMismatch OnMismatch { get; init; }

        public bool IsLink => Row.RowKey.StartsWith("k|", StringComparison.Ordinal);

        public TableTransactionAction ToAction() => new(Type, Row, Expected);
    }

    private sealed class Pending(int number, bool hasLink, List<Write> writes)
    {
        public int Number => number;

        public int Links => hasLink ? 1 : 0;

        public List<Write> Writes => writes;

        public long Bytes { get; } = writes.Sum(write => (long)Row.SentSize(write.Row));

        public ETag LinkVersion { get; set; }

        public bool IsSettled { get; set; }
    }
}
