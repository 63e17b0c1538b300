using System.Globalization;

namespace SyncFunctions.App.Settings;

/// <summary>NCRONTAB as timers take it: second, minute, hour, day, month, day of the week. The host says nothing of one that is wrong but that the function can't be indexed.</summary>
internal static class CronText
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly (int Least, int Most, string[] Names)[] Fields = [(0, 59, []), (0, 59, []), (0, 23, []), (1, 31, []), (1, 12, Months), (0, 6, Days)];

    public static bool IsValid(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == Fields.Length && fields.Zip(Fields).All(field => field.First.Split(',').All(part => IsPart(part, field.Second)));
    }

    /// <summary><c>*</c>, <c>5</c>, <c>mon</c> or <c>5-9</c>, each also with a step: <c>*/5</c>.</summary>
    private static bool IsPart(string part, (int Least, int Most, string[] Names) field) =>
        part.Split('/') switch
        {
            [var range] => IsRange(range, field),
            [var range, var step] => IsRange(range, field) && Number(step) is > 0,
            _ => false,
        };

    private static bool IsRange(string range, (int Least, int Most, string[] Names) field) =>
        range == "*" || (range.Split('-') is { Length: 1 or 2 } ends && ends.All(end => Array.Exists(field.Names, name => name.Equals(end, StringComparison.OrdinalIgnoreCase)) || (Number(end) is { } number && number >= field.Least && number <= field.Most)));

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
