using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SyncFunctions.Vendors.Moovila;

/// <summary>Pages by (modified, id): a cursor names a place in that order, so that whatever changes between two pages moves nothing.</summary>
internal static class Lists
{
    private const int MaxCursor = 512;

    public static IResult Page(SimAccount account, SimKind kind, IQueryCollection query)
    {
        var settings = account.System.Settings;
        var where = new List<Func<SimRecord, bool>>();
        var limit = settings.DefaultPageSize;
        string? parent = null;
        DateTimeOffset? since = null;
        (DateTimeOffset Modified, long Number)? after = null;
        foreach (var (name, values) in query)
        {
            if (values is not [{ } text])
                return Problem.Of(400, $"{name} may be there once.");
            switch (name)
            {
                case "limit" when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0:
                    limit = Math.Min(asked, settings.MaxPageSize);
                    break;
                case "since" when account.System.Format.TryTime(text, out var time):
                    since = time;
                    break;
                case "cursor" when TryCursor(text, out var place):
                    after = place;
                    break;
                case "cursor":
                    return Problem.Of(400, "cursor-unknown", "The cursor is none of this list.");
                case "parent" when Kinds.ParentOf(kind.Name) is not null:
                    parent = text;
                    break;
                case "limit" or "since" or "parent":
                    return Problem.Of(400, $"The value of {name} cannot be read.");
                default:
                    if (kind.Shape.Find(name) is not { } field || Filter(account, field, text) is not { } filter)
                        return Problem.Of(400, $"There is no field {name}, or the value is not of its type.");
                    where.Add(filter);
                    break;
            }
        }

        lock (account.Gate)
        {
            var from = after is { } place && (since is null || place.Modified > since) ? place.Modified : since;
            var found = Candidates(account, kind, parent, from)
                .Where(record => (since is null || record.Modified >= since) && (after is null || IsAfter(record, after.Value)) && where.All(test => test(record)))
                .Take(limit + 1)
                .ToArray();
            var (page, more) = (found.Take(limit).ToArray(), found.Length > limit);
            return SimJson.Write(200, json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("items");
                SimJson.WriteArray(json, account, page);
                json.WriteString("next", more ? Cursor(page[^1]) : null);
                json.WriteEndObject();
            });
        }
    }

    /// <summary>In the order of the list, and all that is modified from a time on.</summary>
    private static IEnumerable<SimRecord> Candidates(SimAccount account, SimKind kind, string? parent, DateTimeOffset? from)
    {
        if (parent is not null)
            return Inside(account, kind.Name, parent).OrderBy(record => record.Modified).ThenBy(record => record.Number);
        var visible = account.Table(kind.Name).Visible(account.System.Now);
        return visible.ByModified.Skip(from is { } time ? visible.FirstModifiedFrom(time) : 0);
    }

    /// <summary>What lives inside a record, be it in the record itself or in one that it holds.</summary>
    private static IEnumerable<SimRecord> Inside(SimAccount account, string kind, string holder)
    {
        if (Kinds.ParentOf(kind) is not var (parent, field))
            return [];
        var table = account.Table(kind);
        var here = table.Visible(account.System.Now).WithValue(table.Kind.Shape.Slot(field), holder);
        return here.Concat(Inside(account, parent, holder).SelectMany(between => Inside(account, kind, between.Id)));
    }

    private static bool IsAfter(SimRecord record, (DateTimeOffset Modified, long Number) place) =>
        record.Modified > place.Modified || (record.Modified == place.Modified && record.Number > place.Number);

    private static Func<SimRecord, bool>? Filter(SimAccount account, SimField field, string text)
    {
        object? value;
        switch (field.Type)
        {
            case SimType.Text: value = text; break;
            case SimType.Number when decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number): value = number; break;
            case SimType.Flag when text is "true" or "false": value = text == "true"; break;
            case SimType.Date when SimFormat.TryDate(text, out var day): value = day; break;
            case SimType.Time when account.System.Format.TryTime(text, out var time): value = time; break;
            default:
                if (text.Length > 0)
                    return null;
                value = null;
                break;
        }

        return record => record.Kind.Shape.Value(field, account, record, record.Values) switch
        {
            null => value is null or "",
            string own => own.Equals(value as string, StringComparison.OrdinalIgnoreCase),
            var own => own.Equals(value),
        };
    }

    private static string Cursor(SimRecord last) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{last.Modified.UtcTicks}.{last.Number}"));

    private static bool TryCursor(string text, out (DateTimeOffset Modified, long Number) place)
    {
        place = default;
        if (text.Length > MaxCursor || !Base64Url.IsValid(text) || Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.') is not [var ticks, var number]
            || !long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var modified) || modified > DateTimeOffset.MaxValue.UtcTicks
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            return false;
        place = (new DateTimeOffset(modified, TimeSpan.Zero), last);
        return true;
    }
}
