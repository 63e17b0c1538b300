using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SyncFunctions.Vendors.ConnectWise;

/// <summary>What a record must be like, in the vendor's language of conditions.</summary>
/// <param name="text">As it was sent; blank is no condition.</param>
/// <param name="fieldAt">The value at a path such as <c>board/name</c>, numbers as decimals; null where there is no such field.</param>
internal sealed class Conditions<T>(string text, Func<string, Func<T, object?>?> fieldAt)
{
    private readonly string _text = text;
    private int _at;

    /// <summary>Terms outside all brackets that must hold: path, operator, value.</summary>
    public List<(string Path, string Operator, object? Value)> Musts { get; } = [];

    /// <exception cref="FormatException">The text is not in the language.</exception>
    public Func<T, bool> Read()
    {
        if (string.IsNullOrWhiteSpace(_text))
            return _ => true;
        var test = Or(isTop: true);
        return End() ? test : throw Wrong("the end");
    }

    private Func<T, bool> Or(bool isTop)
    {
        var tests = new List<Func<T, bool>> { And(isTop) };
        while (Word("or"))
            tests.Add(And(isTop: false));
        if (tests.Count > 1)
            Musts.Clear();
        return tests is [var only] ? only : value => tests.Any(test => test(value));
    }

    private Func<T, bool> And(bool isTop)
    {
        var tests = new List<Func<T, bool>> { Term(isTop) };
        while (Word("and"))
            tests.Add(Term(isTop));
        return tests is [var only] ? only : value => tests.All(test => test(value));
    }

    private Func<T, bool> Term(bool isTop)
    {
        if (Word("not"))
        {
            var inner = Term(isTop: false);
            return value => !inner(value);
        }

        if (Take("("))
        {
            var group = Or(isTop: false);
            return Take(")") ? group : throw Wrong(")");
        }

        var path = Path();
        var field = fieldAt(path) ?? throw new FormatException($"There is no field {path}.");
        var isNot = Word("not");
        if (Word("in"))
        {
            var values = List();
            return value => values.Any(one => Same(field(value), one)) != isNot;
        }

        if (Word("contains"))
            return Value() as string is { } part ? value => (field(value) as string)?.Contains(part, StringComparison.OrdinalIgnoreCase) == !isNot : throw Wrong("a text");
        if (Word("like"))
            return Value() as string is { } pattern ? value => (field(value) is string own && IsLike(own, pattern)) != isNot : throw Wrong("a text");

        var compare = new[] { "!=", "<=", ">=", "==", "=", "<", ">" }.FirstOrDefault(Take) ?? throw Wrong("an operator");
        var wanted = Value();
        if (isTop)
            Musts.Add((path, compare, wanted));
        return compare switch
        {
            "=" or "==" => value => Same(field(value), wanted),
            "!=" => value => !Same(field(value), wanted),
            _ => value => field(value) is { } own && wanted is not null && SimValues.Order.Compare(own, wanted) is var order
                && (compare[0] == '<' ? order < 0 : order > 0) | (compare.Length == 2 && order == 0),
        };
    }

    private static bool Same(object? own, object? wanted) => own is null || wanted is null
        ? own is null && wanted is null
        : own.GetType() == wanted.GetType() && SimValues.Order.Compare(own, wanted) == 0;

    private static bool IsLike(string own, string pattern) => Regex.IsMatch(
        own, "^" + Regex.Escape(pattern).Replace(@"\*", ".*").Replace("%", ".*") + "$", RegexOptions.IgnoreCase | RegexOptions.Singleline, TimeSpan.FromSeconds(1));

    private List<object?> List()
    {
        if (!Take("("))
            throw Wrong("(");
        var values = new List<object?> { Value() };
        while (Take(","))
            values.Add(Value());
        return Take(")") ? values : throw Wrong(")");
    }

    private object? Value()
    {
        Skip();
        if (Take("\""))
            return Quoted();
        if (Take("["))
        {
            var end = _text.IndexOf(']', _at);
            if (end < 0 || !SimFormat.TryMoment(_text[_at..end], out var time))
                throw Wrong("a time in brackets");
            _at = end + 1;
            return time;
        }

        if (Word("true"))
            return true;
        if (Word("false"))
            return false;
        if (Word("null"))
            return null;
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] is '.' or '-'))
            _at++;
        return decimal.TryParse(_text[start.._at], CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("a value");
    }

    private string Quoted()
    {
        var value = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            switch (_text[_at])
            {
                case '"':
                    _at++;
                    return value.ToString();
                case '\\' when _at + 1 < _text.Length:
                    value.Append(_text[++_at]);
                    break;
                default:
                    value.Append(_text[_at]);
                    break;
            }
        }

        throw Wrong("the end of a text");
    }

    private string Path()
    {
        Skip();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '/' or '_'))
            _at++;
        return _at > start ? _text[start.._at] : throw Wrong("a field");
    }

    private bool Word(string word)
    {
        Skip();
        var end = _at + word.Length;
        if (string.Compare(_text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0 || (end < _text.Length && char.IsAsciiLetterOrDigit(_text[end])))
            return false;
        _at = end;
        return true;
    }

    private bool Take(string symbol)
    {
        Skip();
        if (string.CompareOrdinal(_text, _at, symbol, 0, symbol.Length) != 0)
            return false;
        _at += symbol.Length;
        return true;
    }

    private bool End()
    {
        Skip();
        return _at == _text.Length;
    }

    private void Skip()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private FormatException Wrong(string expected) => new($"The conditions are not valid: {expected} is missing at {_at + 1}.");
}
