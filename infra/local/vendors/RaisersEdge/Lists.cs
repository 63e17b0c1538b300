using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>The vendor's lists: by offset, or from a time in the order of the last change with a token for where that stands.</summary>
internal static class Lists
{
    private static readonly string[] Kept = ["last_modified", "date_added", "limit", "include_inactive", "include_deceased", "constituent_id"];

    public static IResult Read(HttpContext http, SimKind kind, Func<SimAccount, SimRecord, object> view)
    {
        var account = http.Caller().Account;
        var query = http.Request.Query;
        var settings = account.System.Settings;
        if (!TryNumber(query["limit"], settings.DefaultPageSize, out var limit) || limit is 0 || limit > settings.MaxPageSize)
            return Invalid(http, $"limit must be from 1 to {settings.MaxPageSize}.");
        if (!TryNumber(query["offset"], 0, out var offset))
            return Invalid(http, "offset must not be below 0.");
        var filter = query["last_modified"] is [{ Length: > 0 }] ? "last_modified" : "date_added";
        var isFeed = query[filter] is [{ Length: > 0 }];
        DateTimeOffset? since = null;
        if (isFeed)
        {
            if (!DateTimeOffset.TryParse(query[filter], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                return Invalid(http, $"{filter} is no time.");
            since = time;
        }

        (DateTimeOffset At, long Number)? after = null;
        if (query["sort_token"] is [{ Length: > 0 } token])
        {
            if (!TryToken(token, out var at) || query.ContainsKey("sort"))
                return Invalid(http, "The sort_token is not valid here.");
            after = at;
        }

        lock (account.Gate)
        {
            var visible = account.Table(kind.Name).Visible(account.System.Now);
            var rows = (isFeed ? visible.ByModified : visible.ByNumber).Where(record => IsIn(account, record, query));
            if (since is { } from)
                rows = rows.Where(record => (filter == "last_modified" ? record.Modified : record.Created) >= from);
            var all = rows.ToList();
            var rest = after is var (modified, number) ? all.SkipWhile(record => record.Modified < modified || (record.Modified == modified && record.Number <= number)) : all.Skip(offset);
            var page = rest.Take(limit).ToList();
            var next = isFeed
                ? Link(http.Request, query, ("sort_token", page is [.., var last] ? TokenOf(last.Modified, last.Number) : query["sort_token"].ToString()))
                : offset + page.Count < all.Count ? Link(http.Request, query, ("offset", $"{offset + page.Count}"), ("list_id", query["list_id"].ToString())) : null;
            var body = new Dictionary<string, object?> { ["count"] = all.Count };
            if (next is not null)
                body["next_link"] = next;
            body["value"] = page.Select(record => view(account, record)).ToArray();
            return SimJson.Of(200, body);
        }
    }

    /// <summary>A list of one constituent's rows, which does not lag.</summary>
    public static SimJson Of(IEnumerable<object> rows)
    {
        var all = rows.ToArray();
        return SimJson.Of(200, new { Count = all.Length, Value = all });
    }

    private static bool IsIn(SimAccount account, SimRecord record, IQueryCollection query)
    {
        if (record.Kind.Name != Kinds.Constituents)
            return query["constituent_id"] is not { Count: > 0 } owners || owners.Contains((string?)record["constituent_id"]);

        // With a saved list every other filter is ignored.
        if (query["list_id"] is [{ Length: > 0 } list])
            return account.Find([Kinds.Lists], list)?["members"] is string[] members && members.Contains(record.Id);
        return (query["constituent_id"] is not { Count: > 0 } ids || ids.Contains(record.Id))
            && (record["inactive"] is not true || query["include_inactive"] == "true")
            && (record["deceased"] is not true || query["include_deceased"] == "true");
    }

    private static string Link(HttpRequest request, IQueryCollection query, params (string Name, string Value)[] more)
    {
        var values = Kept.SelectMany(name => query[name].Select(value => KeyValuePair.Create(name, value)))
            .Concat(more.Where(item => item.Value.Length > 0).Select(item => KeyValuePair.Create(item.Name, (string?)item.Value)));
        return QueryHelpers.AddQueryString($"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}", values);
    }

    private static string TokenOf(DateTimeOffset modified, long number) => WebEncoders.Base64UrlEncode(Encoding.ASCII.GetBytes($"{modified.UtcTicks}.{number}"));

    private static bool TryToken(string token, out (DateTimeOffset At, long Number) position)
    {
        position = default;
        try
        {
            var parts = Encoding.ASCII.GetString(WebEncoders.Base64UrlDecode(token)).Split('.');
            if (parts.Length != 2 || !long.TryParse(parts[0], out var ticks) || !long.TryParse(parts[1], out var number))
                return false;
            position = (new DateTimeOffset(ticks, TimeSpan.Zero), number);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool TryNumber(string? text, int missing, out int number)
    {
        number = missing;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, out number) && number >= 0);
    }

    private static IResult Invalid(HttpContext http, string message) => Vendor.Error(400, message, problem: Api.IsProblem(http.Caller().Account.System, http));
}
