using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;

namespace SyncFunctions.Simulation.Checks;

/// <summary>What a person wants holds: nothing is written while it is switched off, rests or was unlinked, but by the tools for people; and who only looks writes nothing.</summary>
internal sealed class SteeringCheck(FakeWorld world, Intents intents, Stored stored, List<Finding> findings)
{
    /// <summary>A worker that stood still on its way to the system comes late; nothing can call it back.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(35);

    public void Judge()
    {
        foreach (var written in world.History.Events.Where(happened => happened.By == Actor.Sync)) JudgeOne(written);
        foreach (var ended in intents.Steering.Unlinkings.Where(ended => ended.DoneAt is not null)) JudgeUnlinked(ended);
    }

    private void JudgeOne(FakeEvent written)
    {
        if (written.Tool is ByHand.Preview or ByHand.DryRun) Add("written by who only looks", $"{written}");
        if (intents.Times?.At(written.At) is { } set)
        {
            var kinds = KindsOf(written);
            if (!set.IsOn && !IsByHand(written, kinds)) Add("written while off", $"The flow was off from {set.From:dd HH:mm:ss} to {set.Until:dd HH:mm:ss}: {written}");
            else if (Array.Find(kinds, kind => !set.Settings.Kind(kind).Enabled) is { } off && !IsByHand(written, kinds)) Add("written while off", $"{off} was off from {set.From:dd HH:mm:ss} to {set.Until:dd HH:mm:ss}: {written}");
        }

        foreach (var pause in intents.Steering.Pauses.Where(pause => pause.From <= written.At && !(pause.Until <= written.At) && IsOf(pause.Kind, pause.LeftId, pause.RightId, written)))
        {
            if (written.Tool is null && !IsSurvivor(written)) Add("written while it rests", $"{pause.Kind} {pause.LeftId} = {pause.RightId} was paused from {pause.From:dd HH:mm:ss} to {pause.Until:dd HH:mm:ss}: {written}");
        }
    }

    private void JudgeUnlinked(Unlinking ended)
    {
        if (stored.Kinds[ended.Kind].Active.Any(link => link.LeftId == ended.LeftId && link.RightId == ended.RightId)) Add("linked again", $"{ended.Kind} {ended.LeftId} = {ended.RightId} was unlinked by a person at {ended.DoneAt:dd HH:mm:ss}.");
        var late = world.History.Events.FirstOrDefault(written => written is { By: Actor.Sync, Tool: null, Verb: Verb.Edit or Verb.Delete } && written.At > ended.DoneAt + Lateness && IsOf(ended.Kind, ended.LeftId, ended.RightId, written) && !IsSurvivor(written));
        if (late is not null) Add("written after unlinking", $"{ended.Kind} {ended.LeftId} = {ended.RightId} was unlinked by a person at {ended.DoneAt:dd HH:mm:ss}: {late}");
    }

    /// <summary>The tools work while all is off. What is taken up again is that record with what lives inside it, and no other.</summary>
    private bool IsByHand(FakeEvent written, string[] kinds) => written.Tool switch
    {
        null => false,
        ByHand.Replay => kinds.Append(PairOf(written).Name).Any(kind => intents.Steering.Replayed.Contains((kind, written.Side, written.Id)) || stored.Kinds[PairOf(written).Name].Links.Exists(link =>
            link.IdOn(written.Side) == written.Id && link.IdOn(written.Side.Other()) is { } other && intents.Steering.Replayed.Contains((kind, written.Side.Other(), other)))),
        _ => true,
    };

    /// <summary>The kinds of the pair to which the written fields belong: what lives inside a record is one of its own.</summary>
    private static string[] KindsOf(FakeEvent written) =>
        [.. FieldRule.All.Where(rule => rule.Kind.On(written.Side) == written.Kind && (written.Verb != Verb.Edit || written.After.ContainsKey(rule.On(written.Side))) && !(rule.IsInside && written.Verb != Verb.Edit)).Select(rule => rule.IsInside ? FakePair.Plan.Name : rule.Kind.Name).Distinct()];

    private static KindPair PairOf(FakeEvent written) => Array.Find(KindPair.All, kind => kind.On(written.Side) == written.Kind)!;

    private static bool IsOf(string kind, string? left, string? right, FakeEvent written) =>
        Array.Find(KindPair.All, pair => pair.Name == kind) is { } pair && pair.On(written.Side) == written.Kind && written.Id == (written.Side == Side.Left ? left : right);

    /// <summary>Another one was merged into it, and its link came along.</summary>
    private bool IsSurvivor(FakeEvent written) => world.History.Events.Any(happened => happened.Verb == Verb.Merge && happened.Kind == written.Kind && happened.MergedInto == written.Id);

    private void Add(string rule, string detail) => findings.Add(new Finding(rule, detail));
}
