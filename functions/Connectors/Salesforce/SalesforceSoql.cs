using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>A query in Salesforce's language, with terms that must all hold.</summary>
internal sealed record SalesforceSoql(string Object, ImmutableArray<string> Fields)
{
    public ImmutableArray<string> Terms { get; init; } = [];

    public string OrderBy { get; init; } = "Id";

    public int? Limit { get; init; }

    public SalesforceSoql Where(params IEnumerable<string> terms) => this with { Terms = Terms.AddRange(terms) };

    /// <summary>How many rows there are, instead of the rows.</summary>
    public string Count() => $"SELECT COUNT() FROM {Object}{Conditions}";

    public override string ToString() =>
        $"SELECT {string.Join(',', Fields)} FROM {Object}{Conditions} ORDER BY {OrderBy}{(Limit is { } limit ? $" LIMIT {limit}" : "")}";

    public static string Equal(string field, FieldValue value) => $"{field} = {Literal(value)}";

    /// <summary>Changed at or after a time. Salesforce keeps whole seconds.</summary>
    public static string ChangedFrom(DateTimeOffset since) => $"SystemModstamp >= {since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>What comes after a row in the order of change.</summary>
    public static string After(DateTimeOffset stamp, string id)
    {
        var moment = stamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return $"(SystemModstamp > {moment} OR (SystemModstamp = {moment} AND Id > {Quoted(id)}))";
    }

    public static string After(string id) => $"Id > {Quoted(id)}";

    /// <summary>A text between quotes; whatever could end it, or is no letter of one line, is escaped.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("'", text.Length + 2);
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '\\' or '\'' or '"' => quoted.Append('\\').Append(letter),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                '\b' => quoted.Append(@"\b"),
                '\f' => quoted.Append(@"\f"),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append('\'').ToString();
    }

    private string Conditions => Terms.IsEmpty ? "" : $" WHERE {string.Join(" AND ", Terms)}";

    private static string Literal(FieldValue value) => value switch
    {
        _ when value.IsBlank => "null",
        FieldValue.Number or FieldValue.Flag or FieldValue.Day => value.ToString()!,
        FieldValue.Reference { RecordId: var id } => Quoted(SalesforceId.Normal(id) ?? id),
        _ => Quoted(value.ToString()!),
    };
}
