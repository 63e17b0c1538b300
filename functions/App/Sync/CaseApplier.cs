using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Applies plans. Every vendor write goes intent, write, outcome: the intent is stored with the link before anything is sent, and
/// the outcome (new bases, new ids, work rows that are done) is stored after it. A crash in between leaves an open intent, which
/// <see cref="IntentRecovery"/> settles by looking at the target.
/// </summary>
internal sealed class CaseApplier(LinkStore links, FlowStore flows, References references, IntegrationLog log, IdSource ids, TimeProvider time)
{
    private const int WritesAtOnce = 8;

    /// <summary>Cases whose intents are taken in one go: few enough that each is sent long before its intent ends.</summary>
    private const int CasesAtOnce = 33;

    /// <summary>Attempts before a record waits for a person.</summary>
    private const int MaxAttempts = 8;

    public async Task<BatchOutcome> ApplyAsync(
        WorkScope scope,
        List<SyncCase> cases,
        IReadOnlyList<(SyncCase Case, VendorFailure Failure)> failed,
        IReadOnlyList<(SyncCase Case, DateTimeOffset Until)> waiting,
        CancellationToken cancellation)
    {
        var tally = new Tally(scope, time.GetUtcNow());
        foreach (var (item, failure) in failed) tally.Failed(item, failure);
        foreach (var (item, until) in waiting) tally.Defer(item, WorkReason.Intent, until, "An earlier write of this record may still be on its way.");

        foreach (var chunk in cases.Chunk(CasesAtOnce)) await ApplyChunkAsync(scope, chunk, tally, cancellation);

        if (tally.Work.Count > 0)
        {
            await links.PutWorkAsync(scope.Links, tally.Work, cancellation);
            await flows.EnsureHintAsync(scope.Flow.Key, scope.Kind.Name, tally.Work.Min(work => work.DueAt), cancellation);
        }

        await RememberAsync(scope, cases, tally, cancellation);
        if (tally.Entries.Count > 0) await log.AppendAsync(scope.Flow.Key, tally.Entries, cancellation);
        return new BatchOutcome(tally.Counts, tally.Parents);
    }

    /// <summary>
    /// What was handled is known by its hash when it is listed again. Last of all: what a crash leaves unhandled must not look handled.
    /// </summary>
    private async Task RememberAsync(WorkScope scope, List<SyncCase> cases, Tally tally, CancellationToken cancellation)
    {
        var open = tally.Work.Select(work => (work.Side, work.RecordId)).ToHashSet();
        var units = (from item in cases
                     where !open.Contains((item.Source, item.SourceId))
                     let link = item.Link?.Value
                     where link is { State: LinkState.Active, Intent: null }
                     from vendor in item.Vendor
                     where item.Index.ContainsKey(vendor.Key)
                     let entry = item.Index[vendor.Key]
                     let hash = vendor.Value.Hash()
                     where entry.Value.Link == link.Id && entry.Value.Hash != hash
                     select new LinkUnit { Index = [IndexWrite.Replace(entry, entry.Value with { Hash = hash })] }).ToList();

        // A lost race only means that it is handled once more.
        if (units.Count > 0) await links.CommitAsync(scope.Links, units, cancellation);
    }

