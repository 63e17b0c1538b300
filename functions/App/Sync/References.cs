using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// A reference to a record is kept as its link, which both sides share. Vendor ids become links before planning and vendor ids
/// again before writing.
/// </summary>
internal sealed class References(LinkStore links)
{
    /// <summary>From this look on what a record waits for is asked for: the first ones are too early to cost a call.</summary>
    private const int AskFrom = 3;

    /// <summary>Longer chains of records that need each other are waited for.</summary>
    private const int LongestPath = 10;

    /// <param name="known">The links of the records, by record: a reference that is as the link remembers it needs no look-up. A sweep looks all the same.</param>
    public async Task<IReadOnlyList<Record>> ResolveAsync(
        WorkScope scope, Side side, IReadOnlyList<Record> records, CancellationToken cancellation, IReadOnlyDictionary<string, Link>? known = null)
    {
        var resolved = records.ToList();
        foreach (var field in scope.Kind.Fields.Where(field => field.Type == FieldType.Reference))
        {
            if (known is not null && scope.Mode == RunMode.Delta) Remember(side, field, resolved, known);
            var ids = resolved.Select(record => record.Fields.Find(field.Name)).OfType<FieldValue.Reference>().Select(reference => reference.RecordId).Distinct().ToList();
            if (ids.Count == 0) continue;
            var entries = await links.FindAsync(new LinkScope(scope.Flow.Key, field.References!), side, ids, cancellation);
            for (var i = 0; i < resolved.Count; i++)
            {
                if (resolved[i].Fields.Find(field.Name) is not FieldValue.Reference reference) continue;
                var entry = entries.TryGetValue(reference.RecordId, out var indexed) ? indexed.Value : null;
                if (entry is { Link: { } link, Tombstone: false }) resolved[i] = Linked(resolved[i], field, reference.RecordId, link);
                else if (WhyExcluded(scope, field.References!, entry) is { } why) resolved[i] = resolved[i] with { Excluded = resolved[i].Excluded.SetItem(field.Name, why) };
            }
        }

        return resolved;
    }

    private static void Remember(Side side, FieldMap field, List<Record> records, IReadOnlyDictionary<string, Link> known)
    {
        for (var i = 0; i < records.Count; i++)
        {
            if (records[i].Fields.Find(field.Name) is FieldValue.Reference reference && known.TryGetValue(records[i].Id, out var link) &&
                link.MemoryOf(side).References.GetValueOrDefault(field.Name) is { } remembered && remembered.Id == reference.RecordId &&
                link.Bases[side].Find(field.Name) is FieldValue.LinkedReference agreed && agreed.Link == remembered.Link)
                records[i] = Linked(records[i], field, reference.RecordId, agreed.Link);
        }
    }

    private static Record Linked(Record record, FieldMap field, string id, LinkId link) =>
        record with { Fields = record.Fields.With(field.Name, new FieldValue.LinkedReference(link)), Resolved = record.Resolved.SetItem(field.Name, new RememberedReference(id, link)) };

    /// <summary>Why a record will not be linked unless a person does something; null where it may well be.</summary>
    private static string? WhyExcluded(WorkScope scope, string kind, IndexEntry? entry) => entry switch
    {
        { Tombstone: true } => $"the {kind} is not to be linked.",

        // What an import finds is older than the flow, and is on its way all the same.
        { IsOlder: true } when scope.Mode == RunMode.Import => null,
        { AwaitsEdit: true } => null,
        { Reason: { } reason } => $"the {kind} is not linked: {reason.TrimEnd('.')}.",
        { IsOlder: true } => $"the {kind} is older than the flow.",
        _ when !scope.Settings.Kind(kind).Enabled => $"the {kind} is of a kind that is switched off.",
        _ => null,
    };

    /// <summary>
    /// Puts an end to waiting for what is not there: a vendor may keep the number of a record that is gone, or of one of another kind, and
    /// that is never linked. Of records that have waited for longer than their system needs to show what is new; what was found so is
    /// believed until the reference is another, or is known.
    /// </summary>
    /// <param name="answers">Whether a system shows records of a kind at all, by what was asked so far.</param>
    public static async Task<Record> WithMissingAsync(
        WorkScope scope, SourceRecord source, Link? link, Record record, DateTimeOffset now, Dictionary<(Side, string), bool> answers, CancellationToken cancellation)
    {
        var side = scope.Flow.On(source.Side);
        var waited = source.Work is { Value: { Reason: WorkReason.Parked, Awaits: not null, Attempts: >= AskFrom } row } ? now - (record.Modified ?? row.FirstAt) : TimeSpan.Zero;
        var isLate = waited > side.Connector.Catalog.ReadLag + StorageClock.Precision;
        foreach (var field in scope.Kind.Fields.Where(field => field.Type == FieldType.Reference && !record.Excluded.ContainsKey(field.Name)))
        {
            if (record.Fields.Find(field.Name) is not FieldValue.Reference reference) continue;
            var kind = scope.Flow.Pair.Kind(field.References!);
            var why = $"{scope.NameOf(source.Side)} has no {kind.Name} {reference.RecordId}.";
            if (link?.Notes.On(source.Side)?.Contains(why, StringComparison.Ordinal) == true || (isLate && await IsMissingAsync(kind, reference.RecordId)))
                record = record with { Excluded = record.Excluded.SetItem(field.Name, why) };
        }

        return record;

        async Task<bool> IsMissingAsync(KindMap kind, string id)
        {
            if ((await side.GetAsync(kind, id, cancellation)).Failure?.Kind != FailureKind.NotFound) return false;
            var key = (source.Side, kind.Name);
            return answers.TryGetValue(key, out var answered) ? answered : answers[key] = await side.AnswersAsync(kind, cancellation);
        }
    }

