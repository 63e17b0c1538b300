using System.Collections.Immutable;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>The tools for people, used at random by the code behind the management API, on any instance and in the middle of everything else.</summary>
internal sealed class HandTools(ServiceWorld world, Random random, Intents intents)
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>What was paused, and when it is to go on.</summary>
    private readonly List<(DateTimeOffset At, Action GoOn)> _later = [];

    private readonly Steering _steering = intents.Steering;

    /// <summary>Something is paused that is to go on later.</summary>
    public bool AnyRests => _later.Count > 0;

    public void Use()
    {
        switch (random.Next(100))
        {
            case < 6:
                Unlink();
                break;
            case < 26:
                Push();
                break;
            case < 34:
                Preview();
                break;
            case < 46:
                Release();
                break;
            case < 56:
                Replay();
                break;
            case < 70:
                SyncRecord();
                break;
            case < 76:
                PauseLink();
                break;
            case < 82:
                Restore(random.Next(int.MaxValue));
                break;
            case < 92:
                OrderRun();
                break;
            case < 96:
                Start(RunMode.Delta);
                break;
            case < 98:
                Start(RunMode.DryRun);
                break;
            default:
                Start(RunMode.Comprehensive);
                break;
        }
    }

    /// <summary>Goes on with what is to go on by now, and takes note of what has come to hold.</summary>
    public void Look()
    {
        foreach (var due in _later.Where(later => later.At <= world.Clock.Now).ToList())
        {
            _later.Remove(due);
            due.GoOn();
        }

        foreach (var pause in _steering.Pauses.Where(pause => pause is { From: null, Until: null } && world.IsAtRest)) pause.From = world.Clock.Now;
    }

    /// <summary>Lets everything go on that rests.</summary>
    /// <returns>Whether nothing rests any more.</returns>
    public bool Restore()
    {
        _later.Clear();
        var links = FakePair.Pair.TopKinds.SelectMany(kind => Links(kind).Where(link => link is { State: LinkState.Paused, PausedBy: null }).Select(link => (kind, link))).ToList();
        foreach (var (kind, link) in links) Resume(kind, link.Id);
        var runs = Guards().Where(guard => guard.Paused).ToList();
        foreach (var run in runs) ResumeRun(run.Run!.Value);
        foreach (var ended in _steering.Unlinkings.Where(ended => Links(FakePair.Pair.Kind(ended.Kind)).Exists(link => link.Id == ended.Link && link.State == LinkState.Tombstone))) Ended(ended);
        return links.Count == 0 && runs.Count == 0;
    }

    private void Unlink()
    {
        if (AnyLink(TopKind()) is not { } found || IsAnchor(found)) return;
        var ended = new Unlinking(found.Kind.Name, found.Link.Id);
        _steering.Unlinkings.Add(ended);
        var forGood = random.Next(3) == 0;
        Do("unlink", async app =>
        {
            var result = forGood
                ? await app.Get<LinkControl>().DisconnectAsync(Scope(found.Kind), found.Link.Id, None)
                : await app.Get<ManualTools>().UnlinkAsync(world.Key, found.Kind.Name, found.Link.Id, None);
            if (!result.Done) return;
            ended.DoneAt = world.Clock.Now;
            Ended(ended);
        });
    }

    private void Ended(Unlinking ended)
    {
        var kind = Array.Find(KindPair.All, kind => kind.Name == ended.Kind)!;
        var link = Links(FakePair.Pair.Kind(ended.Kind)).Find(link => link.Id == ended.Link)!;
        (ended.LeftId, ended.RightId) = (link.LeftId, link.RightId);
        foreach (var side in Sides.Both)
        {
            if (link.IdOn(side) is { } id && world.Vendors.On(side).Account.Find(kind.On(side), id) is { } record) intents.Unlinked.Add(Tokens.Of(record));
        }
    }

    private void Push()
    {
        var kind = FakePair.Pair.Kinds[random.Next(FakePair.Pair.Kinds.Length)];
        if (AnyLink(kind) is not { } found) return;
        var fields = ImmutableSortedDictionary<string, PushDirection>.Empty;
        for (var i = random.Next(1, 4); i > 0; i--) fields = fields.SetItem(kind.Fields[random.Next(kind.Fields.Length)].Name, random.Next(2) == 0 ? PushDirection.LeftToRight : PushDirection.RightToLeft);
        Do(ByHand.Push, app => app.Get<LinkTools>().PushAsync(world.Key, kind.Name, found.Link.Id, fields, None));
    }

    private void Preview()
    {
        var kind = FakePair.Pair.Kinds[random.Next(FakePair.Pair.Kinds.Length)];
        if (AnyLink(kind) is { } found) Do(ByHand.Preview, app => app.Get<LinkTools>().DifferencesAsync(world.Key, kind.Name, found.Link.Id, None));
    }

    private void Release()
    {
        var kind = FakePair.Pair.Kinds[random.Next(FakePair.Pair.Kinds.Length)];
        if (Pick(Links(kind).Where(link => link.Lock is not null).ToList()) is not { } link) return;
        var ended = new LockEnded(kind.Name, link.Id, world.Clock.Now);
        _steering.LockEnds.Add(ended);
        Do("release", async app =>
        {
            await app.Get<LockRelease>().RunAsync(world.Key, kind.Name, link.Id, None);
            ended.Until = world.Clock.Now;
        });
    }

    /// <summary>All that was given up, or one record, whatever it waits for.</summary>
    private void Replay()
    {
        var rows = FakePair.Pair.Kinds.SelectMany(kind => world.Observe(() => world.Observed<LinkStore>().WorkAsync(Scope(kind), 1000, None))).Select(row => row.Value).ToList();
        var one = random.Next(2) == 0 ? Pick(rows) : null;
        foreach (var row in one is null ? rows.Where(row => row.Reason == WorkReason.Dead) : [one])
        {
            _steering.Replayed.Add((row.Kind, row.Side, row.RecordId));
            if (CounterpartOf(row) is { } counterpart) _steering.Replayed.Add((row.Kind, row.Side.Other(), counterpart));
        }

        IReadOnlyList<KindMap> kinds = one is null ? FakePair.Pair.Kinds : [FakePair.Pair.Kind(one.Kind)];
        Do(ByHand.Replay, app => app.Get<WorkReplay>().RunAsync(world.Key, kinds, one is null ? null : (one.Side, one.RecordId), None));
    }

    /// <summary>The other record of its link, which may be another one by the time that all is judged.</summary>
    private string? CounterpartOf(WorkItem row)
    {
        var links = world.Observed<LinkStore>();
        var scope = new LinkScope(world.Key, row.Kind);
        var entry = world.Observe(() => links.FindAsync(scope, row.Side, [row.RecordId], None)).Values.FirstOrDefault();
        return entry.Value?.Link is { } id && world.Observe(() => links.LoadAsync(scope, [id], None)).TryGetValue(id, out var link) ? link.Value.IdOn(row.Side.Other()) : null;
    }

    /// <summary>Not one of two that were made on both sides and are not linked yet: had the app not seen the other, it could not but make it again.</summary>
    private void SyncRecord()
    {
        var (kind, side) = (KindPair.All[random.Next(KindPair.All.Length)], random.Next(2) == 0 ? Side.Left : Side.Right);
        var links = Links(FakePair.Pair.Kind(kind.Name));
        if (Pick(world.Vendors.On(side).Account.All(kind.On(side)).ToList()) is not { } record) return;
        if (intents.Twins.Contains(Tokens.Of(record)) && !links.Exists(link => link.IdOn(side) == record.Id)) return;
        Do("sync record", app => app.Get<RecordSync>().RunAsync(world.Key, kind.Name, side, record.Id, None));
    }

    private void PauseLink()
    {
        if (AnyLink(TopKind()) is not { } found || IsAnchor(found) || found.Link is not { State: LinkState.Active, LeftId: { } left, RightId: { } right }) return;
        var pause = new LinkPause(found.Kind.Name, found.Link.Id, left, right);
        Do("pause link", async app =>
        {
            if (!(await app.Get<LinkControl>().PauseAsync(Scope(found.Kind), found.Link.Id, None)).Done) return;
            _steering.Pauses.Add(pause);
        });
        Later(() => Resume(found.Kind, found.Link.Id));
    }

    private void Resume(KindMap kind, LinkId link)
    {
        foreach (var pause in _steering.Pauses.Where(pause => pause.Link == link && pause.Kind == kind.Name)) pause.Until ??= world.Clock.Now;
        Do("resume link", app => app.Get<LinkControl>().ResumeAsync(Scope(kind), link, FakePair.Pair.Inside(kind), None));
    }

    /// <summary>The value that lost a conflict becomes the value of both sides.</summary>
    private void Restore(int number)
    {
        var conflicts = world.Observe(() => world.Observed<ConflictStore>().ListAsync(world.Key, ConflictFilter.None, null, 100, None)).Items;
        if (conflicts.Count == 0) return;
        var chosen = conflicts[number % conflicts.Count];
        Do(ByHand.Restore, app => app.Get<LinkTools>().RestoreAsync(world.Key, chosen.Id, null, None));
    }

    private void Start(RunMode mode) => Do($"start {mode}", async app =>
    {
        var found = await app.Get<Finder>().FlowAsync(world.Key.Tenant.Value, world.Key.Flow.Value, None);
        if (mode != RunMode.DryRun && !found.Flow.Enabled) return;
        await app.Get<FlowRuns>().RequestAsync(world.Key, mode, FlowRuns.ByHand, app.Durable, None);
    });

    private void OrderRun()
    {
        if (Pick(Guards().Where(guard => guard.Run is not null).ToList()) is not { Run: { } run } guard) return;
        if (guard.Paused && random.Next(2) == 0)
        {
            ResumeRun(run);
            return;
        }

        var order = random.Next(3) == 0 ? RunOrder.Cancel : RunOrder.Pause;
        Do($"{order} run", app => app.Get<RunControl>().OrderAsync(world.Key, run, order, "By hand.", app.Durable, None));
        if (order == RunOrder.Pause) Later(() => ResumeRun(run));
    }

    private void ResumeRun(RunId run) => Do("resume run", app => app.Get<RunControl>().ResumeAsync(world.Key, run, app.Durable, None));

    private void Later(Action goOn) => _later.Add((world.Clock.Now.AddMinutes(random.Next(5, 60)), goOn));

    private void Do(string tool, Func<AppInstance, Task> work) => world.Do(tool, app => ByHand.RunAsync(tool, () => work(app)));

    private (KindMap Kind, Link Link)? AnyLink(KindMap kind) => Pick(Links(kind).Where(link => link.State != LinkState.Tombstone).ToList()) is { } link ? (kind, link) : null;

    private List<Link> Links(KindMap kind) => world.Observe(() => world.Observed<LinkStore>().LinksAsync(Scope(kind), null, 1000, None)).Items.Select(link => link.Value).ToList();

    private IEnumerable<Guard> Guards() => world.Observe(() => world.Observed<FlowStore>().LoadAsync(world.Key, None))!.Guards.Select(guard => guard.Value);

    private KindMap TopKind() => Pick(FakePair.Pair.TopKinds.ToList())!;

    private LinkScope Scope(KindMap kind) => new(world.Key, kind.Name);

    private bool IsAnchor((KindMap Kind, Link Link) found) => Array.Find(KindPair.All, kind => kind.Name == found.Kind.Name) is { } kind &&
        Sides.Both.Any(side => found.Link.IdOn(side) is { } id && world.Vendors.On(side).Account.Find(kind.On(side), id) is { IsAnchor: true });

    private T? Pick<T>(List<T> from)
        where T : class => from.Count == 0 ? null : from[random.Next(from.Count)];
}
