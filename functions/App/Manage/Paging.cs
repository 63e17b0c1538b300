using System.Globalization;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Pages of lists that are short enough to be read whole, in the order in which people look at them.</summary>
internal static class Paging
{
    private const char Separator = '|';

    /// <param name="items">All of the list, in its order.</param>
    /// <param name="id">Of an item, in this list.</param>
    /// <param name="continuation">Where the page before ended: how many there were, and the last one, since others may come and go.</param>
    /// <param name="limit">So many on a page.</param>
    public static Page<T> Page<T>(this IEnumerable<T> items, Func<T, string> id, string? continuation, int limit)
    {
        var all = items.ToList();
        var from = 0;
        if (continuation?.Split(Separator, 2) is { } parts)
        {
            if (parts.Length < 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var before)) throw Query.Invalid("continuation", "what the page before gave");
            var last = all.FindIndex(item => id(item) == parts[1]);

            // The one that the page before ended with has gone: those after it have moved up by it.
            from = last >= 0 ? last + 1 : Math.Clamp(before - 1, 0, all.Count);
        }

        var page = all.Skip(from).Take(limit).ToList();
        var to = from + page.Count;
        return new Page<T>(page, to < all.Count ? string.Create(CultureInfo.InvariantCulture, $"{to}{Separator}{id(page[^1])}") : null);
    }
}