    /// <summary>Takes note of records that are there before the flow goes live, so that they are known not to be new.</summary>
    public async Task<BatchOutcome> NoteAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var units = cases.Where(item => item.Link is null && item.Index.Count == 0).Select(item => Unmatched(scope, item, isOlder: true)).ToList();
        if (units.Count > 0) await links.CommitAsync(scope.Links, units, cancellation);
        return new BatchOutcome(KindCounts.None with { Done = cases.Count }, []);
    }

    public async Task LogRecoveredAsync(WorkScope scope, IReadOnlyList<SyncCase> adopted, CancellationToken cancellation)
    {
        if (adopted.Count == 0) return;
        var now = time.GetUtcNow();
        await log.AppendAsync(scope.Flow.Key, [.. adopted.Select(item => Story.Of(scope, item, now, LogSeverity.Info, "recovered", "An earlier write had been cut off; it was found to have been applied."))], cancellation);
    }

    private async Task ApplyChunkAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, Tally tally, CancellationToken cancellation)
    {
        await LoadJoinedEntriesAsync(scope, cases, cancellation);
        var effects = new List<Effect>();
        var quiet = new List<(SyncCase Case, LinkUnit Unit)>();
        foreach (var item in cases)
        {
            tally.Tell(item);
            if (Effect.First(item.Plan!) is { } planned) effects.Add(new Effect(item, planned));
            else if (QuietUnit(scope, item) is { } unit) quiet.Add((item, unit));
        }

        if (quiet.Count > 0)
        {
            var results = await links.CommitAsync(scope.Links, quiet.ConvertAll(pair => pair.Unit), cancellation);
            foreach (var ((item, _), result) in quiet.Zip(results))
            {
                if (!result.Committed) tally.Again(item, "Somebody else changed the link at the same time.");
                else if (item.Plan!.Actions.OfType<SyncAction.Join>().Any()) tally.Parents.Add(item.Link!.Value.Value.Id);
            }
        }

        if (effects.Count > 0) await ApplyEffectsAsync(scope, effects, tally, cancellation);
        tally.Parents.AddRange(await InsideChangedAsync(scope, cases, tally.Parents, cancellation));
    }

    /// <summary>Linked records whose insides may have changed: what their own record shows of them differs, or does not show it.</summary>
    private async Task<List<LinkId>> InsideChangedAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, List<LinkId> known, CancellationToken cancellation)
    {
        var found = new List<LinkId>();
        foreach (var inside in scope.Flow.Pair.Inside(scope.Kind))
        {
            var open = cases.Where(item => item.Link is { Value.State: LinkState.Active } link && !known.Contains(link.Value.Id) && !found.Contains(link.Value.Id)).ToList();
            if (open.Count == 0) continue;
            var own = await links.LoadAsync(scope.Flow.Links(inside), open.ConvertAll(item => item.Link!.Value.Value.Id), cancellation);
            found.AddRange(
                from item in open
                let id = item.Link!.Value.Value.Id
                where !own.TryGetValue(id, out var link) || item.Vendor.Any(record => MayDiffer(inside, scope.Settings, link.Value.Bases, record.Key, record.Value))
                select id);
        }

        return found;
    }

    private static bool MayDiffer(KindMap inside, FlowSettings settings, Bases bases, Side side, Record parent)
    {
        var seen = inside.Project(side, parent, settings);
        foreach (var field in inside.Fields.Where(field => FlowSettings.Allows(settings.DirectionOf(inside, field), side)))
        {
            if (field.End(side).Name is { } name && !parent.Fields.ContainsKey(name)) return true;
            if (seen.Fields.Find(field.Name) is { } value && (bases[side].Find(field.Name) is not { } agreed || !FieldMap.SameAsBase(value, agreed))) return true;
        }

        return false;
    }

    /// <summary>A candidate that was not part of the batch is claimed by its index row, so that has to be read first.</summary>
    private async Task LoadJoinedEntriesAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        foreach (var side in Sides.Both)
        {
            var wanted = (from item in cases
                          let joining = item.Plan!.Actions.OfType<SyncAction.Join>().FirstOrDefault()
                          where joining is not null && !item.Index.ContainsKey(side)
                          select (item, Id: side == Side.Left ? joining.LeftId : joining.RightId)).ToList();
            if (wanted.Count == 0) continue;
            var entries = await links.FindAsync(scope.Links, side, wanted.ConvertAll(pair => pair.Id), cancellation);
            foreach (var (item, id) in wanted)
            {
                if (entries.TryGetValue(id, out var entry)) item.Index[side] = entry;
            }
        }
    }

    /// <summary>What a plan without vendor writes changes in storage, or null where nothing does.</summary>
    private LinkUnit? QuietUnit(WorkScope scope, SyncCase item)
    {
        var plan = item.Plan!;
        if (plan.Actions.OfType<SyncAction.Join>().FirstOrDefault() is { } join)
        {
            var joined = Remembered(JoinedLink(scope, item, join), plan);
            var unit = Unit(item, joined) with { Index = [ClaimIndex(item, Side.Left, joined), ClaimIndex(item, Side.Right, joined)] };
            item.Link = new Versioned<Link>(joined, item.Link?.ETag ?? default);
            return unit;
        }

        if (item.Link is not { } link)
        {
            return plan.Actions.Any(action => action is SyncAction.Offer or SyncAction.Skip) && item.Index.Count == 0
                ? Unmatched(scope, item, isOlder: plan.Actions.OfType<SyncAction.Offer>().Any())
                : item.Work.Count > 0 && !IsDeferred(plan) ? new LinkUnit { DoneWork = [.. item.Work] } : null;
        }

        var remembered = Remembered(link.Value, plan);
        if (plan.Actions.OfType<SyncAction.End>().FirstOrDefault() is { } end) return EndUnit(item, remembered, end);
        if (remembered != link.Value) return Unit(item, remembered);
        return item.Work.Count > 0 && !IsDeferred(plan) ? new LinkUnit { DoneWork = [.. item.Work] } : null;
    }

    private static bool IsDeferred(ItemPlan plan) => plan.Actions.Any(action => action is SyncAction.Hold or SyncAction.Park);

    private async Task ApplyEffectsAsync(WorkScope scope, List<Effect> effects, Tally tally, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var side in Sides.Both)
        {
            var ofSide = effects.Where(effect => effect.Target == side).ToList();
            var targets = await references.TargetIdsAsync(scope.Flow, scope.Kind, side, ofSide.Select(effect => effect.Fields), cancellation);
            foreach (var effect in ofSide)
            {
                effect.CanExpress = References.CanExpress(effect.Fields, targets);
                if (effect.CanExpress) effect.VendorFields = scope.Kind.Express(side, References.WithTargetIds(effect.Fields, targets), scope.Settings);
            }
        }

        foreach (var effect in effects.Where(effect => !effect.CanExpress).ToList())
        {
            effects.Remove(effect);
            tally.Wait(effect.Case, "It refers to a record that is being created.");
        }

        // Intents: nothing is sent without one.
        var reserved = await links.CommitAsync(scope.Links, effects.ConvertAll(effect => ReserveUnit(scope, effect, now)), cancellation);
        var sending = new List<Effect>();
        foreach (var (effect, result) in effects.Zip(reserved))
        {
            if (result.Committed)
            {
                effect.Case.Link = new Versioned<Link>(effect.Link!, result.LinkETag);
                sending.Add(effect);
            }
            else
            {
                tally.Again(effect.Case, "Somebody else is working on the same record.");
            }
        }

        await Concurrent.ForEachAsync(sending, WritesAtOnce, (effect, token) => SendAsync(scope, effect, token), cancellation);
        foreach (var effect in sending) effect.ReadBack = WithSentReferences(scope, effect);

        var outcomes = new List<(Effect Effect, LinkUnit Unit)>();
        foreach (var effect in sending)
        {
            if (OutcomeUnit(scope, effect, tally) is { } unit) outcomes.Add((effect, unit));
        }

        if (outcomes.Count == 0) return;
        var settled = await links.CommitAsync(scope.Links, outcomes.ConvertAll(pair => pair.Unit), cancellation);
        foreach (var ((effect, _), result) in outcomes.Zip(settled))
        {
            if (!result.Committed) tally.Again(effect.Case, "The link changed while the record was being written.");
            else if (effect.Failure is null && effect.Case.Link is { } link)
            {
                effect.Case.Link = link with { ETag = result.LinkETag };
                if (effect.IsCreate || effect.Case.Plan!.Actions.OfType<SyncAction.Join>().Any()) tally.Parents.Add(link.Value.Id);
            }
        }
    }

    /// <summary>No intent, no write, and none with less time left than a request may take.</summary>
    private async Task SendAsync(WorkScope scope, Effect effect, CancellationToken cancellation)
    {
        var side = scope.Flow.On(effect.Target);
        var kind = scope.Kind.VendorKind(effect.Target);
        if (effect.Link!.Intent!.Until - time.GetUtcNow() < side.Connector.Catalog.RequestTimeout)
        {
            effect.Failure = new VendorFailure(FailureKind.Transient, "There was not enough time left to write it.");
            return;
        }

        var failure = effect.Action switch
        {
            SyncAction.Create => Keep(await side.Connector.CreateAsync(side.Scope, kind, effect.VendorFields, cancellation)),
            SyncAction.Delete => (await side.Connector.DeleteAsync(side.Scope, kind, effect.Link.IdOn(effect.Target)!, cancellation)).Failure,
            _ => Keep(await side.Connector.UpdateAsync(side.Scope, kind, effect.Link.IdOn(effect.Target)!, effect.VendorFields, cancellation)),
        };

        // Deleting what is gone already is what was wanted.
        effect.Failure = effect.Action is SyncAction.Delete && failure?.Kind == FailureKind.NotFound ? null : failure;

        VendorFailure? Keep(VendorResult<Record> result)
        {
            effect.ReadBackHash = result.Value?.Hash();
            effect.ReadBack = result.Value is { } record ? scope.Kind.Project(effect.Target, record, scope.Settings) : null;
            return result.Failure;
        }
    }

    /// <summary>A reference that comes back is the one we sent, so it needs no look-up; any other stays a vendor id.</summary>
    private static Record? WithSentReferences(WorkScope scope, Effect effect)
    {
        var record = effect.ReadBack;
        if (record is null) return null;
        foreach (var (name, sent) in effect.Fields)
        {
            if (sent is not FieldValue.LinkedReference || record.Fields.Find(name) is not FieldValue.Reference actual) continue;
            var vendorName = scope.Kind.Field(name).End(effect.Target).Name!;
            if (effect.VendorFields.Find(vendorName) == actual) record = record with { Fields = record.Fields.With(name, sent) };
        }

        return record;
    }

    private LinkUnit ReserveUnit(WorkScope scope, Effect effect, DateTimeOffset now)
    {
        var item = effect.Case;
        var plan = item.Plan!;
        var timeout = scope.Flow.On(effect.Target).Connector.Catalog.RequestTimeout;
        var intent = new Intent(ids.NewId(), scope.Epoch, effect.Target, effect.IsCreate, ToBases(effect.Fields), ToBases(effect.SourceValues), now, now + (2 * timeout));

        if (plan.Actions.OfType<SyncAction.Join>().FirstOrDefault() is { } join)
        {
            effect.Link = Remembered(JoinedLink(scope, item, join), plan) with { Intent = intent };
            return Unit(item, effect.Link, finished: false) with { Index = [ClaimIndex(item, Side.Left, effect.Link), ClaimIndex(item, Side.Right, effect.Link)] };
        }

        if (item.Link is not { } existing)
        {
            // A new record: its link is there before its counterpart is.
            var created = new Link(NewLinkId(), scope.Kind.Name) { State = LinkState.Creating, CreatedFrom = item.Source, Intent = intent }.WithId(item.Source, item.SourceId);
            effect.Link = created;
            return Unit(item, created, finished: false) with { Index = [ClaimIndex(item, item.Source, created)], OpensCreate = new OpenCreate(effect.Link.Id, effect.Target) };
        }

        var link = Remembered(existing.Value, plan) with { Intent = intent };
        if (!effect.IsCreate)
        {
            effect.Link = link;
            return Unit(item, link, finished: false);
        }

        // The counterpart is created anew: after its deletion, or because an earlier attempt came to nothing.
        var lost = link.IdOn(effect.Target);
        effect.Link = (link with { State = LinkState.Creating, Bases = Bases.None, CreatedFrom = effect.Target.Other() }).WithId(effect.Target, null);
        var unit = Unit(item, effect.Link, finished: false) with { OpensCreate = new OpenCreate(effect.Link.Id, effect.Target) };
        return lost is null || !item.Index.TryGetValue(effect.Target, out var entry)
            ? unit
            : unit with { Index = [IndexWrite.Replace(entry, entry.Value with { Link = null, Tombstone = true })] };
    }

    private LinkUnit? OutcomeUnit(WorkScope scope, Effect effect, Tally tally)
    {
        var item = effect.Case;
        var link = effect.Link!;
        if (effect.Failure is { } failure)
        {
            tally.Failed(item, failure, effect.Action);

            // Sent, but without an answer: the intent stays, and what became of the write is looked at when it has ended.
            if (failure.Ambiguous)
            {
                tally.Defer(item, WorkReason.Intent, link.Intent!.Until, "It is not known whether the write was applied.");
                return null;
            }

            // Known not to be applied. A link without its counterpart stays, and is used for the next attempt.
            var open = Unit(item, link with { Intent = null }, finished: false);
            return effect.IsCreate ? open with { ClosesCreate = new OpenCreate(link.Id, effect.Target) } : open;
        }

        tally.Applied(item, effect.Action);
        var bases = link.Bases;
        if (effect.ReadBack is { } readBack)
        {
            bases = Settlement.AfterWrite(scope.Kind, bases, effect.Target, effect.Fields, effect.SourceValues, readBack, out var again);
            if (again) tally.Again(item, "The other system gave back something else than it was sent.");
        }

        var settled = link with { State = LinkState.Active, Intent = null, Bases = bases };
        if (effect.HasMore) tally.Again(item, "The other side is to be written, too.");
        if (item.Plan!.Actions.OfType<SyncAction.End>().FirstOrDefault() is { } end) return EndUnit(item, settled, end);
        if (effect.IsCreate)
        {
            settled = settled.WithId(effect.Target, effect.ReadBack!.Id);
            var unit = Unit(item, settled);
            item.Link = new Versioned<Link>(settled, item.Link!.Value.ETag);

            // What the vendor filled in by itself (a number) is a change of its side: then its echo is not one of ours alone.
            var isOurs = !SyncPlanner.IsChanged(scope.Kind, scope.Settings, bases, effect.Target, effect.ReadBack);
            var claimed = new IndexEntry(effect.Target, effect.ReadBack.Id) { Link = settled.Id, Label = item.Label, Hash = isOurs ? effect.ReadBackHash : null, SeenAt = time.GetUtcNow() };
            return unit with { Index = [IndexWrite.Insert(claimed)] };
        }

        var written = Unit(item, settled);
        item.Link = new Versioned<Link>(settled, item.Link!.Value.ETag);
        return written;
    }

    private static LinkUnit EndUnit(SyncCase item, Link link, SyncAction.End end) =>
        Unit(item, link with { State = end.State, Intent = null }) with
        {
            Index = end.State != LinkState.Tombstone ? [] :
            [
                .. from side in Sides.Both
                   where link.IdOn(side) is not null && item.Index.ContainsKey(side)
                   select IndexWrite.Replace(item.Index[side], item.Index[side].Value with { Tombstone = true }),
            ],
        };

    /// <summary>Adopted values and a new lock belong to the link whatever else happens.</summary>
    private static Link Remembered(Link link, ItemPlan plan)
    {
        foreach (var action in plan.Actions)
        {
            link = action switch
            {
                SyncAction.Adopt adopt => link with { Bases = Settlement.AfterAdopting(link.Bases, adopt) },
                SyncAction.Lock locked => link with { Lock = locked.Value },
                _ => link,
            };
        }

        return link;
    }

    private LinkUnit Unmatched(WorkScope scope, SyncCase item, bool isOlder) => new()
    {
        Index = [IndexWrite.Insert(EntryOf(scope, item, isOlder))],
        DoneWork = [.. item.Work],
    };

    private IndexEntry EntryOf(WorkScope scope, SyncCase item, bool isOlder) => new(item.Source, item.SourceId)
    {
        IsOlder = isOlder,
        MatchKeys = item.Item.RecordOn(item.Source) is { } record ? Matching.Keys(scope.Kind, record) : [],
        Label = item.Label,
        SeenAt = time.GetUtcNow(),
    };

    private IndexWrite ClaimIndex(SyncCase item, Side side, Link link)
    {
        var known = item.Index.TryGetValue(side, out var entry) ? entry : (Versioned<IndexEntry>?)null;
        var claimed = (known?.Value ?? new IndexEntry(side, link.IdOn(side)!) { Label = item.Label, SeenAt = time.GetUtcNow() }) with { Link = link.Id, Tombstone = false, IsOlder = false, Hash = item.Vendor.TryGetValue(side, out var vendor) ? vendor.Hash() : null };
        return IndexWrite.Put(known, claimed);
    }

    /// <summary>A link row; the work rows that asked for it go with it, unless the record is to be planned again.</summary>
    private static LinkUnit Unit(SyncCase item, Link link, bool finished = true) => new()
    {
        Link = link,
        ClosesCreate = item.Link is { Value: { State: LinkState.Creating } before } && link.State != LinkState.Creating ? new OpenCreate(link.Id, before.LeftId is null ? Side.Left : Side.Right) : null,
        LinkETag = item.Link is { } known && known.ETag != default ? known.ETag : null,
        DoneWork = finished && !IsDeferred(item.Plan!) ? [.. item.Work] : [],
    };

    private Link JoinedLink(WorkScope scope, SyncCase item, SyncAction.Join join) =>
        (item.Link?.Value ?? new Link(NewLinkId(), scope.Kind.Name) { State = LinkState.Active }) with { State = LinkState.Active, LeftId = join.LeftId, RightId = join.RightId, Intent = null };

    private LinkId NewLinkId() => new(ids.NewId());

    private static FieldSet ToBases(FieldSet fields) => FieldSet.From(fields.Select(field => KeyValuePair.Create(field.Key, field.Value.ToBase())));

    /// <summary>The one vendor write that a case makes in a batch; a plan for both sides does the second when it is planned again.</summary>
    private sealed class Effect(SyncCase item, SyncAction action)
    {
        public SyncCase Case { get; } = item;

        public SyncAction Action { get; } = action;

        public bool IsCreate => Action is SyncAction.Create;

        public Side Target { get; } = action switch
        {
            SyncAction.Create create => create.Target,
            SyncAction.Write write => write.Target,
            SyncAction.Delete delete => delete.Target,
            _ => throw new ArgumentException("Not a vendor write.", nameof(action)),
        };

        public FieldSet Fields { get; } = action switch
        {
            SyncAction.Create create => create.Fields,
            SyncAction.Write write => write.Fields,
            _ => FieldSet.Empty,
        };

        public FieldSet SourceValues { get; } = action switch
        {
            SyncAction.Create create => create.SourceValues,
            SyncAction.Write write => write.SourceValues,
            _ => FieldSet.Empty,
        };

        public bool HasMore { get; } = item.Plan!.Actions.Count(IsWrite) > 1;

        public FieldSet VendorFields { get; set; } = FieldSet.Empty;

        public bool CanExpress { get; set; }

        public Link? Link { get; set; }

        public Record? ReadBack { get; set; }

        /// <summary>Of the record as the vendor gave it: its echo in the next list is known by it.</summary>
        public string? ReadBackHash { get; set; }

        public VendorFailure? Failure { get; set; }

        public static SyncAction? First(ItemPlan plan) => plan.Actions.FirstOrDefault(IsWrite);

        private static bool IsWrite(SyncAction action) => action is SyncAction.Create or SyncAction.Write or SyncAction.Delete;
    }

    /// <summary>Counts, log lines and work rows that a batch leaves behind.</summary>
    private sealed class Tally(WorkScope scope, DateTimeOffset now)
    {
        public KindCounts Counts { get; private set; } = KindCounts.None;

        public List<LogEntry> Entries { get; } = [];

        public List<WorkItem> Work { get; } = [];

        public List<LinkId> Parents { get; } = [];

        public void Tell(SyncCase item)
        {
            Counts = Counts with { Done = Counts.Done + 1 };
            foreach (var action in item.Plan!.Actions)
            {
                switch (action)
                {
                    case SyncAction.Join:
                        Counts = Counts with { Linked = Counts.Linked + 1 };
                        break;
                    case SyncAction.Conflict:
                        Counts = Counts with { Conflicts = Counts.Conflicts + 1 };
                        break;
                    case SyncAction.Hold hold:
                        Counts = Counts with { Held = Counts.Held + 1 };
                        Defer(item, WorkReason.Held, hold.Until, "The loop lock holds it.");
                        break;
                    case SyncAction.Park park:
                        Counts = Counts with { Parked = Counts.Parked + 1 };
                        Park(item, park);
                        break;
                    case SyncAction.Offer or SyncAction.Skip:
                        Counts = Counts with { Skipped = Counts.Skipped + 1 };
                        break;
                }

                // An older record is offered in the list of unmatched ones; a line for each would drown the log.
                var isKnown = item.Index.Count > 0 && item.Link is null && action is SyncAction.Offer or SyncAction.Skip;
                var isToldAlready = item.Work.Exists(work => (work.Value.Reason, action) is (WorkReason.Parked, SyncAction.Park) or (WorkReason.Held, SyncAction.Hold));
                if (!isKnown && !isToldAlready && Story.Of(scope, item, action, now) is { } entry) Entries.Add(entry);
            }
        }

        public void Applied(SyncCase item, SyncAction action)
        {
            var archives = action is SyncAction.Write write && write.Fields.Find(KindMap.Lifecycle) == KindMap.Archived;
            Counts = action switch
            {
                SyncAction.Create => Counts with { Created = Counts.Created + 1 },
                _ when archives => Counts with { Archived = Counts.Archived + 1 },
                _ => Counts with { Updated = Counts.Updated + 1 },
            };
            Entries.Add(Story.OfApplied(scope, item, action, now));
        }

        public void Failed(SyncCase item, VendorFailure failure, SyncAction? action = null)
        {
            Counts = Counts with { Failed = Counts.Failed + 1 };
            Entries.Add(Story.OfFailure(scope, item, failure, action, now));
            if (failure.Ambiguous) return;
            var attempts = Attempts(item);
            var gaveUp = failure.Kind == FailureKind.Permanent || attempts >= MaxAttempts;
            var due = failure.Until ?? now + Backoff(attempts);
            Put(item, gaveUp ? WorkReason.Dead : WorkReason.Retry, gaveUp ? DateTimeOffset.MaxValue : due, failure.Message, attempts);
        }

        public void Again(SyncCase item, string detail) => Put(item, WorkReason.Again, now, detail, 0);

        public void Defer(SyncCase item, WorkReason reason, DateTimeOffset until, string detail) => Put(item, reason, until, detail, 0);

        /// <summary>Longer each time, since every look costs a call.</summary>
        public void Wait(SyncCase item, string detail) => Put(item, WorkReason.Parked, now + Backoff(Attempts(item)), detail, Attempts(item));

        private void Park(SyncCase item, SyncAction.Park park)
        {
            var attempts = Attempts(item);
            Work.Add(New(item, WorkReason.Parked, now + Backoff(attempts), $"{park.Field} is not linked yet.", attempts) with
            {
                AwaitsKind = park.Kind,
                AwaitsSide = park.Source,
                AwaitsRecordId = park.RecordId,
            });
        }

        private void Put(SyncCase item, WorkReason reason, DateTimeOffset due, string detail, int attempts) => Work.Add(New(item, reason, due, detail, attempts));

        private WorkItem New(SyncCase item, WorkReason reason, DateTimeOffset due, string detail, int attempts) =>
            new(scope.Kind.Name, item.Source, item.SourceId, reason, due)
            {
                Attempts = attempts,
                Detail = detail,
                FirstAt = item.Work.Select(work => work.Value.FirstAt).DefaultIfEmpty(now).Min(),
                Link = item.Link?.Value.Id,
            };

        private static int Attempts(SyncCase item) => item.Work.Select(work => work.Value.Attempts).DefaultIfEmpty(0).Max() + 1;

        private static TimeSpan Backoff(int attempts) => TimeSpan.FromSeconds(Math.Min(3600, 5 * Math.Pow(3, Math.Min(attempts, 10) - 1)));
    }
}
