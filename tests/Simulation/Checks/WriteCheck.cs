using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Checks;

/// <summary>What the app wrote: only what it may, not more than needed, not against a lock, and never unsaid.</summary>
internal sealed class WriteCheck(FakeWorld world, Intents intents, FlowSettings settings, Stored stored, List<Finding> findings)
{
    /// <summary>The lock counts from the time that the vendor tells, and its clock may be wrong by ten minutes; calls take their time.</summary>
    private static readonly TimeSpan LockTolerance = TimeSpan.FromMinutes(15);

    private readonly FieldRule[] _rules = FieldRule.Of(settings);

    public void Judge()
    {
        foreach (var told in stored.Log.Where(entry => entry.Code == "conflict")) JudgeConflict(told);
        foreach (var happened in world.History.Events.Where(happened => happened.By == Actor.Sync)) JudgeOne(happened);
        foreach (var kind in KindPair.All)
        {
            foreach (var link in stored.Kinds[kind.Name].Links.Where(link => link is { LeftId: not null, RightId: not null })) JudgePair(kind, link);
        }
    }

    private void JudgeOne(FakeEvent written)
    {
        foreach (var rule in _rules.Where(rule => rule.Kind.On(written.Side) == written.Kind && written.After.ContainsKey(rule.On(written.Side))))
        {
            if (rule.IsStatus && written.Asked.Find(rule.On(written.Side)) is { IsBlank: false } word && rule.Normal(world, written.Side, word) is null)
                findings.Add(new Finding("written without a word for it", $"{rule.Kind.Name}.{rule.Name}: {written.Side} does not know '{word}': {written}"));

            // A joined record may get what only its creation gives; put back is what the owner has. What a tenant narrowed does not bind a person.
            var owns = written.Tool is ByHand.Push or ByHand.Restore ? Array.Find(FieldRule.All, own => own.Kind == rule.Kind && own.Name == rule.Name)! : rule;
            if (written.Verb != Verb.Edit || owns.Flow == Flow.BothWays || !owns.Owns(written.Side) || rule.Initially) continue;
            findings.Add(new Finding("written by a side that may not", $"{rule.Kind.Name}.{rule.Name} belongs to {written.Side}, and the app wrote it there: {written}"));
        }

        // What a tenant lets rest is written by a person only.
        if (written is { Verb: Verb.Edit, Tool: null } && Array.Find(FieldRule.All, rule => IsOff(rule) && rule.Kind.On(written.Side) == written.Kind && written.After.ContainsKey(rule.On(written.Side))) is { } off)
            findings.Add(new Finding("written though it is off", $"{off.Kind.Name}.{off.Name}: {written}"));

        if (settings.Direction == Direction.LeftToRight && written.Side == Side.Left) findings.Add(new Finding("written by a side that may not", $"The flow goes to right only: {written}"));
        JudgeEnd(written);
    }

    private bool IsOff(FieldRule rule) => rule is { IsLifecycle: false, Initially: false } && !Array.Exists(_rules, known => known.Kind == rule.Kind && known.Name == rule.Name);

    /// <summary>Who deletes or archives a record needs a counterpart that is gone, or archived, and a policy that says so.</summary>
    private void JudgeEnd(FakeEvent written)
    {
        if (written.Verb is not (Verb.Delete or Verb.Edit) || written.Tool is ByHand.Push or ByHand.Restore || (written.Verb == Verb.Edit && !KindPair.IsArchived(written.After))) return;
        var kind = Array.Find(KindPair.All, pair => pair.On(written.Side) == written.Kind)!;
        var (chosen, other) = (settings.Kind(kind.Name), written.Side.Other());
        var own = world.History.Of(written.Side, written.Kind, written.Id).Where(happened => happened.Number <= written.Number).ToList();
        var names = own.Select(happened => Tokens.Of(happened.After)).Where(name => name.Length > 0).ToHashSet();
        var links = stored.Kinds[kind.Name].Links.Where(link => link.IdOn(written.Side) is { } id && (id == written.Id || WentInto(written.Side, written.Kind, id).Contains(written.Id))).ToList();
        var linked = links.Select(link => link.IdOn(other)).OfType<string>().SelectMany(id => WentInto(other, kind.On(other), id).Append(id)).ToHashSet();
        var stories = world.On(other).Account.All(kind.On(other)).Where(record => linked.Contains(record.Id) || names.Contains(Tokens.Of(record)))
            .SelectMany(record => world.History.Of(other, record.Kind, record.Id)).Where(happened => happened.Number < written.Number && happened.By != Actor.Sync).ToList();
        var gone = stories.Exists(happened => happened.Verb is Verb.Delete or Verb.Merge);

        // What was archived before the two were linked is agreed on like every field; the choice is for what happens to them since.
        var joinedAt = links.SelectMany(stored.LogOf).Where(entry => entry.Code == "linked").Select(entry => (DateTimeOffset?)entry.At).Max();
        var archived = stories.Exists(happened => KindPair.IsArchived(happened.After) && (chosen.WhenArchived is null or LifecyclePolicy.Archive || happened.At <= joinedAt));
        if (written.Verb == Verb.Delete && !(gone && chosen.WhenGone == LifecyclePolicy.Delete)) findings.Add(new Finding("deleted by the app", $"No policy of the kind says that it is to be deleted: {written}"));
        if (written.Verb == Verb.Edit && !(gone && chosen.WhenGone is null or LifecyclePolicy.Archive) && !archived) findings.Add(new Finding("archived without a reason", $"{kind.Name}: {written}\n    {string.Join("\n    ", stories.Concat(own).OrderBy(happened => happened.Number))}"));
    }

