using System.Diagnostics;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>The vendor writes of a chunk: intents are stored, the writes are sent, their outcome is stored.</summary>
internal sealed class VendorWrites(LinkStore links, WorkList work, SharedLocks shared, References references, CaseUnits units, IntegrationLog log, ActivityCounter activity, IdSource ids, TimeProvider time)
{
    private const int WritesAtOnce = 8;

    /// <summary>Fewer are answered sooner one by one, at the same time.</summary>
    private const int FewestTogether = 10;

    /// <summary>
    /// Puts the writes into the target's words. What refers to a record that the target does not have yet is left out, and waits; where nothing
    /// else is to be sent, the plan's write to the other side takes its turn.
    /// </summary>
    /// <returns>The cases of which nothing can be sent.</returns>
    public async Task<List<SyncCase>> ExpressAsync(WorkScope scope, List<Effect> effects, Tally tally, CancellationToken cancellation)
    {
        var waiting = new List<SyncCase>();
        foreach (var side in Sides.Both)
        {
            var ofSide = effects.Where(effect => effect.Target == side).ToList();
            var referred = await references.LinksAsync(scope.Flow, scope.Kind, ofSide.Select(effect => effect.Fields), cancellation);
            foreach (var effect in ofSide)
            {
                var lacking = References.Lacking(effect.Fields, side, referred);
                foreach (var field in lacking)
                {
                    tally.Wait(effect.Case, field, AwaitedBy(effect, field, referred));
                    effect.LeaveOut(field);
                }

                var target = effect.Case.Latest.GetValueOrDefault(side);
                var wordless = scope.Kind.Inexpressible(side, effect.Fields, scope.Settings, target).ToList();
                foreach (var field in wordless) effect.LeaveOut(field);

                // A status is one of its board's, and the vendor chooses the board of what is new.
                if (effect.IsCreate && wordless.Count > 0) tally.Again(effect.Case, $"Its {string.Join(" and ", wordless)} is set once it is there.");
                effect.VendorFields = scope.Kind.Express(side, References.WithIds(effect.Fields, side, referred), scope.Settings, target);
                if (lacking.Count + wordless.Count == 0 || !(effect.Fields.IsEmpty || (effect.IsCreate && lacking.Any(field => scope.Kind.Field(field).IsRequiredOn(side))))) continue;
                effects.Remove(effect);
                if (effect.Next is { } next) effects.Add(next);
                else waiting.Add(effect.Case);
            }
        }

        return waiting;
    }

