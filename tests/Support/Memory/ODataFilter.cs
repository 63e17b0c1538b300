using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Tests.Support;

/// <summary>A filter of a table query: comparisons of a property with a literal, joined by and, or and parentheses.</summary>
internal sealed partial class ODataFilter
{
    private static readonly ODataFilter All = new(_ => true);
    private readonly Func<JsonElement, bool> _matches;

    private ODataFilter(Func<JsonElement, bool> matches) => _matches = matches;

    public static ODataFilter Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return All;
        var tokens = new Queue<string>(Token().Matches(text).Select(match => match.Value));
        var matches = ParseOr(tokens);
        return tokens.Count == 0 ? new ODataFilter(matches) : throw new FormatException($"The filter goes on after its end: {text}");
    }

    public bool Matches(JsonElement row) => _matches(row);

    private static Func<JsonElement, bool> ParseOr(Queue<string> tokens)
    {
        var left = ParseAnd(tokens);
        while (tokens.TryPeek(out var word) && word == "or")
        {
            tokens.Dequeue();
            var (first, second) = (left, ParseAnd(tokens));
            left = row => first(row) || second(row);
        }

        return left;
    }

    private static Func<JsonElement, bool> ParseAnd(Queue<string> tokens)
    {
        var left = ParseOne(tokens);
        while (tokens.TryPeek(out var word) && word == "and")
        {
            tokens.Dequeue();
            var (first, second) = (left, ParseOne(tokens));
            left = row => first(row) && second(row);
        }

        return left;
    }

    private static Func<JsonElement, bool> ParseOne(Queue<string> tokens)
    {
        var name = tokens.Dequeue();
        if (name == "(")
        {
            var inner = ParseOr(tokens);
            return tokens.Dequeue() == ")" ? inner : throw new FormatException("A parenthesis is not closed.");
        }

        var (sign, literal) = (tokens.Dequeue(), tokens.Dequeue());
        var compare = Comparison(literal);
        return row => row.TryGetProperty(name, out var value) && Holds(sign, compare(value));
    }

    private static Func<JsonElement, int> Comparison(string literal)
    {
        if (literal.StartsWith("datetime'", StringComparison.Ordinal))
        {
            var time = DateTimeOffset.Parse(literal["datetime'".Length..^1], CultureInfo.InvariantCulture);
            return value => value.GetDateTimeOffset().CompareTo(time);
        }

        if (literal.StartsWith('\''))
        {
            var text = literal[1..^1].Replace("''", "'", StringComparison.Ordinal);
            return value => string.CompareOrdinal(value.GetString(), text);
        }

        if (bool.TryParse(literal, out var flag)) return value => value.GetBoolean().CompareTo(flag);
        var number = double.Parse(literal.TrimEnd('L'), CultureInfo.InvariantCulture);
        return value => value.GetDouble().CompareTo(number);
    }

    private static bool Holds(string sign, int order) => sign switch
    {
        "eq" => order == 0,
        "ne" => order != 0,
        "lt" => order < 0,
        "le" => order <= 0,
        "gt" => order > 0,
        "ge" => order >= 0,
        _ => throw new FormatException($"Unknown comparison {sign}."),
    };

    [GeneratedRegex(@"\(|\)|(datetime)?'([^']|'')*'|[^\s()']+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
