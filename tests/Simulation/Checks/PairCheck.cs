using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Checks;

/// <summary>Two records that are linked: every field agrees, and what people last typed is there, or its loss was told.</summary>
internal sealed class PairCheck(FakeWorld world, Stored stored, List<Finding> findings, KindPair kind, Link link, FakeRecord left, FakeRecord right)
{
    private readonly List<FakeEvent> _story =
        [.. Sides.Both.SelectMany(side => StoryOf(world, side, kind, Tokens.Of(side == Side.Left ? left : right))).OrderBy(happened => happened.Number)];

    private readonly DateTimeOffset? _joinedAt = stored.LogOf(link).Where(entry => entry.Code == "linked").Select(entry => (DateTimeOffset?)entry.At).Max();

    /// <summary>When the link came over to one of them from a record that was merged into it.</summary>
    private readonly DateTimeOffset? _movedAt = stored.LogOf(link).Where(entry => entry.Code == "merged").Select(entry => (DateTimeOffset?)entry.At).Max();

    public void Judge(FieldRule rule)
    {
        var (a, b) = (left.Get(rule.Left), right.Get(rule.Right));
        var (ours, theirs) = (rule.Normal(world, Side.Left, a), rule.Normal(world, Side.Right, b));

        // Only one side has a word for it.
        if (ours is null || theirs is null) return;
        if (rule.IsReference && (IsNowhereElse(Side.Left, a) || IsNowhereElse(Side.Right, b))) return;
        if (ours != theirs && !IsKeptBlank(rule, a, b) && !IsUnownedAndAlone(rule, a, b) && !IsMadeOfOwners(rule, a, b)) Add("not equal", rule, $"left has '{a}', right has '{b}'");
        else if (rule.IsSet) JudgeElements(rule, a);
        else JudgeLast(rule, ours, theirs);
    }

    /// <summary>The last edit of a side that may have its way is what both sides show.</summary>
    private void JudgeLast(FieldRule rule, string ours, string theirs)
    {
        var edits = Edits(rule).ToList();
        if (edits.LastOrDefault() is not { } last || !IsOfThese(last) || WasMerged()) return;
        var value = last.After.Find(rule.On(last.Side))!;
        if (rule.Normal(world, last.Side, value) is not { } wanted || wanted == ours || wanted == theirs) return;
        var kept = rule.AfterBoth(world, last.Side, value);
        if (kept == ours || kept == theirs) return;
        if (rule.IsReference && IsNowhereElse(last.Side, value)) return;

        // It points at the record that another one was merged into: for the app that is the same one still, and an edit of the other side is the last word.
        if (rule.IsReference && last.By == Actor.Vendor && !value.IsBlank) return;
        if (value.IsBlank && (rule.KeepsBlanks || rule.IsReference || _joinedAt >= last.At || HadNoBase(rule, last))) return;
        if (last.Raced.Contains(rule.On(last.Side)) || IsToldConflict(rule, last) || WasDecided(rule, last) || WasFirstSight(rule, last) || IsBackWhereItWas(rule, last)) return;
        Add("lost change", rule, $"{last.Side} was set to '{value}' last (#{last.Number}, {last.At:HH:mm:ss}), but left has '{left.Get(rule.Left)}' and right has '{right.Get(rule.Right)}', and no conflict was told");
    }

