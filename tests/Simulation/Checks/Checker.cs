using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Checks;

/// <summary>
/// Judges a world at rest by what its people did and what both systems hold now. It knows the pair's promises (<see cref="FieldRule"/>)
/// and shares no code with what plans.
/// </summary>
public sealed class Checker
{
    private readonly FakeWorld _world;
    private readonly Intents _intents;
    private readonly FlowSettings _settings;
    private readonly FieldRule[] _rules;
    private readonly Stored _stored;
    private readonly List<Finding> _findings = [];

    private Checker(FakeWorld world, Intents intents, FlowSettings settings, Stored stored)
    {
        _world = world;
        _intents = intents;
        _settings = settings;
        _rules = FieldRule.Of(settings);
        _stored = stored;
    }

    /// <summary>All that is wrong; nothing if every promise was kept.</summary>
    /// <param name="sweeps">The app looked at everything at last, and so has to have put away what stands for nothing.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(FakeWorld world, Intents intents, FlowSettings settings, IServiceProvider services, FlowKey flow, bool sweeps = false)
    {
        var checker = new Checker(world, intents, settings, await Stored.ReadAsync(services, flow));
        var store = new StoreCheck(world, checker._stored, checker._findings, sweeps);
        foreach (var kind in KindPair.All)
        {
            checker.Judge(kind);
            store.Judge(checker._stored.Kinds[kind.Name]);
        }

        new WriteCheck(world, intents, settings, checker._stored, checker._findings).Judge();
        new SteeringCheck(world, intents, checker._stored, checker._findings).Judge();
        return checker._findings;
    }

    private void Judge(KindPair kind)
    {
        var stored = _stored.Kinds[kind.Name];
        var left = _world.Left.Account.Live(kind.Left).ToLookup(Tokens.Of);
        var right = _world.Right.Account.Live(kind.Right).ToLookup(Tokens.Of);
        foreach (var token in left.Select(group => group.Key).Union(right.Select(group => group.Key)).ToList())
        {
            var (ofLeft, ofRight) = (left[token].ToList(), right[token].ToList());

            // Its link went over to a record that another was merged into, and with it the name of that one: it stands for what its link says.
            if (ofLeft.Count > 1 || ofRight.Count > 1)
            {
                ofLeft.RemoveAll(record => WasRenamedByMerge(kind, stored, Side.Left, record));
                ofRight.RemoveAll(record => WasRenamedByMerge(kind, stored, Side.Right, record));

                // What another record went into came to that one's counterpart, and its twin to another; an older twin stays unlinked.
                if (Sides.Both.Any(side => _world.On(side).Account.All(kind.On(side)).Any(record => Tokens.Of(record) == token && IsSurvivor(record))))
                {
                    ofLeft.RemoveAll(record => IsOlder(Side.Left, record) && !stored.Links.Exists(link => link.LeftId == record.Id));
                    ofRight.RemoveAll(record => IsOlder(Side.Right, record) && !stored.Links.Exists(link => link.RightId == record.Id));
                    if (ofLeft.Count > 1) ofLeft.RemoveAll(IsSurvivor);
                    if (ofRight.Count > 1) ofRight.RemoveAll(IsSurvivor);
                }

                if (ofLeft.Count + ofRight.Count == 0) continue;
            }

            if (ofLeft.Count > 1 || ofRight.Count > 1)
            {
                Add("duplicate", $"{kind.Name} {token} stands {ofLeft.Count} times in left and {ofRight.Count} times in right: {string.Join(", ", ofLeft.Concat(ofRight).Select(record => record.Id))}.{StoryOf(kind, [.. ofLeft, .. ofRight])}");
            }
            else if (ofLeft.Count == 1 && ofRight.Count == 1)
            {
                JudgePair(kind, stored, token, ofLeft[0], ofRight[0]);
            }
            else
            {
                var (side, record) = ofLeft.Count == 1 ? (Side.Left, ofLeft[0]) : (Side.Right, ofRight[0]);
                if (CounterpartOf(kind, stored, side, record) is null) JudgeAlone(kind, stored, token, side, record);
            }
        }

        foreach (var link in stored.Active)
        {
            if (link.LeftId is { } id && _world.Left.Account.Find(kind.Left, id) is { Gone: false } record && CounterpartOf(kind, stored, Side.Left, record) is { } other) JudgeFields(kind, link, record, other);
        }
    }

    /// <summary>The record that the link of one leads to; null where there is none, or it is gone.</summary>
    private FakeRecord? CounterpartOf(KindPair kind, StoredKind stored, Side side, FakeRecord record) =>
        stored.Of(side, record.Id)?.IdOn(side.Other()) is { } id && _world.On(side.Other()).Account.Find(kind.On(side.Other()), id) is { Gone: false } other ? other : null;