    /// <summary>The records that were merged into one, and into those.</summary>
    private IEnumerable<string> WentInto(Side side, string kind, string id) =>
        world.On(side).Account.All(kind).Where(record => record.MergedInto == id).SelectMany(record => WentInto(side, kind, record.Id).Prepend(record.Id));

    /// <summary>Two values that are one to the pair are nothing to tell people of.</summary>
    private void JudgeConflict(LogEntry told)
    {
        var rule = Array.Find(_rules, rule => rule.Name == told.Values.GetValueOrDefault("field") && rule.Kind.Name == told.Kind && rule is { IsSet: false, IsReference: false, IsLifecycle: false, IsStatus: false });
        if (rule is null || told.Values.GetValueOrDefault("left") is not { } left || told.Values.GetValueOrDefault("right") is not { } right) return;
        if (rule.Normal(world, Side.Left, new FieldValue.Text(left)) == rule.Normal(world, Side.Right, new FieldValue.Text(right))) findings.Add(new Finding("conflict about nothing", $"{told.Kind} {told.RecordId}: {rule.Name} was '{left}' and '{right}'."));
    }

    private void JudgePair(KindPair kind, Link link)
    {
        var story = Sides.Both.SelectMany(side => world.History.Of(side, kind.On(side), link.IdOn(side)!)).OrderBy(happened => happened.Number).ToList();
        var writes = story.FindAll(happened => happened is { By: Actor.Sync, Verb: Verb.Edit });
        var edits = story.Count(happened => happened.By != Actor.Sync || happened.Tool is not null);

        // A change can be reformatted by its target and come back; a lost answer makes the pipeline ask again.
        if (writes.Count > 6 + (edits * 6)) findings.Add(new Finding("ping-pong", $"{kind.Name} {link.LeftId} = {link.RightId}: {writes.Count} writes for {edits} edits.\n    {string.Join("\n    ", story)}"));
        JudgeLog(kind, link, writes, story);
        if (intents.Times is not null || settings.LockWindow > LockTolerance) JudgeLock(kind, link, story);
    }

    private void JudgeLog(KindPair kind, Link link, List<FakeEvent> writes, List<FakeEvent> story)
    {
        // What was merged, or linked anew, was written under another link before, which has the lines of that time.
        var entries = stored.Kinds[kind.Name].Links.Where(other => other.LeftId == link.LeftId || other.RightId == link.RightId).SelectMany(stored.LogOf).Distinct().ToList();
        var rounds = writes.Select(write => write.Round).Distinct().Count() - (WentUntold(writes, story, entries) ? 1 : 0);
        var told = entries.Concat(LinesOfPassing(kind, link)).Distinct().Count(entry => entry.Code is "updated" or "archived" or "recovered" or "cut-off" || entry.Code.StartsWith("failed-", StringComparison.Ordinal));
        if (told < rounds) findings.Add(new Finding("not in the log", $"{kind.Name} {link.LeftId} = {link.RightId} ({link.Id}) was written in {rounds} pieces of work, and the log has {told} lines of it: {string.Join(", ", entries.Select(entry => entry.Code))}.\n    {string.Join("\n    ", story)}"));

        // A record to which the link went over was made, and told, under another link.
        if (story.Exists(happened => happened is { By: Actor.Sync, Verb: Verb.Create }) && !entries.Exists(entry => entry.Code == "merged") && !entries.Exists(entry => entry.Code is "created" or "recovered" or "cut-off"))
            findings.Add(new Finding("not in the log", $"{kind.Name} {link.LeftId} = {link.RightId} ({link.Id}) was created by the app, and the log does not say so: {string.Join(", ", entries.Select(entry => entry.Code))}."));
    }

    /// <summary>Whether the target of the last write went away before anybody heard of that write: whoever finds it gone can't tell what it had got from a worker that died.</summary>
    private static bool WentUntold(List<FakeEvent> writes, List<FakeEvent> story, List<LogEntry> entries) =>
        writes is [.., var last]
        && story.Find(happened => happened.Number > last.Number && happened.Side == last.Side && happened.Verb is Verb.Delete or Verb.Merge) is { } went
        && !entries.Exists(entry => entry.At >= last.At && entry.At <= went.At);

