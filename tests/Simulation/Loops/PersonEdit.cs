using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Loops;

/// <summary>Somebody changes a person in one of the systems.</summary>
/// <param name="At">From the beginning.</param>
/// <param name="IsHeard">A webhook tells of it; otherwise it is found by a poll.</param>
public sealed record PersonEdit(TimeSpan At, int Person, string System, FieldSet Fields, bool IsHeard)
{
    private static readonly string[] Texts = ["first", "last", "tel"];
    private static readonly string[] Tags = ["board", "donor", "friend"];

    /// <summary>A schedule for one person: bursts and pauses, this side and that, both at once, the same fields and others.</summary>
    public static IEnumerable<PersonEdit> Schedule(Random random, int person, IReadOnlyList<string> systems)
    {
        var at = TimeSpan.FromSeconds(random.Next(3600));
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            at += random.Next(5) switch
            {
                0 => TimeSpan.Zero,
                1 => TimeSpan.FromSeconds(random.Next(60)),
                2 or 3 => TimeSpan.FromMinutes(random.Next(1, 40)),
                _ => TimeSpan.FromMinutes(random.Next(40, 90)),
            };
            var system = systems[random.Next(systems.Count)];
            yield return new PersonEdit(at, person, system, Something(random), random.Next(2) == 0);
            if (random.Next(4) == 0) yield return new PersonEdit(at, person, systems.First(other => other != system), Something(random), random.Next(2) == 0);
        }
    }

    private static FieldSet Something(Random random)
    {
        if (random.Next(4) == 0) return FieldSet.Of(("tags", new FieldValue.Set(Tags.Where(_ => random.Next(2) == 0))));
        var changed = FieldSet.Empty;
        for (var count = random.Next(1, 3); count > 0; count--) changed = changed.With(Texts[random.Next(Texts.Length)], random.Next(6) == 0 ? FieldValue.None : FieldValue.Of($"v{random.Next(4)}"));
        return changed;
    }
}
