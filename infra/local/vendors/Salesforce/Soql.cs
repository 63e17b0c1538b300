using System.Globalization;
using System.Text.RegularExpressions;

namespace SyncFunctions.Vendors.Salesforce;

/// <summary>A row that a query may see.</summary>
internal sealed record Row(SimRecord Record, bool IsDeleted, string? Master)
{
    public object? Value(SimAccount account, string field) => field switch
    {
        "IsDeleted" => IsDeleted,
        "MasterRecordId" => Master,
        _ => Record.Kind.Shape.Value(Record.Kind.Shape.Find(field)!, account, Record, Record.Values),
    };
}

/// <summary>What is wrong with a query, in the vendor's words.</summary>
internal sealed class SoqlException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>The vendor's query language, as far as one object at a time needs it.</summary>
internal sealed partial class Soql
{
    private readonly SimSystem _system;
    private readonly Queue<string> _tokens;

    private Soql(SimSystem system, string text)
    {
        _system = system;
        if (!string.IsNullOrWhiteSpace(Words().Replace(text, "")))
            throw new SoqlException("MALFORMED_QUERY", "unexpected character in the query");
        _tokens = new Queue<string>(Words().Matches(text).Select(match => match.Value));
    }

    public IReadOnlyList<string> Fields { get; private set; } = [];

    public bool IsCount { get; private set; }

    public SimKind Object { get; private set; } = null!;

    public Func<SimAccount, Row, bool> Where { get; private set; } = (_, _) => true;

    public IReadOnlyList<(string Field, bool Descending)> OrderBy { get; private set; } = [];

    public int? Limit { get; private set; }

    public int Offset { get; private set; }

    /// <exception cref="SoqlException">The vendor does not take it.</exception>
    public static Soql Parse(SimSystem system, string text)
    {
        var soql = new Soql(system, text);
        soql.ReadAll();
        return soql;
    }

    /// <summary>The rows in order, all of them.</summary>
    public IReadOnlyList<Row> Run(SimAccount account, bool withDeleted)
    {
        IEnumerable<Row> rows = account.Table(Object.Name).Visible(account.System.Now).ByNumber.Select(record => new Row(record, false, null));
        if (withDeleted)
        {
            rows = rows.Concat(account.Table(Kinds.RecycleBin).Truth.ByNumber
                .Where(bin => Equals(bin["Object"], Object.Name))
                .Select(bin => new Row(Kinds.Binned(account, bin), true, bin["MasterRecordId"] as string)));
        }

        var found = rows.Where(row => Where(account, row));
        if (OrderBy.Count > 0)
            found = found.Order(Comparer<Row>.Create((a, b) => Compare(account, a, b)));
        found = found.Skip(Offset);
        return [.. Limit is { } limit ? found.Take(limit) : found];
    }

    private int Compare(SimAccount account, Row a, Row b)
    {
        foreach (var (field, descending) in OrderBy)
        {
            var order = Compare(a.Value(account, field), b.Value(account, field), IsId(field));
            if (order != 0)
                return descending ? -order : order;
        }

        return 0;
    }

    private static int Compare(object? a, object? b, bool exact) =>
        exact && a is string left && b is string right ? string.CompareOrdinal(left, right) : SimValues.Order.Compare(a, b);

    private void ReadAll()
    {
        Expect("SELECT");
        if (Peek("COUNT"))
        {
            Next();
            Expect("(");
            Expect(")");
            IsCount = true;
        }
        else
        {
            Fields = ReadList();
        }

        Expect("FROM");
        var name = Next();
        Object = _system.Kind(name) is { } kind && kind.Name != Kinds.RecycleBin
            ? kind
            : throw new SoqlException("INVALID_TYPE", $"sObject type '{name}' is not supported.");
        Fields = [.. Fields.Select(Known)];
        if (Take("WHERE"))
            Where = ReadOr();
        if (Take("ORDER"))
        {
            Expect("BY");
            OrderBy = ReadOrder();
        }

        if (Take("LIMIT"))
            Limit = ReadCount();
        if (Take("OFFSET"))
            Offset = ReadCount();
        if (_tokens.Count > 0)
            throw Unexpected();
    }

    private List<string> ReadList()
    {
        var names = new List<string> { Next() };
        while (Take(","))
            names.Add(Next());
        return names;
    }

    private List<(string, bool)> ReadOrder()
    {
        var order = new List<(string, bool)>();
        do
        {
            var field = Known(Next());
            var descending = Take("DESC");
            if (!descending)
                Take("ASC");
            if (Take("NULLS"))
                Next();
            order.Add((field, descending));
        }
        while (Take(","));
        return order;
    }

