using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SyncFunctions.Engine;

/// <summary>How alike two names are, for lists in which a person chooses. Nothing is ever linked by this alone.</summary>
public static class Suggestions
{
    /// <summary>Below this two names have nothing to do with each other.</summary>
    public const double Worthwhile = 0.5;

    private static readonly ImmutableHashSet<string> LegalForms =
        ["ltd", "limited", "inc", "llc", "plc", "gmbh", "ag", "kg", "sa", "sarl", "srl", "bv", "nv", "pty", "co", "corp", "company", "oy", "ab", "as", "the", "and"];

    /// <summary>From 0 to 1: the share of words that both names have, without accents, letter case and legal forms.</summary>
    public static double NameScore(string a, string b)
    {
        var (left, right) = (Words(a), Words(b));
        if (left.Count == 0 || right.Count == 0) return 0;
        return 2.0 * left.Intersect(right).Count() / (left.Count + right.Count);
    }

    private static HashSet<string> Words(string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var rune in FieldText.Decomposed(name).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark) continue;
            plain.Append(Rune.IsLetterOrDigit(rune) ? Rune.ToLowerInvariant(rune).ToString() : " ");
        }

        return plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !LegalForms.Contains(word)).ToHashSet();
    }
}
