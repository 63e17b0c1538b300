using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SyncFunctions.Connectors.Partner;

namespace SyncFunctions.Conformance;

/// <summary>A rule of the contract, as it stands there behind its number.</summary>
public sealed partial record Rule(string Number, string Text)
{
    private const int LongestText = 150;

    /// <summary>In the order of their numbers.</summary>
    public static ImmutableArray<Rule> All { get; } =
    [
        .. Marked().Matches(PartnerCatalog.Contract)
            .Select(match => new Rule(match.Groups["number"].Value, Sentence(match.Groups["text"].Value)))
            .OrderBy(rule => rule.Number, StringComparer.Ordinal),
    ];

    private static string Sentence(string text)
    {
        var line = Spaces().Replace(text, " ").Trim();
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        line = end < 0 ? line.TrimEnd('\'') : line[..(end + 1)];
        return line.Length <= LongestText ? line : line[..LongestText] + "…";
    }

    [GeneratedRegex(@"\[(?<number>[A-Z][0-9])\]\s+(?<text>[^\[]{1,600}?)(?=\[[A-Z][0-9]\]|\n\s*\n|\n\s*(?:responses|parameters|security|requestBody|headers):|'\n)", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Marked();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
