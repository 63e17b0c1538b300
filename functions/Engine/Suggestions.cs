using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <param name="Value">From 0 to 1.</param>
/// <param name="Reasons">What the two have in common, in words.</param>
public sealed record Likeness(double Value, ImmutableArray<string> Reasons)
{
    public bool IsWorthwhile => Value >= Suggestions.Worthwhile;
}

/// <summary>How alike two unlinked records are, for lists in which a person chooses. Nothing is ever linked by this alone.</summary>
public static class Suggestions
{
    /// <summary>Below this two records have nothing to do with each other.</summary>
    public const double Worthwhile = 0.4;

    /// <summary>Each thing in common makes what is left of the doubt smaller by its part.</summary>
    public static Likeness Score(Marks a, Marks b)
    {
        var reasons = ImmutableArray.CreateBuilder<string>();
        var doubt = 1.0;
        Count(Share(a.Name, b.Name), atLeast: 0.5, part: 0.85, "same name", "similar name");
        Count(a.MailDomains.Intersect(b.MailDomains).Any() ? 1 : 0, atLeast: 1, part: 0.5, "same mail or web domain", "");
        Count(a.Phones.Intersect(b.Phones).Any() ? 1 : 0, atLeast: 1, part: 0.6, "same phone", "");
        Count(Share(a.Address, b.Address), atLeast: 0.6, part: 0.4, "same address", "similar address");
        return new Likeness(Math.Round(1 - doubt, 2), reasons.ToImmutable());

        void Count(double share, double atLeast, double part, string same, string similar)
        {
            if (share < atLeast) return;
            doubt *= 1 - (part * share);
            reasons.Add(share >= 1 ? same : similar);
        }
    }

    public static Likeness Score(Record a, Record b) => Score(Marks.Of(a), Marks.Of(b));

    /// <summary>The share of words that both have.</summary>
    private static double Share(ImmutableArray<string> a, ImmutableArray<string> b) =>
        a.IsEmpty || b.IsEmpty ? 0 : 2.0 * a.Intersect(b).Count() / (a.Length + b.Length);
}
