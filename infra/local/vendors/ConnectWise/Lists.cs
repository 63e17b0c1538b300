using System.Globalization;
using System.Text.Json;

namespace SyncFunctions.Vendors.ConnectWise;

/// <summary>One page of a list.</summary>
/// <param name="Next">The query that leads to the next page; null where there is none.</param>
internal sealed record ListPage(IReadOnlyList<SimRecord> Records, (string Name, string Value)? Next);

/// <summary>Lists: narrowed by conditions, and paged by number in any order or forward only, by id.</summary>
internal static class Lists
{
    /// <exception cref="FormatException">The query is not one.</exception>
    public static ListPage Read(
        SimAccount account, SimKind kind, Parent? parent, string? conditions, string? childConditions, IQueryCollection query, bool isForwardOnly)
    {
        var settings = account.System.Settings;
        var size = (int)Whole(query["pageSize"], settings.DefaultPageSize);
        if (size < 1 || size > settings.MaxPageSize)
            throw new FormatException($"pageSize must be between 1 and {settings.MaxPageSize}.");
        var found = Select(account, kind, parent, conditions, childConditions);
        if (isForwardOnly)
        {
            if (query.ContainsKey("orderBy"))
                throw new FormatException("A list that is read forward only has no orderBy.");
            var after = Whole(query["pageId"], 0);
            var page = found.Where(record => record.Number > after).OrderBy(record => record.Number).Take(size).ToArray();
            return new ListPage(page, ("pageId", (page is [.., var last] ? last.Number : after).ToString(CultureInfo.InvariantCulture)));
        }

        var number = Whole(query["page"], 1);
        var rows = Order(account, kind, found, query["orderBy"]).Skip((int)((number - 1) * size)).Take(size + 1).ToArray();
        return new ListPage([.. rows.Take(size)], rows.Length > size ? ("page", (number + 1).ToString(CultureInfo.InvariantCulture)) : null);
    }

    /// <exception cref="FormatException">The conditions are not in the vendor's language.</exception>
    public static IEnumerable<SimRecord> Select(SimAccount account, SimKind kind, Parent? parent, string? conditions, string? childConditions)
    {
        var all = new Conditions<SimRecord>(conditions ?? "", path => FieldAt(account, kind, path));
        var test = all.Read();
        var childTest = string.IsNullOrEmpty(childConditions) ? null : new Conditions<JsonElement>(childConditions, ChildAt).Read();
        return Source(account, kind, parent, all.Musts).Where(record => test(record) && (childTest is null || Children(record).Any(childTest)));
    }

    public static string Link(HttpRequest request, ListPage page)
    {
        if (page.Next is not var (name, value))
            return "";
        var others = request.Query.Where(item => item.Key != name).SelectMany(item => item.Value, (item, one) => KeyValuePair.Create(item.Key, one));
        return $"<{request.Scheme}://{request.Host}{request.Path}{QueryString.Create([.. others, KeyValuePair.Create<string, string?>(name, value)])}>; rel=\"next\"";
    }

    /// <summary>By an index where the conditions allow it: the rest is looked at one by one.</summary>
    private static IEnumerable<SimRecord> Source(SimAccount account, SimKind kind, Parent? parent, List<(string Path, string Operator, object? Value)> musts)
    {
        var visible = account.Table(kind.Name).Visible(account.System.Now);
        if (parent is { } of)
            return visible.WithValue(kind.Shape.Slot(of.Field), of.Id);
        foreach (var (path, compare, value) in musts)
        {
            if (compare is ">" or ">=" && path is "lastUpdated" or "_info/lastUpdated" && value is DateTimeOffset since)
                return visible.ByModified.Skip(visible.FirstModifiedFrom(since));
            var name = path.EndsWith("/id", StringComparison.Ordinal) ? path[..^3] : path;
            if (compare == "=" && value is decimal number && kind.Shape.Find(name) is { Indexed: true, Type: SimType.Reference or SimType.Integer } field)
                return visible.WithValue(kind.Shape.Slot(field.Name), (long)number);
        }

        return visible.ByNumber;
    }

    private static IEnumerable<SimRecord> Order(SimAccount account, SimKind kind, IEnumerable<SimRecord> records, string? orderBy)
    {
        if (string.IsNullOrEmpty(orderBy))
            return records.OrderBy(record => record.Number);
        IOrderedEnumerable<SimRecord>? ordered = null;
        foreach (var part in orderBy.Split(',', StringSplitOptions.TrimEntries))
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var field = FieldAt(account, kind, words[0]) ?? throw new FormatException($"There is no field {words[0]} to order by.");
            var descending = words is [_, "desc"];
            ordered = (ordered, descending) switch
            {
                (null, false) => records.OrderBy(field, SimValues.Order),
                (null, true) => records.OrderByDescending(field, SimValues.Order),
                (_, false) => ordered.ThenBy(field, SimValues.Order),
                _ => ordered.ThenByDescending(field, SimValues.Order),
            };
        }

        return ordered!.ThenBy(record => record.Number);
    }

    private static Func<SimRecord, object?>? FieldAt(SimAccount account, SimKind kind, string path)
    {
        var steps = path.Split('/');
        switch (steps)
        {
            case ["_info", "lastUpdated"]: return record => record.Modified;
            case ["_info", "dateEntered"]: return record => record.Created;
        }

        if (kind.Shape.Find(steps[0]) is not { } field || field.Name != steps[0])
            return null;
        object? Own(SimRecord record) => kind.Shape.Value(field, account, record, record.Values);
        return (steps, field.Type) switch
        {
            ([_], _) => record => Comparable(Own(record)),
            ([_, "id"], SimType.Reference) => record => Comparable(Own(record)),
            ([_, var inner], SimType.Reference) => record => account.Find(field.References!, Own(record)) is { } target ? Inside(account, target, inner) : null,
            ([_, var inner], SimType.Json) => record => Own(record) is JsonElement { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(inner, out var value) ? Scalar(value) : null,
            _ => null,
        };
    }

    private static object? Inside(SimAccount account, SimRecord target, string name) =>
        target.Kind.Shape.Find(name == "name" ? target.Kind.NameField : name) is { } field ? Comparable(target.Kind.Shape.Value(field, account, target, target.Values)) : null;

    private static IEnumerable<JsonElement> Children(SimRecord record) =>
        record.Values.OfType<JsonElement>().Where(json => json.ValueKind == JsonValueKind.Array).SelectMany(json => json.EnumerateArray());

    private static Func<JsonElement, object?> ChildAt(string path) => item =>
    {
        foreach (var step in path.Split('/').Skip(1))
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(step, out item))
                return null;
        }

        return Scalar(item);
    };

    private static object? Scalar(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.GetDecimal(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static object? Comparable(object? value) => value switch
    {
        long number => (decimal)number,
        DateOnly day => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero),
        _ => value,
    };

    private static long Whole(string? text, long missing) => string.IsNullOrEmpty(text) ? missing
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"'{text}' is no whole number.");
}
