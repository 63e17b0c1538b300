namespace SyncFunctions.Vendors.TinyPlus;

/// <summary>The query of a list call: any field is a filter, its value may begin with <c>&lt;</c> or <c>&gt;</c>.</summary>
internal static class Filters
{
    /// <summary>Options of the vendor that shape the answer and filter nothing here.</summary>
    private static readonly string[] Options = ["with_related", "with_health", "return_format", "me", "subscribed"];

    public static (SimQuery Query, IReadOnlyList<SimProblem> Problems) Read(IQueryCollection query, SimAccount account, SimKind kind)
    {
        var problems = new List<SimProblem>();
        var where = new List<Func<SimRecord, bool>>();
        (string, object)? equal = null;
        DateTimeOffset? modifiedFrom = null;
        var settings = account.System.Settings;
        var (limit, start) = (settings.DefaultPageSize, 0);
        var (orderBy, descending) = (SimQuery.Created, false);

        foreach (var (name, values) in query)
        {
            foreach (var text in values.Select(value => value ?? ""))
            {
                switch (name)
                {
                    case "limit":
                        if (!int.TryParse(text, out limit) || limit < 1 || limit > settings.MaxPageSize)
                            problems.Add(new SimProblem(name, $"limit must be between 1 and {settings.MaxPageSize}."));
                        break;
                    case "start":
                        if (!int.TryParse(text, out start) || start < 0)
                            problems.Add(new SimProblem(name, "start must be a whole number from 0."));
                        break;
                    case "sort":
                        if (!TrySort(text, kind, out orderBy, out descending))
                            problems.Add(new SimProblem(name, $"Cannot sort by '{text}'."));
                        break;
                    default:
                        if (Options.Contains(name))
                            break;
                        if (kind.Shape.Find(name) is not { } field || !TryFilter(field, text, account, out var filter))
                        {
                            problems.Add(new SimProblem(name, $"Cannot filter {name} by '{text}'."));
                            break;
                        }

                        if (filter.Compare == 0 && field.Indexed && equal is null)
                            equal = (field.Name, filter.Value!);
                        else
                            where.Add(filter.Test);
                        // The index finds where the newer ones begin; the test above decides the border.
                        if (filter.Compare > 0 && field.Name == kind.ModifiedField)
                            modifiedFrom = (DateTimeOffset)filter.Value!;
                        break;
                }
            }
        }

        return (new SimQuery
        {
            OrderBy = orderBy,
            Descending = descending,
            ModifiedFrom = modifiedFrom,
            Equal = equal,
            Where = where,
            Start = start,
            Take = limit,
        }, problems);
    }

    private static bool TrySort(string text, SimKind kind, out string orderBy, out bool descending)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        descending = words is [_, "desc" or "DESC"];
        var field = words is [_] or [_, "asc" or "ASC" or "desc" or "DESC"] ? kind.Shape.Find(words[0]) : null;
        orderBy = field?.Name switch
        {
            null or "id" => SimQuery.Created,
            var known when known == kind.ModifiedField => SimQuery.Modified,
            var known => known,
        };
        return field is not null;
    }

    private static bool TryFilter(SimField field, string text, SimAccount account, out Filter filter)
    {
        var compare = text switch { ['<', ..] => -1, ['>', ..] => 1, _ => 0 };
        var rest = compare == 0 ? text : text[1..];
        filter = new Filter(compare, null, _ => false);
        object? value;
        switch (field.Type)
        {
            case SimType.Text: value = rest; break;
            case SimType.Integer when long.TryParse(rest, out var number): value = number; break;
            case SimType.Flag when rest is "1" or "true" or "0" or "false": value = rest is "1" or "true"; break;
            case SimType.Date when SimFormat.TryDate(rest, out var date): value = date; break;
            case SimType.Time when account.System.Format.TryTime(rest, out var time): value = time; break;
            default: return false;
        }

        bool Test(SimRecord record)
        {
            var own = record.Kind.Shape.Value(field, account, record, record.Values);
            return compare == 0
                ? SimValues.Order.Compare(own, value) == 0
                : own is not null && Math.Sign(SimValues.Order.Compare(own, value)) == compare;
        }

        filter = new Filter(compare, value, Test);
        return true;
    }

    private sealed record Filter(int Compare, object? Value, Func<SimRecord, bool> Test);
}
