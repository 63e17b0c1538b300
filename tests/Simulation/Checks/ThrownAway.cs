using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;

namespace SyncFunctions.Simulation.Checks;

/// <summary>A record that was archived since its counterpart was deleted, though somebody had edited it and the app had seen that: then it is made anew instead.</summary>
internal static class ThrownAway
{
    /// <returns>What was thrown away; null where nothing was.</returns>
    public static string? Find(FakeWorld world, FieldRule[] rules, KindPair kind, Side side, FakeRecord record, FakeEvent ended)
    {
        // Archived first: that goes over like any other change, and what is archived is not made anew.
        if (KindPair.IsArchived(ended.Before)) return null;
        var own = world.History.Of(side, record.Kind, record.Id);
        if (own.FirstOrDefault(happened => happened is { By: Actor.Sync, Verb: Verb.Edit } && happened.Number > ended.Number && KindPair.IsArchived(happened.After)) is not { } archived) return null;

        // What had reached an earlier counterpart by the time that one went into the one that was deleted was not lost by the app: its link came along.
        var names = own.Select(happened => Tokens.Of(happened.After)).Where(name => name.Length > 0).ToHashSet();
        var carriers = WentInto(world, ended.Side, ended.Kind, ended.Id).Where(earlier => names.Contains(Tokens.Of(earlier)));
        var story = own.Concat(world.History.Of(ended.Side, ended.Kind, ended.Id)).Concat(carriers.SelectMany(earlier => world.History.Of(ended.Side, ended.Kind, earlier.Id))).OrderBy(happened => happened.Number).ToList();
        foreach (var rule in rules.Where(rule => rule.Kind == kind && rule is { Flow: Flow.BothWays, KeepsBlanks: false, IsSet: false, IsReference: false, IsLifecycle: false, IsInside: false }))
        {
            var settled = story.FindLast(happened => happened.Number < archived.Number && happened.After.ContainsKey(rule.On(happened.Side)) && (happened.By == Actor.Sync || IsTypedThereToo(happened)))?.Number ?? 0;
            var edits = own.Where(happened => happened is { By: Actor.User, Verb: Verb.Edit } && happened.Number > settled && happened.Number <= archived.Seen && happened.After.ContainsKey(rule.On(side))).ToList();
            if (edits.Count == 0) continue;
            var (before, after) = (edits[0].Before.Find(rule.On(side))!, edits[^1].After.Find(rule.On(side))!);
            var lost = rule.Normal(world, side, after);
            if (after.IsBlank || lost == rule.Normal(world, side, before) || lost == rule.Normal(world, ended.Side, ended.Before.Find(rule.On(ended.Side)) ?? FieldValue.None)) continue;
            return Lost(rule, edits[^1], after);

            // Somebody put the same into both, whichever came first: then it was there.
            bool IsTypedThereToo(FakeEvent happened)
            {
                var other = happened.Side.Other();
                return story.FindLast(edit => edit.Number < happened.Number && edit.Side == other && edit.After.ContainsKey(rule.On(other))) is { } typed &&
                    rule.Normal(world, other, typed.After.Find(rule.On(other))!) == rule.Normal(world, happened.Side, happened.After.Find(rule.On(happened.Side))!);
            }
        }

        return null;

        string Lost(FieldRule rule, FakeEvent edit, FieldValue after) =>
            $"{rule.Name} was set to '{after}' (#{edit.Number}) and was not yet in {ended.Side} {ended.Id} when that was deleted (#{ended.Number}); #{archived.Number} archived {record.Id} all the same.\n    {string.Join("\n    ", story)}";
    }

    /// <summary>The records that were merged into one, and into those.</summary>
    private static IEnumerable<FakeRecord> WentInto(FakeWorld world, Side side, string kind, string id) =>
        world.On(side).Account.All(kind).Where(record => record.MergedInto == id).SelectMany(record => WentInto(world, side, kind, record.Id).Prepend(record));
}