    /// <summary>A link that came over to one of the two with a merge, and went on when that one was made anew, wrote it in between; its lines name it.</summary>
    private IEnumerable<LogEntry> LinesOfPassing(KindPair kind, Link link) =>
        from other in stored.Kinds[kind.Name].Links
        where other.LeftId != link.LeftId && other.RightId != link.RightId
        let lines = stored.LogOf(other).ToList()
        where lines.Exists(line => line.Code == "merged")
        let since = lines.Where(line => line is { Side: { } side, RecordId: { } id } && link.IdOn(side) == id).Select(line => (DateTimeOffset?)line.At).Min()
        where since is not null
        from line in lines
        where line.At >= since
        select line;

    /// <summary>After a change of one side went over, the other side's changes wait for the window.</summary>
    private void JudgeLock(KindPair kind, Link link, List<FakeEvent> story)
    {
        var rules = Array.FindAll(_rules, rule => rule.Kind == kind && rule is { Flow: Flow.BothWays, IsSet: false, IsInside: false, IsReference: false });

        // A field that one side alone owns is no reason to wait for the other, but its change goes over, and locks, like any.
        var locking = Array.FindAll(_rules, rule => rule.Kind == kind && rule is { IsSet: false, IsInside: false, IsReference: false });
        var joinedAt = stored.LogOf(link).Where(entry => entry.Code == "linked").Select(entry => (DateTimeOffset?)entry.At).Max();
        (FakeEvent Edit, FakeEvent Write, TimeSpan Window)? locked = null;

        // What a person pushes goes past every lock, and sets none.
        foreach (var write in story.Where(happened => happened is { By: Actor.Sync, Verb: Verb.Edit, Tool: not (ByHand.Push or ByHand.Restore) }))
        {
            if (locked is { } ended && WasEnded(kind, link, ended.Write.At, write.At)) locked = null;
            var source = write.Side.Other();
            var cause = story.LastOrDefault(edit => edit.Number < write.Number && edit.By == Actor.User && edit.Verb == Verb.Edit && edit.Side == source && rules.Any(rule => edit.After.ContainsKey(rule.On(source)) && write.After.ContainsKey(rule.On(write.Side))));

            // Both had changed when the first of the two went over: they were planned together, and the second may be as late as a failed call makes it.
            if (locked is { } same && same.Write.Side != write.Side && (same.Write.Round == write.Round || Array.Exists(locking, rule => rule.Owns(source) && WaitedAlready(story, rule, same.Write, write))))
            {
                locked = null;
                continue;
            }

            if (cause is null || cause.At <= joinedAt) continue;

            // What was held went with its record; the deletion itself is no change that could wait.
            if (story.Exists(gone => gone.Side == source && gone.Verb is Verb.Delete or Verb.Merge && gone.Number < write.Number)) continue;

            if (locked is { } held && held.Edit.Side != source && write.At < held.Edit.At + held.Window - LockTolerance && held.Edit.At < cause.At && !WasHeldByOther(story, held.Edit, write, rules))
                findings.Add(new Finding("lock ignored", $"{kind.Name} {link.LeftId} = {link.RightId}: {held.Edit.Side} was changed by {held.Edit} and went over by #{held.Write.Number}, yet {write} was written inside the window.\n    {string.Join("\n    ", story)}"));
            if (locked is null || locked.Value.Edit.Side == source || write.At >= locked.Value.Edit.At + locked.Value.Window) locked = (cause, write, WindowAt(write.At));
        }
    }

    /// <summary>Zero where it is not certain.</summary>
    private TimeSpan WindowAt(DateTimeOffset at) => intents.Times is { } times ? times.At(at)?.Settings.LockWindow ?? TimeSpan.Zero : settings.LockWindow;

    /// <summary>A person may have ended the lock of a link in this time.</summary>
    private bool WasEnded(KindPair kind, Link link, DateTimeOffset from, DateTimeOffset until) =>
        intents.Steering.LockEnds.Exists(ended => ended.Kind == kind.Name && ended.Link == link.Id && ended.From <= until && !(ended.Until < from));

    /// <summary>A field of the write had been changed before the earlier one, and had not gone over by then.</summary>
    private static bool WaitedAlready(List<FakeEvent> story, FieldRule rule, FakeEvent earlier, FakeEvent write)
    {
        var (source, target) = (rule.On(write.Side.Other()), rule.On(write.Side));
        return write.After.ContainsKey(target) &&
            story.FindLast(edit => edit.Number < earlier.Number && edit.Side != write.Side && edit.By == Actor.User && edit.Verb == Verb.Edit && edit.After.ContainsKey(source)) is { } edited &&
            !story.Exists(sent => sent.Number > edited.Number && sent.Number < write.Number && sent.Side == write.Side && sent.By == Actor.Sync && sent.After.ContainsKey(target));
    }

    /// <summary>The write only brings its target back to what the lock's source has.</summary>
    private static bool WasHeldByOther(List<FakeEvent> story, FakeEvent locking, FakeEvent write, FieldRule[] rules) =>
        story.Exists(edit => edit.By == Actor.Vendor && edit.Number < write.Number && edit.Side == write.Side.Other() && rules.Any(rule => edit.After.ContainsKey(rule.On(edit.Side)))) && locking.Number > 0;
}