    /// <summary>An element is there if and only if it was put in last, not taken out.</summary>
    private void JudgeElements(FieldRule rule, FieldValue final)
    {
        var items = (final as FieldValue.Set)?.Items ?? [];
        if (!Edits(rule).All(IsOfThese) || WasMerged()) return;
        var touched = new Dictionary<string, (bool Added, FakeEvent By)>();
        var wished = new Dictionary<(string Item, Side Side), bool>();
        var disputed = new HashSet<string>();
        foreach (var edit in Edits(rule))
        {
            var field = rule.On(edit.Side);
            var before = (edit.Before.Find(field) as FieldValue.Set)?.Items ?? [];
            var after = (edit.After.Find(field) as FieldValue.Set)?.Items ?? [];
            foreach (var item in after.Except(before).Union(before.Except(after)))
            {
                // Opposite wishes of both sides: whichever came first for the app may win, also where a side took its own word back unseen.
                if (wished.TryGetValue((item, edit.Side.Other()), out var other) && other != after.Contains(item)) disputed.Add(item);
                wished[(item, edit.Side)] = after.Contains(item);
                touched[item] = (after.Contains(item), edit);
            }
        }

        foreach (var (item, (added, by)) in touched)
        {
            if (items.Contains(item) == added || disputed.Contains(item) || by.Raced.Contains(rule.On(by.Side)) || WasDecided(rule, by) || WasFirstSight(rule, by) || Edits(rule).Any(edit => edit.Raced.Contains(rule.On(edit.Side)))) continue;
            Add("lost change", rule, $"'{item}' was {(added ? "put in" : "taken out")} on {by.Side} (#{by.Number}), and both sides now have '{final}'");
        }
    }

    /// <summary>What people, or a system by itself, did to the field on a side whose word counts.</summary>
    private IEnumerable<FakeEvent> Edits(FieldRule rule) => _story.Where(happened => happened.By != Actor.Sync && rule.Owns(happened.Side) && IsEdit(rule, happened));

    private static bool IsEdit(FieldRule rule, FakeEvent happened) =>
        happened.After.Find(rule.On(happened.Side)) is { } after &&
        (happened.Verb == Verb.Create ? !after.IsBlank : happened.Before.Find(rule.On(happened.Side)) is { } before && !before.Equals(after));

    /// <summary>Of two records one was made: whose value is the later one says nothing any more.</summary>
    private bool WasMerged() => world.History.Events.Any(happened =>
        happened.Verb == Verb.Merge && _story.Exists(of => of.Side == happened.Side && of.Kind == happened.Kind && of.Id == happened.MergedInto));

    private long MadeAt(FakeRecord record) => world.History.Of(record == left ? Side.Left : Side.Right, record.Kind, record.Id)[0].Number;

    /// <summary>Changed and changed back while the app did not write the field: nobody can see that anything happened.</summary>
    private bool IsBackWhereItWas(FieldRule rule, FakeEvent last)
    {
        var (field, value) = (rule.On(last.Side), last.After.Find(rule.On(last.Side))!);
        foreach (var earlier in _story.AsEnumerable().Reverse().Where(happened => happened.Number <= last.Number && happened.After.ContainsKey(rule.On(happened.Side))))
        {
            if (earlier.By == Actor.Sync) return false;
            if (earlier.Side == last.Side && earlier.Verb == Verb.Edit && rule.Normal(world, last.Side, earlier.Before.Find(field)!) == rule.Normal(world, last.Side, value)) return true;
        }

        return false;
    }

    /// <summary>
    /// The first writes after the two were linked were refused, and they had not shown the same before the edit: they never agreed on the field,
    /// and without a base a blank does not win.
    /// </summary>
    private bool HadNoBase(FieldRule rule, FakeEvent edit)
    {
        if (_joinedAt is not { } joined || !stored.LogOf(link).Any(entry => entry.At >= joined && entry.At <= edit.At && entry.Code.StartsWith("failed-", StringComparison.Ordinal))) return false;
        var since = _story.FindAll(happened => happened.At > joined && happened.Number < edit.Number && IsOfThese(happened) && happened.After.ContainsKey(rule.On(happened.Side)));
        return since.TrueForAll(happened => happened.By != Actor.Sync) && since.Select(happened => happened.At).Prepend(joined).All(at => NormalAt(rule, Side.Left, at) != NormalAt(rule, Side.Right, at));
    }