    public async Task RunAsync(WorkScope scope, List<Effect> effects, Tally tally, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();

        // Intents: nothing is sent without one.
        var reserved = await work.CommitAsync(scope, effects.ConvertAll(effect => units.Told(scope, effect.Case, ReserveUnit(scope, effect, now))), cancellation);
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
                effect.Case.IsContested = true;
                tally.Again(effect.Case, "Somebody else is working on the same record.");
            }
        }

        await Concurrent.ForEachAsync(Calls(scope, sending), WritesAtOnce, (call, token) => call is [var single] ? SendAsync(scope, single, token) : SendTogetherAsync(scope, call, token), cancellation);
        foreach (var effect in sending) effect.ReadBack = WithSentReferences(scope, effect);

        var outcomes = new List<(Effect Effect, LinkUnit Unit)>();
        foreach (var effect in sending)
        {
            if (OutcomeUnit(scope, effect, tally) is { } unit) outcomes.Add((effect, tally.Complete(effect.Case, unit)));
        }

        if (outcomes.Count == 0) return;
        await tally.TellAsync(log, cancellation);
        var settled = await SettleAsync(scope, outcomes, cancellation);
        await shared.NoteAsync(scope, outcomes.Select(pair => pair.Effect), cancellation);
        foreach (var ((effect, _), result) in outcomes.Zip(settled))
        {
            if (!result.Committed)
            {
                effect.Case.IsContested = true;
                tally.Again(effect.Case, "The link changed while the record was being written.");
            }
            else if (effect.Failure is null && effect.Case.Link is { } link)
            {
                effect.Case.Link = link with { ETag = result.LinkETag };
                if (effect.IsCreate || effect.Case.IsJoin) tally.Parents.Add(link.Value.Id);
            }
        }
    }

    /// <summary>What a create has made may have been listed, and taken note of, before its answer was kept: it is claimed all the same.</summary>
    private async Task<IReadOnlyList<CommitResult>> SettleAsync(WorkScope scope, List<(Effect Effect, LinkUnit Unit)> outcomes, CancellationToken cancellation)
    {
        var results = (await work.CommitAsync(scope, outcomes.ConvertAll(pair => pair.Unit), cancellation)).ToList();
        foreach (var side in Sides.Both)
        {
            var lost = outcomes.Index().Where(outcome => !results[outcome.Index].Committed && outcome.Item is { Effect: { IsCreate: true, Failure: null } effect, Unit.Index: [_] } && effect.Target == side).ToList();
            if (lost.Count == 0) continue;
            var noted = await links.FindAsync(scope.Links, side, [.. lost.Select(outcome => outcome.Item.Effect.ReadBack!.Id)], cancellation);
            var again = lost.FindAll(outcome => noted.TryGetValue(outcome.Item.Effect.ReadBack!.Id, out var entry) && entry.Value.Link is null);
            var claimed = await work.CommitAsync(scope, again.ConvertAll(outcome => outcome.Item.Unit with { Index = [IndexWrite.Replace(noted[outcome.Item.Effect.ReadBack!.Id], outcome.Item.Unit.Index[0].Entry)] }), cancellation);
            foreach (var (outcome, result) in again.Zip(claimed)) results[outcome.Index] = result;
        }

        return results;
    }

    /// <summary>A record that is still being created is known by its id on the side it comes from.</summary>
    private static AwaitedRecord? AwaitedBy(Effect effect, string field, IReadOnlyDictionary<LinkId, Link> referred) =>
        referred.TryGetValue(((FieldValue.LinkedReference)effect.Fields[field]).Link, out var link) && link.IdOn(effect.Target.Other()) is { } id ? new(link.Kind, effect.Target.Other(), id) : null;

    private async Task SendAsync(WorkScope scope, Effect effect, CancellationToken cancellation)
    {
        if (!HasTime(scope, effect)) return;
        if (effect.Case.Span is { } span) Activity.Current = span;
        var side = InTime(scope, scope.On(effect.Target, effect.Case), [effect]);
        var kind = scope.Kind.VendorKind(effect.Target);
        switch (effect.Action)
        {
            case SyncAction.Create:
                Keep(scope, effect, await side.Connector.CreateAsync(side.Scope, kind, effect.VendorFields, cancellation, effect.Link!.Intent!.Operation));
                break;

            // Deleting what is gone already is what was wanted.
            case SyncAction.Delete:
                effect.Failure = (await side.Connector.DeleteAsync(side.Scope, kind, effect.Link!.IdOn(effect.Target)!, cancellation)).Failure is { Kind: not FailureKind.NotFound } refused ? refused : null;
                break;
            default:
                Keep(scope, effect, await side.Connector.UpdateAsync(side.Scope, kind, effect.Link!.IdOn(effect.Target)!, effect.VendorFields, cancellation, IfMatch(side, effect)));
                break;
        }
    }

    /// <summary>The calls to be made: many of a kind at once where the system takes them so.</summary>
    private static IEnumerable<IReadOnlyList<Effect>> Calls(WorkScope scope, List<Effect> sending)
    {
        foreach (var alike in sending.GroupBy(effect => (effect.Target, effect.Action.GetType())))
        {
            var most = alike.Key.Item2 == typeof(SyncAction.Delete) || alike.Count() < FewestTogether ? 1 : scope.MostAtOnce(alike.Key.Target);
            foreach (var call in alike.Chunk(most)) yield return call;
        }
    }

    private async Task SendTogetherAsync(WorkScope scope, IReadOnlyList<Effect> effects, CancellationToken cancellation)
    {
        var open = effects.Where(effect => HasTime(scope, effect)).ToList();
        if (open.Count == 0) return;
        using var span = RecordSpans.Together(open);
        var side = InTime(scope, scope.Flow.On(open[0].Target), open);
        var (writer, kind) = ((IBulkWriter)side.Connector, scope.Kind.VendorKind(side.Side));
        var results = open[0].IsCreate
            ? await writer.CreateManyAsync(side.Scope, kind, open.ConvertAll(effect => effect.VendorFields), cancellation)
            : await writer.UpdateManyAsync(side.Scope, kind, open.ConvertAll(effect => new BulkUpdate(effect.Link!.IdOn(side.Side)!, effect.VendorFields, effect.Case.Latest.GetValueOrDefault(side.Side))), cancellation);
        foreach (var (effect, result) in open.Zip(results)) Keep(scope, effect, result);
    }

    private static void Keep(WorkScope scope, Effect effect, VendorResult<Record> result)
    {
        effect.Failure = result.Failure;
        if (result.Value is not { } record) return;
        effect.Case.Latest[effect.Target] = record;
        effect.ReadBack = scope.Kind.Project(effect.Target, record, scope.Settings);
    }

    /// <summary>No intent, no write, and none with less time left, of the intent or of the guard, than a request may take.</summary>
    private bool HasTime(WorkScope scope, Effect effect)
    {
        var until = UntilOf(scope, effect);
        if (until - time.GetUtcNow() >= scope.Flow.On(effect.Target).Connector.Catalog.RequestTimeout) return true;
        effect.Failure = new VendorFailure(FailureKind.Transient, "There was not enough time left to write it.");
        return false;
    }

    private static DateTimeOffset UntilOf(WorkScope scope, Effect effect) => effect.Link!.Intent!.Until < scope.Until ? effect.Link.Intent.Until : scope.Until;

    /// <summary>What is created late is there twice: the same holds when the call is at last sent, however long it waited for credentials or for others.</summary>
    private static SideContext InTime(WorkScope scope, SideContext side, IReadOnlyList<Effect> effects) =>
        !effects[0].IsCreate ? side : side with { Scope = side.Scope with { WriteBefore = effects.Min(effect => UntilOf(scope, effect)) - side.Connector.Catalog.RequestTimeout } };

    /// <summary>Where the vendor can, it changes nothing but what the plan was made for.</summary>
    private static string? IfMatch(SideContext side, Effect effect) => side.Connector.Catalog.ConditionalWrites ? effect.Case.Item.RecordOn(effect.Target)?.Version : null;

    /// <summary>A reference that comes back is the one we sent, so it needs no look-up; any other stays a vendor id.</summary>
    private static Record? WithSentReferences(WorkScope scope, Effect effect)
    {
        var record = effect.ReadBack;
        if (record is null) return null;
        foreach (var (name, sent) in effect.Fields)
        {
            if (sent is not FieldValue.LinkedReference || record.Fields.Find(name) is not FieldValue.Reference actual) continue;
            var vendorName = scope.Kind.Field(name).End(effect.Target).Name!;
            if (effect.VendorFields.Find(vendorName) == actual) record = record with { Fields = record.Fields.With(name, sent), Resolved = record.Resolved.SetItem(name, new RememberedReference(actual.RecordId, ((FieldValue.LinkedReference)sent).Link)) };
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
            effect.Link = units.Remembered(scope, units.JoinedLink(scope, item, join), plan) with { Intent = intent };
            return CaseUnits.Of(item, effect.Link, finished: false) with { Index = [units.ClaimIndex(item, Side.Left, effect.Link), units.ClaimIndex(item, Side.Right, effect.Link)] };
        }

        if (item.Link is not { } existing)
        {
            // A new record: its link is there before its counterpart is.
            var created = units.Remembered(scope, new Link(units.NewLinkId(item), scope.Kind.Name) { State = LinkState.Creating, CreatedFrom = item.Source, Intent = intent }.WithId(item.Source, item.SourceId), plan);
            effect.Link = created;
            return CaseUnits.Of(item, created, finished: false) with { Index = [units.ClaimIndex(item, item.Source, created)], OpensCreate = new OpenCreate(effect.Link.Id, effect.Target) };
        }

        var link = units.Remembered(scope, existing.Value, plan) with { Intent = intent };
        if (!effect.IsCreate)
        {
            effect.Link = link;
            return CaseUnits.Of(item, link, finished: false);
        }

        // The counterpart is created anew: after its deletion, or because an earlier attempt came to nothing.
        var lost = link.IdOn(effect.Target);
        effect.Link = (link with { State = LinkState.Creating, Bases = Consent.Of(scope.Kind, link.Bases), Lock = null, CreatedFrom = effect.Target.Other() }).WithId(effect.Target, null);
        var unit = CaseUnits.Of(item, effect.Link, finished: false) with { OpensCreate = new OpenCreate(effect.Link.Id, effect.Target) };
        return lost is null || !item.Index.TryGetValue(effect.Target, out var entry)
            ? unit
            : unit with { Index = [IndexWrite.Replace(entry, entry.Value with { Link = null, Tombstone = true })] };
    }

    /// <summary>How long it took is worth telling where it went over by itself: nobody waits for what an import or a sweep comes upon.</summary>
    private void Count(WorkScope scope, Effect effect)
    {
        var way = effect.IsCreate ? Crossing.Created : effect.IsVanishing ? Crossing.Archived : Crossing.Updated;
        var changedAt = effect.Case.Item.RecordOn(effect.Target.Other())?.Modified ?? effect.Case.Work.Select(row => row.Value.FirstAt).DefaultIfEmpty(effect.Link!.Intent!.TakenAt).Min();
        activity.Note(scope.Flow.Key, scope.Kind.Name, effect.Target, way, scope.Mode == RunMode.Delta ? time.GetUtcNow() - changedAt : null);
    }

    private LinkUnit? OutcomeUnit(WorkScope scope, Effect effect, Tally tally)
    {
        var item = effect.Case;
        var link = effect.Link!;
        if (effect.Failure is { } failure)
        {
            // Somebody changed what was not looked at: it is, now.
            if (failure.Kind == FailureKind.Conflict && !item.Latest.ContainsKey(effect.Target) && IfMatch(scope.Flow.On(effect.Target), effect) is not null) tally.Again(item, "The other record was changed meanwhile.");
            else tally.Failed(item, failure, effect.Action);

            // Sent, but without an answer: the intent stays, and what became of the write is looked at when it has ended.
            if (failure.Ambiguous)
            {
                tally.Defer(item, WorkReason.Intent, link.Intent!.Until, "It is not known whether the write was applied.");
                return null;
            }

            // Known not to be applied. A link without its counterpart stays, and is used for the next attempt; a record that was not as we knew it is read then.
            var known = link.MemoryOf(effect.Target);
            var open = CaseUnits.Of(item, link.WithMemory(effect.Target, known with { Version = null }) with { Intent = null }, finished: false);
            return effect.IsCreate ? open with { ClosesCreate = new OpenCreate(link.Id, effect.Target) } : open;
        }

        tally.Applied(item, effect.Action);
        Count(scope, effect);
        var (bases, again) = (link.Bases, false);
        if (effect.ReadBack is { } readBack)
        {
            bases = Settlement.AfterWrite(scope.Kind, scope.Settings, bases, effect.Target, effect.Fields, effect.SourceValues, readBack, out again);
            if (again) tally.Again(item, "The other system gave back something else than it was sent.");
        }

        var settled = link with { State = link.State == LinkState.Creating ? LinkState.Active : link.State, Intent = null, Bases = bases };
        settled = CaseUnits.WithSight(scope, settled, effect.Target.Other(), item.Item);
        if (effect.ReadBack is { } back)
        {
            // What the vendor filled in by itself, or somebody changed, the base does not know.
            var known = link.MemoryOf(effect.Target);
            var isAgreed = !again && (effect.IsCreate ? !SyncPlanner.IsChanged(scope.Kind, scope.Settings, bases, effect.Target, back) : known.Version is not null);
            settled = settled.WithMemory(effect.Target, new LinkMemory(isAgreed ? back.Version : null, known.References.SetItems(back.Resolved)));
        }

        if (effect.HasMore) tally.Again(item, "The other side is to be written, too.");
        if (item.Plan!.Actions.OfType<SyncAction.End>().FirstOrDefault() is { } end) return units.End(scope, item, settled, end);
        if (effect.IsCreate)
        {
            settled = settled.WithId(effect.Target, effect.ReadBack!.Id) with { StateSince = time.GetUtcNow() };
            var unit = CaseUnits.Of(item, settled);
            item.Link = new Versioned<Link>(settled, item.Link!.Value.ETag);

            // What the vendor filled in by itself (a number) is a change of its side: then its echo is not one of ours alone.
            var isOurs = !SyncPlanner.IsChanged(scope.Kind, scope.Settings, bases, effect.Target, effect.ReadBack);
            var claimed = new IndexEntry(effect.Target, effect.ReadBack.Id) { Link = settled.Id, Label = item.Label, Hash = isOurs ? item.Latest[effect.Target].Hash() : null, SeenAt = time.GetUtcNow() };
            return unit with { Index = [IndexWrite.Insert(claimed)] };
        }

        if (effect.Action is SyncAction.Write write && !scope.ByHand) settled = Counted(scope, item, settled, write, tally);
        var written = CaseUnits.Of(item, settled);
        item.Link = new Versioned<Link>(settled, item.Link!.Value.ETag);
        return written;
    }

    /// <summary>Remembers the write, and stops a link that is written to and fro.</summary>
    private Link Counted(WorkScope scope, SyncCase item, Link link, SyncAction.Write write, Tally tally)
    {
        var now = time.GetUtcNow();
        var writes = link.Writes.After(new RecentWrite(now, write.Target, new Record("", write.Fields).Hash()), scope.Settings.Runaway);
        if (!writes.IsRunaway(scope.Settings.Runaway)) return link with { Writes = writes };
        tally.Quarantined(item, writes);
        return link with { Writes = writes, State = LinkState.Quarantined, StateSince = now, Reason = $"Written {writes.Items.Length} times within {scope.Settings.Runaway.Within:g}, to and fro." };
    }

    private static FieldSet ToBases(FieldSet fields) => FieldSet.From(fields.Select(field => KeyValuePair.Create(field.Key, field.Value.ToBase())));
}
