using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>Exact matching on first sight: number, e-mail or name, as the kind says.</summary>
public static class Matching
{
    /// <summary>The keys under which a record can be found by its match, best rule first.</summary>
    public static ImmutableArray<string> Keys(KindMap kind, Record record) => [.. kind.MatchRules.Select(rule => rule.Key(record)).OfType<string>()];

    /// <summary>
    /// The candidates that the first deciding rule finds. A rule decides if both have a value for it; a candidate that an earlier
    /// rule tells apart (two different numbers) is not found by a later one (the same name).
    /// </summary>
    public static ImmutableArray<Record> Find(KindMap kind, Record record, ImmutableArray<Record> candidates, out MatchRule? decidedBy)
    {
        var open = candidates;
        foreach (var rule in kind.MatchRules)
        {
            if (open.IsEmpty) break;
            if (rule.Key(record) is not { } key) continue;
            ImmutableArray<Record> found = [.. open.Where(candidate => rule.Key(candidate) == key)];
            if (!found.IsEmpty)
            {
                decidedBy = rule;
                return found;
            }

            open = [.. open.Where(candidate => rule.Key(candidate) is null)];
        }

        decidedBy = null;
        return [];
    }
}