    private string? NormalAt(FieldRule rule, Side side, DateTimeOffset at) =>
        _story.FindLast(happened => happened.Side == side && happened.At <= at && IsOfThese(happened) && happened.After.ContainsKey(rule.On(side))) is { } shown ? rule.Normal(world, side, shown.After.Find(rule.On(side))!) : "";

    /// <summary>What was typed into a record that was deleted since went with it.</summary>
    private bool IsOfThese(FakeEvent happened) => happened.Id == (happened.Side == Side.Left ? left.Id : right.Id);

    /// <summary>Of the record, and of those that stood for the same thing on its side before it.</summary>
    private static IEnumerable<FakeEvent> StoryOf(FakeWorld world, Side side, KindPair kind, string token) =>
        world.On(side).Account.All(kind.On(side)).Where(record => Tokens.Of(record) == token).SelectMany(record => world.History.Of(side, record.Kind, record.Id));

    private static bool IsKeptBlank(FieldRule rule, FieldValue a, FieldValue b) => rule.KeepsBlanks && (a.IsBlank || b.IsBlank);

    /// <summary>The owner has had no value since the two are linked, and so none that could go over the one that the other side's record has.</summary>
    private bool IsUnownedAndAlone(FieldRule rule, FieldValue a, FieldValue b) =>
        rule.Flow != Flow.BothWays && (rule.Owns(Side.Left) ? a : b).IsBlank &&
        !_story.Exists(happened => happened is { By: Actor.Sync, Verb: Verb.Edit } && IsOfThese(happened) && !(happened.At <= _movedAt) && happened.Number > Math.Max(MadeAt(left), MadeAt(right)) && !rule.Owns(happened.Side) && happened.After.ContainsKey(rule.On(happened.Side)));

    /// <summary>The side without a say shows what its system makes of the owner's value.</summary>
    private bool IsMadeOfOwners(FieldRule rule, FieldValue a, FieldValue b) => rule.Flow switch
    {
        Flow.LeftOwns => rule.AfterOther(world, Side.Left, a) == rule.Normal(world, Side.Right, b),
        Flow.RightOwns => rule.AfterOther(world, Side.Right, b) == rule.Normal(world, Side.Left, a),
        _ => false,
    };

    private bool IsToldConflict(FieldRule rule, FakeEvent lost) => stored.LogOf(link).Any(entry =>
        entry.Code == "conflict" && entry.At >= lost.At && entry.Values.GetValueOrDefault("field") == rule.Name);

    /// <summary>A person put another value in its place, by a tool.</summary>
    private bool WasDecided(FieldRule rule, FakeEvent edit) =>
        _story.Exists(write => write is { By: Actor.Sync, Tool: ByHand.Push or ByHand.Restore } && write.Number > edit.Number && write.After.ContainsKey(rule.On(write.Side)));

    /// <summary>Where both had a value before they were linked nobody can tell which is the newer one: one side's goes over. A blank does not.</summary>
    private bool WasFirstSight(FieldRule rule, FakeEvent edit) =>
        edit.At <= _joinedAt && _story.Exists(other => other.Side != edit.Side && other.By != Actor.Sync && other.At <= _joinedAt && other.After.Find(rule.On(other.Side)) is { IsBlank: false });

    private bool IsNowhereElse(Side side, FieldValue value) =>
        value is FieldValue.Reference { RecordId: var id } &&
        (stored.Kinds["company"].Of(side, id) is not { } company || world.On(side.Other()).Account.Find(KindPair.Company.On(side.Other()), company.IdOn(side.Other())!) is not { Gone: false });

    private void Add(string broken, FieldRule rule, string detail)
    {
        var lines = stored.LogOf(link).Reverse().Select(entry => $"log {entry.At:HH:mm:ss} {entry.Code}: {entry.Text}");
        findings.Add(new Finding(broken, $"{kind.Name}.{rule.Name} of {left.Id} = {right.Id} ({link.Id}): {detail}.\n    {string.Join("\n    ", _story)}\n    {string.Join("\n    ", lines)}"));
    }
}