    private void JudgePair(KindPair kind, StoredKind stored, string token, FakeRecord left, FakeRecord right)
    {
        JudgeOlder(kind, token, Side.Left, left, right);
        JudgeOlder(kind, token, Side.Right, right, left);
        var link = stored.Of(Side.Left, left.Id);
        if (link?.RightId == right.Id) return;
        if (_intents.Unlinked.Contains(token) || (IsOlder(Side.Left, left) && IsOlder(Side.Right, right)) || stored.Links.Exists(other => other.State == LinkState.Paused && other.LeftId == left.Id)) return;

        // Another record went into one of them, and its link came with it.
        if (IsSurvivor(left) || IsSurvivor(right)) return;
        Add("not linked", $"{kind.Name} {token}: left {left.Id} and right {right.Id} are the same thing, but the link of left leads to {link?.RightId ?? "nothing"}.{StoryOf(kind, [left, right])}");
    }

    private void JudgeFields(KindPair kind, Link link, FakeRecord left, FakeRecord right)
    {
        if (RefersToGone(kind, Side.Left, left) || RefersToGone(kind, Side.Right, right)) return;
        var pair = new PairCheck(_world, _stored, _findings, kind, link, left, right);
        foreach (var rule in _rules.Where(rule => rule.Kind == kind)) pair.Judge(rule);
    }

    /// <summary>What was there before the flow is brought over by an import or not at all.</summary>
    private void JudgeOlder(KindPair kind, string token, Side side, FakeRecord record, FakeRecord other)
    {
        if (!IsOlder(side, record) || (_intents.Imported && side == Side.Left) || _world.History.Of(side.Other(), other.Kind, other.Id)[0].By != Actor.Sync) return;
        if (_world.On(side.Other()).Account.All(other.Kind).Count(known => Tokens.Of(known) == token) > 1 || WasRenamedByMerge(kind, _stored.Kinds[kind.Name], side.Other(), other)) return;

        // Its counterpart was made of another record, which went into this one.
        if (IsSurvivor(record)) return;
        Add("older record was created", $"{kind.Name} {token}: {side} {record.Id} is older than the flow, and the app made {other.Id} of it.{StoryOf(kind, [record, other])}");
    }

    /// <summary>A record without a counterpart needs a reason that can be seen from outside.</summary>
    private void JudgeAlone(KindPair kind, StoredKind stored, string token, Side side, FakeRecord record)
    {
        if (_intents.Unlinked.Contains(token)) return;
        if (IsOlder(side, record) && !(_intents.Imported && side == Side.Left)) return;
        var other = side.Other();

        // After a merge two are linked whose names differ.
        var ended = _world.History.Events.LastOrDefault(happened =>
            happened.Side == other && happened.Kind == kind.On(other) && happened.Verb is Verb.Delete or Verb.Merge &&
            (Tokens.Of(happened.Before) == token || stored.Links.Exists(link => link.IdOn(side) == record.Id && link.IdOn(other) == happened.Id)));
        if (ended is not null)
        {
            JudgeSurvivor(kind, token, side, record, ended);
            return;
        }

        // A link came along in a merge and rests: the names differ until it goes on.
        if (IsSurvivor(record) && stored.Links.Exists(link => link.IdOn(side) == record.Id && link.State == LinkState.Paused)) return;
        if (KindPair.IsArchived(record) || NeedsReference(kind, side, record) || RefersToGone(kind, side, record) || !FlowsFrom(side)) return;
        var work = stored.Work.Find(item => item.Side == side && item.RecordId == record.Id);
        Add("lost create", $"{kind.Name} {token}: {side} {record.Id} has no counterpart, and nothing says why (work: {work?.Reason.ToString() ?? "none"} {work?.Detail}).{StoryOf(kind, [record])}");
    }

    /// <summary>The counterpart was deleted: then the survivor is archived, or made anew there because it was edited.</summary>
    private void JudgeSurvivor(KindPair kind, string token, Side side, FakeRecord record, FakeEvent ended)
    {
        if (ended.By == Actor.Sync && !WasDeletedWithOther(kind, ended))
        {
            Add("deleted by the app", $"{kind.Name} {token}: the app deleted {ended.Side} {ended.Id}, while {side} {record.Id} lives.{StoryOf(kind, [record])}");
            return;
        }

        if (ended.Verb == Verb.Delete && ThrownAway.Find(_world, _rules, kind, side, record, ended) is { } lost) Add("edit thrown away", $"{kind.Name} {token}: {lost}");
        if (!_stored.Kinds[kind.Name].Active.Any(link => _world.On(ended.Side).Account.Find(kind.On(ended.Side), link.IdOn(ended.Side)!) is { Gone: false })) return;
        if (ended.Verb == Verb.Merge || KindPair.IsArchived(record) || NeedsReference(kind, side, record)) return;

        // It is left as it is, by the tenant's choice, unless somebody edits it.
        var policy = _settings.Kind(kind.Name).WhenGone ?? LifecyclePolicy.Archive;
        if (!FlowsFrom(ended.Side) || policy is LifecyclePolicy.Ignore or LifecyclePolicy.Pause or LifecyclePolicy.Unlink || IsPaused(kind, side, record)) return;

        // Archived, by the app or by itself, when the deletion was seen; whoever takes it out again later has it alone.
        if (WasArchivedAfter(side, record, ended.Number)) return;

        // It cannot be made anew as it is, and waits for a person, who is told why.
        if (_stored.Kinds[kind.Name].Work.Exists(item => item.Reason == WorkReason.Dead && (item.Side, item.RecordId) == (side, record.Id))) return;

        // Never linked: then nobody knew the two to be the same.
        if (!_stored.Kinds[kind.Name].Links.Exists(link => link.IdOn(side) == record.Id)) return;
        Add("deletion without consequence", $"{kind.Name} {token}: {ended.Side} {ended.Id} was deleted at {ended.At:HH:mm:ss}, but {side} {record.Id} is neither archived nor made anew.{StoryOf(kind, [record])}");
    }

