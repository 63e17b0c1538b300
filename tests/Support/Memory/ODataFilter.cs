using System.Globalization;
using System.Text.Json;

namespace SyncFunctions.Tests.Support;

/// <summary>A filter of a table query: comparisons of a property with a literal, joined by and, or and parentheses.</summary>
internal sealed class ODataFilter
{
    private static readonly ODataFilter All = new(_ => true, KeySpans.All, KeySpans.All);
    private readonly Func<MemoryRow, bool> _matches;

    private ODataFilter(Func<MemoryRow, bool> matches, KeySpans partitions, KeySpans rows) => (_matches, Partitions, Rows) = (matches, partitions, rows);

    /// <summary>No partition outside of these can match.</summary>
    public KeySpans Partitions { get; }

    /// <summary>No row key outside of these can match.</summary>
    public KeySpans Rows { get; }

    public static ODataFilter Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return All;
        var tokens = new Tokens(text);
        var filter = ParseOr(tokens);
        return tokens.Peek() is null ? filter : throw new FormatException($"The filter goes on after its end: {text}");
    }

    public bool Matches(MemoryRow row) => _matches(row);

    private static ODataFilter ParseOr(Tokens tokens)
    {
        var left = ParseAnd(tokens);
        while (tokens.Peek() == "or")
        {
            tokens.Next();
            var (first, second) = (left, ParseAnd(tokens));
            left = new(row => first._matches(row) || second._matches(row), first.Partitions.Or(second.Partitions), first.Rows.Or(second.Rows));
        }

        return left;
    }

    private static ODataFilter ParseAnd(Tokens tokens)
    {
        var left = ParseOne(tokens);
        while (tokens.Peek() == "and")
        {
            tokens.Next();
            var (first, second) = (left, ParseOne(tokens));
            left = new(row => first._matches(row) && second._matches(row), first.Partitions.And(second.Partitions), first.Rows.And(second.Rows));
        }

        return left;
    }

    private static ODataFilter ParseOne(Tokens tokens)
    {
        var name = tokens.Next();
        if (name == "(")
        {
            var inner = ParseOr(tokens);
            return tokens.Next() == ")" ? inner : throw new FormatException("A parenthesis is not closed.");
        }

        var (sign, literal) = (tokens.Next(), tokens.Next());
        if (name is "PartitionKey" or "RowKey" && literal.StartsWith('\''))
        {
            var key = Unquoted(literal);
            var spans = KeySpans.Of(sign, key);
            return name == "PartitionKey"
                ? new(row => Holds(sign, string.CompareOrdinal(row.Partition, key)), spans, KeySpans.All)
                : new(row => Holds(sign, string.CompareOrdinal(row.Key, key)), KeySpans.All, spans);
        }

        if (name == "Timestamp")
        {
            var time = TimeOf(literal);
            return new(row => Holds(sign, row.At.CompareTo(time)), KeySpans.All, KeySpans.All);
        }

        var compare = Comparison(literal);
        return new(row => row.Properties.TryGetProperty(name, out var value) && Holds(sign, compare(value)), KeySpans.All, KeySpans.All);
    }

    private static Func<JsonElement, int> Comparison(string literal)
    {
        if (literal.StartsWith("datetime'", StringComparison.Ordinal))
        {
            var time = TimeOf(literal);
            return value => value.GetDateTimeOffset().CompareTo(time);
        }

        if (literal.StartsWith('\''))
        {
            var text = Unquoted(literal);
            return value => string.CompareOrdinal(value.GetString(), text);
        }

        if (bool.TryParse(literal, out var flag)) return value => value.GetBoolean().CompareTo(flag);
        var number = double.Parse(literal.TrimEnd('L'), CultureInfo.InvariantCulture);
        return value => value.GetDouble().CompareTo(number);
    }

    private static DateTimeOffset TimeOf(string literal) => DateTimeOffset.Parse(literal["datetime'".Length..^1], CultureInfo.InvariantCulture);

    private static string Unquoted(string literal) => literal[1..^1].Replace("''", "'", StringComparison.Ordinal);

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

    /// <summary>Parentheses, literals in quotes (a quote inside is doubled), and words.</summary>
    private sealed class Tokens
    {
        private readonly string _text;
        private int _at;
        private string? _next;

        public Tokens(string text)
        {
            _text = text;
            _next = Read();
        }

        public string? Peek() => _next;

        public string Next()
        {
            var token = _next ?? throw new FormatException($"The filter ends too early: {_text}");
            _next = Read();
            return token;
        }

        private string? Read()
        {
            while (_at < _text.Length && _text[_at] == ' ') _at++;
            if (_at == _text.Length) return null;
            var start = _at;
            if (_text[_at] is '(' or ')') return _text[_at++] == '(' ? "(" : ")";
            while (_at < _text.Length && _text[_at] is not (' ' or '(' or ')'))
            {
                if (_text[_at++] == '\'') SkipLiteral();
            }

            return _text[start.._at];
        }

        private void SkipLiteral()
        {
            for (; _at < _text.Length; _at++)
            {
                if (_text[_at] != '\'') continue;
                if (_at + 1 < _text.Length && _text[_at + 1] == '\'') _at++;
                else break;
            }

            _at++;
        }
    }
}