    private int ReadCount() => int.TryParse(Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw Unexpected();

    private Func<SimAccount, Row, bool> ReadOr()
    {
        var left = ReadAnd();
        while (Take("OR"))
        {
            var (one, other) = (left, ReadAnd());
            left = (account, row) => one(account, row) || other(account, row);
        }

        return left;
    }

    private Func<SimAccount, Row, bool> ReadAnd()
    {
        var left = ReadTerm();
        while (Take("AND"))
        {
            var (one, other) = (left, ReadTerm());
            left = (account, row) => one(account, row) && other(account, row);
        }

        return left;
    }

    private Func<SimAccount, Row, bool> ReadTerm()
    {
        if (Take("NOT"))
        {
            var inner = ReadTerm();
            return (account, row) => !inner(account, row);
        }

        if (Take("("))
        {
            var inner = ReadOr();
            Expect(")");
            return inner;
        }

        var field = Known(Next());
        var exact = IsId(field);
        var not = Take("NOT");
        var sign = Next().ToUpperInvariant();
        switch (sign)
        {
            case "IN":
                var values = ReadValues(field);
                return (account, row) => values.Any(value => Compare(row.Value(account, field), value, exact) == 0) != not;
            case "INCLUDES" or "EXCLUDES":
                var sets = ReadValues(field).OfType<string>().Select(set => set.Split(';')).ToArray();
                return (account, row) => sets.Any(set => set.All((row.Value(account, field) as string ?? "").Split(';').Contains)) == (sign == "INCLUDES");
            case "LIKE":
                var pattern = new Regex($"^{Regex.Escape(ReadValue(field) as string ?? "").Replace("%", ".*").Replace("_", ".")}$", RegexOptions.IgnoreCase | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
                return (account, row) => row.Value(account, field) is string text && pattern.IsMatch(text);
            case "=" or "!=" or "<>" or "<" or "<=" or ">" or ">=":
                var wanted = ReadValue(field);
                return (account, row) => Holds(row.Value(account, field), sign, wanted, exact);
            default: throw Unexpected();
        }
    }

    private static bool Holds(object? value, string sign, object? wanted, bool exact)
    {
        // Nothing is less or more than any value.
        if ((value is null || wanted is null) && sign is not ("=" or "!=" or "<>"))
            return false;
        var order = Compare(value, wanted, exact);
        return sign switch
        {
            "=" => order == 0,
            "!=" or "<>" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    private List<object?> ReadValues(string field)
    {
        Expect("(");
        var values = new List<object?> { ReadValue(field) };
        while (Take(","))
            values.Add(ReadValue(field));
        Expect(")");
        return values;
    }

    /// <summary>A literal of the type that the field has: a text stands between quotes, and nothing else does.</summary>
    private object? ReadValue(string field)
    {
        var token = Next();
        if (token.Equals("null", StringComparison.OrdinalIgnoreCase))
            return null;
        var type = field switch { "IsDeleted" => SimType.Flag, "MasterRecordId" => SimType.Text, _ => Object.Shape.Find(field)!.Type };
        var isQuoted = token[0] == '\'';
        return type switch
        {
            SimType.Text when isQuoted => IsId(field) ? Kinds.LongId(Unquoted(token)) ?? throw new SoqlException("INVALID_QUERY_FILTER_OPERATOR", $"invalid ID field: {Unquoted(token)}") : Unquoted(token),
            SimType.Flag when bool.TryParse(token, out var flag) => flag,
            SimType.Number when decimal.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            SimType.Date when !isQuoted && SimFormat.TryDate(token, out var day) => day,
            SimType.Time when !isQuoted && token.Contains('T', StringComparison.Ordinal)
                && DateTimeOffset.TryParse(token, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
            _ => throw new SoqlException("INVALID_FIELD", $"value of filter criterion for field '{field}' must be of type {Kinds.TypeOf(Object.Shape.Find(field) ?? new SimField(field, type))} and {(type == SimType.Text ? "should be" : "should not be")} enclosed in quotes"),
        };
    }

    private static string Unquoted(string token) => Escapes().Replace(token[1..^1], match => match.Value[1] switch
    {
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'b' => "\b",
        'f' => "\f",
        var other => other.ToString(),
    });

    private string Known(string name)
    {
        if (Object is null)
            return name;
        foreach (var special in new[] { "IsDeleted", "MasterRecordId" })
        {
            if (special.Equals(name, StringComparison.OrdinalIgnoreCase) && (special == "IsDeleted" || Object.Name == Kinds.Contacts))
                return special;
        }

        return Object.Shape.Find(name) is { IsForPages: false } field
            ? field.Name
            : throw new SoqlException("INVALID_FIELD", $"No such column '{name}' on entity '{Object.Name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.");
    }

    private bool IsId(string field) => field is "Id" or "MasterRecordId" || Object.Shape.Find(field)?.References is not null;

    private bool Peek(string word) => _tokens.TryPeek(out var token) && token.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool Take(string word)
    {
        if (!Peek(word))
            return false;
        _tokens.Dequeue();
        return true;
    }

    private void Expect(string word)
    {
        if (!Take(word))
            throw Unexpected();
    }

    private string Next() => _tokens.TryDequeue(out var token) ? token : throw new SoqlException("MALFORMED_QUERY", "unexpected token: '<EOF>'");

    private SoqlException Unexpected() => new("MALFORMED_QUERY", $"unexpected token: '{(_tokens.TryPeek(out var token) ? token : "<EOF>")}'");

    /// <summary>Texts with their escapes, times and numbers, names, signs.</summary>
    [GeneratedRegex(@"'(?:[^'\\]|\\.)*'|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d))?|-?\d+(?:\.\d+)?|[A-Za-z_][\w.]*|<=|>=|!=|<>|[=<>(),]", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();

    [GeneratedRegex(@"\\.", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escapes();
}