    /// <summary>
    /// Puts an end to waiting in a circle: a record that needs one that needs it, perhaps by way of others, says so instead. What is
    /// parked says what it waits for, here or on the work list.
    /// </summary>
    public async Task ReportCyclesAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        var parked = cases.Where(item => RequiredPark(item) is not null).ToList();
        if (parked.Count == 0) return;
        var here = new Dictionary<(string, Side, string), SyncAction.Park>();
        foreach (var item in parked) here[(scope.Kind.Name, item.Source, item.SourceId)] = RequiredPark(item)!;
        foreach (var item in parked)
        {
            var park = RequiredPark(item)!;
            if (await PathToAsync(scope, (scope.Kind.Name, item.Source, item.SourceId), park, here, cancellation) is not { } path) continue;
            var told = new SyncAction.Skip(item.Source, SkipReason.ReferenceCycle, $"It needs {string.Join(", which needs ", path)}: none of them can be the first.");
            item.Plan = item.Plan! with { Actions = item.Plan.Actions.Replace(park, told) };
        }
    }

    /// <summary>What an unlinked record waits for; one that is linked already lacks no more than a field.</summary>
    private static SyncAction.Park? RequiredPark(SyncCase item) =>
        item.Link is null && !item.Plan!.HasEffects && !item.IsJoin ? item.Plan.Actions.OfType<SyncAction.Park>().FirstOrDefault() : null;

    private async Task<List<string>?> PathToAsync(
        WorkScope scope, (string Kind, Side Side, string Id) start, SyncAction.Park park, Dictionary<(string, Side, string), SyncAction.Park> here, CancellationToken cancellation)
    {
        var path = new List<string>();
        for (var next = (park.Kind, Side: park.Source, Id: park.RecordId); path.Count < LongestPath;)
        {
            path.Add($"{next.Kind} {next.Id}");
            if (next == start) return path;
            if (here.TryGetValue(next, out var awaited))
            {
                next = (awaited.Kind, awaited.Source, awaited.RecordId);
                continue;
            }

            var work = await links.FindWorkAsync(new LinkScope(scope.Flow.Key, next.Kind), [(next.Side, next.Id)], cancellation);
            if (work is not [{ Value: { Reason: WorkReason.Parked, Awaits: { } awaits } }]) return null;
            next = (awaits.Kind, awaits.Side, awaits.RecordId);
        }

        return null;
    }

    /// <summary>The links that the fields refer to.</summary>
    public async Task<IReadOnlyDictionary<LinkId, Link>> LinksAsync(FlowContext flow, KindMap kind, IEnumerable<FieldSet> fieldSets, CancellationToken cancellation)
    {
        var found = new Dictionary<LinkId, Link>();
        var byKind = from fields in fieldSets
                     from field in fields
                     where field.Value is FieldValue.LinkedReference
                     group ((FieldValue.LinkedReference)field.Value).Link by kind.Field(field.Key).References!;
        foreach (var group in byKind)
        {
            foreach (var (id, link) in await links.LoadAsync(new LinkScope(flow.Key, group.Key), group.Distinct().ToList(), cancellation)) found[id] = link.Value;
        }

        return found;
    }

    /// <summary>The fields whose record has no id on the target yet, since it is still being created.</summary>
    public static IReadOnlyList<string> Lacking(FieldSet fields, Side target, IReadOnlyDictionary<LinkId, Link> links) =>
        [.. fields.Where(field => field.Value is FieldValue.LinkedReference reference && IdOf(reference, target, links) is null).Select(field => field.Key)];

    /// <summary>The fields with the target's ids in the place of links; none of them lacks its id.</summary>
    public static FieldSet WithIds(FieldSet fields, Side target, IReadOnlyDictionary<LinkId, Link> links) =>
        FieldSet.From(fields.Select(field => KeyValuePair.Create(field.Key, field.Value is FieldValue.LinkedReference reference ? new FieldValue.Reference(IdOf(reference, target, links)!) : field.Value)));

    private static string? IdOf(FieldValue.LinkedReference reference, Side target, IReadOnlyDictionary<LinkId, Link> links) =>
        links.TryGetValue(reference.Link, out var link) ? link.IdOn(target) : null;
}