    private bool FlowsFrom(Side side) => _settings.Direction == Direction.Both || (_settings.Direction == Direction.LeftToRight) == (side == Side.Left);

    /// <summary>A link that rests is no reason for anything.</summary>
    private bool IsPaused(KindPair kind, Side side, FakeRecord record) => _stored.Kinds[kind.Name].Links.Exists(link => link.State == LinkState.Paused && link.IdOn(side) == record.Id);

    /// <summary>The app deleted it since another one was deleted that it stood for.</summary>
    private bool WasDeletedWithOther(KindPair kind, FakeEvent ended) =>
        _settings.Kind(kind.Name).WhenGone == LifecyclePolicy.Delete && _stored.Kinds[kind.Name].Links.Exists(link =>
            link.IdOn(ended.Side) == ended.Id && link.IdOn(ended.Side.Other()) is { } id && _world.On(ended.Side.Other()).Account.Find(kind.On(ended.Side.Other()), id) is { Gone: true });

    private bool WasArchivedAfter(Side side, FakeRecord record, long number)
    {
        var archived = false;
        foreach (var happened in _world.History.Of(side, record.Kind, record.Id))
        {
            if (archived && happened.Number > number) return true;
            if (happened.After.ContainsKey(side == Side.Left ? "active" : "state")) archived = KindPair.IsArchived(happened.After);
        }

        return archived;
    }

    /// <summary>A contact cannot be in right without its company there.</summary>
    private bool NeedsReference(KindPair kind, Side side, FakeRecord record)
    {
        if (kind != KindPair.Contact || side == Side.Right) return false;
        if (record.Get("company") is not FieldValue.Reference { RecordId: var id } || _world.Left.Account.Find("companies", id) is not { Gone: false } company) return true;
        return _stored.Kinds["company"].Of(Side.Left, company.Id) is not { } link || _world.Right.Account.Find("accounts", link.RightId!) is not { Gone: false };
    }

    /// <summary>A system refuses what refers to a record that is gone there; by the tenant's choice its link may live on.</summary>
    private bool RefersToGone(KindPair kind, Side side, FakeRecord record) => _rules.Any(rule =>
        rule.Kind == kind && rule.IsReference && record.Get(rule.On(side)) is FieldValue.Reference { RecordId: var id } &&
        _stored.Kinds["company"].Links.Exists(link => link.State != LinkState.Tombstone && link.IdOn(side) == id && link.IdOn(side.Other()) is { } other && _world.On(side.Other()).Account.Find(KindPair.Company.On(side.Other()), other) is { Gone: true }));

    /// <summary>Linked to a record that another one of its side was merged into, and made under another token, or anew since in the place of one that was.</summary>
    private bool WasRenamedByMerge(KindPair kind, StoredKind stored, Side side, FakeRecord record)
    {
        var made = _world.History.Of(side, record.Kind, record.Id)[0];
        var isOther = Tokens.Of(made.After) != Tokens.Of(record);
        return stored.Links.Exists(link => link.IdOn(side) == record.Id && link.IdOn(side.Other()) is { } other && _world.History.Events.Any(happened =>
            happened.Verb == Verb.Merge && happened.Side == side.Other() && happened.Kind == kind.On(happened.Side) && happened.MergedInto == other &&
            (isOther || (made.By == Actor.Sync && made.Number > happened.Number))));
    }

    /// <summary>Another one was merged into it.</summary>
    private bool IsSurvivor(FakeRecord record) => _world.History.Events.Any(happened => happened.Verb == Verb.Merge && happened.Kind == record.Kind && happened.MergedInto == record.Id);

    private bool IsOlder(Side side, FakeRecord record) =>
        _world.History.Of(side, record.Kind, record.Id) is [{ By: Actor.User } made, ..] && (_intents.WentLiveAt is not { } live || made.At <= live);

    private void Add(string rule, string detail) => _findings.Add(new Finding(rule, detail));

    private string StoryOf(KindPair kind, List<FakeRecord> records)
    {
        _ = kind;
        var events = records.SelectMany(record => _world.History.Of(_world.Left.Account.Find(record.Kind, record.Id) == record ? Side.Left : Side.Right, record.Kind, record.Id)).OrderBy(happened => happened.Number);
        return $"\n    {string.Join("\n    ", events)}";
    }
}
