using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.IRaiser;

/// <summary>The paths below <c>v1</c>: lists in pages with the newest first, single records, and the site of a key.</summary>
internal static class Api
{
    private static readonly (string Path, string Kind)[] Paths =
        [("donations", Kinds.Donations), ("recurring-donors", Kinds.RecurringDonors), ("orders", Kinds.Orders)];

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var v1 = routes.MapGroup("v1").Limit(system).Guard(system, Key);
        v1.MapGet("sites/current", (HttpContext http) => Site(http.Caller().Account));
        foreach (var (path, name) in Paths)
        {
            var kind = system.Kind(name)!;
            v1.MapGet(path, (HttpContext http) => List(http, kind, path));
            v1.MapGet($"{path}/{{id}}", (HttpContext http, string id) => Get(http, kind, id));
        }

        v1.MapFallback("{**rest}", () => system.Definition.Error(404, "Not found"));
    }

    private static string? Key(HttpRequest request) => request.Headers["X-Api-Key"].ToString();

    private static SimJson Site(SimAccount account) => SimJson.Of(200, new { Id = account.Slug, Title = account.Name, Host = $"{account.Slug}.example" });

    private static IResult Get(HttpContext http, SimKind kind, string id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            return account.FindVisible([kind.Name], id) is { } record
                ? SimJson.Record(200, account, record)
                : account.System.Definition.Error(404, "Not found");
        }
    }

    private static IResult List(HttpContext http, SimKind kind, string path)
    {
        var (account, query) = (http.Caller().Account, http.Request.Query);
        var settings = account.System.Settings;
        if (!TryNumber(query["page"], 1, out var page) || !TryNumber(query["per_page"], settings.DefaultPageSize, out var size))
            return account.System.Definition.Error(400, "page and per_page must be numbers from 1.");
        size = Math.Min(size, settings.MaxPageSize);
        var tests = new List<Func<SimRecord, bool>>();
        foreach (var (name, holds) in Narrowing())
        {
            if (query[name] is not [{ Length: > 0 } text])
                continue;
            if (!account.System.Format.TryTime(text, out var time))
                return account.System.Definition.Error(400, $"{name} must be a time.");
            tests.Add(record => holds(record, time));
        }

        lock (account.Gate)
        {
            var found = new SimQuery { Descending = true, Where = tests, Start = (page - 1) * size, Take = size }.Run(account, account.Table(kind.Name));
            var pages = Math.Max(1, (found.Total + size - 1) / size);
            string PageOf(int number) => $"/v1/{path}?page={number}&per_page={size}";
            return SimJson.Write(200, json =>
            {
                json.WriteStartObject();
                json.WritePropertyName(kind.Name);
                SimJson.WriteArray(json, account, found.Items);
                json.WriteNumber("total_entries", found.Total);
                json.WriteNumber("total_pages", pages);
                json.WriteNumber("per_page", size);
                json.WriteNumber("current_page", page);
                json.WriteStartObject("links");
                json.WriteStartObject("pages");
                json.WriteString("first", PageOf(1));
                if (page > 1)
                    json.WriteString("prev", PageOf(page - 1));
                if (page < pages)
                    json.WriteString("next", PageOf(page + 1));
                json.WriteString("last", PageOf(pages));
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
            });
        }
    }

    private static IEnumerable<(string Name, Func<SimRecord, DateTimeOffset, bool> Holds)> Narrowing() =>
    [
        ("created_after", (record, time) => record.Created > time),
        ("created_before", (record, time) => record.Created < time),
        ("updated_after", (record, time) => record.Modified > time),
        ("updated_before", (record, time) => record.Modified < time),
    ];

    private static bool TryNumber(string? text, int missing, out int number)
    {
        number = missing;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0);
    }

    /// <summary>How many calls of a key are left in this minute and this hour of the clock, on every answer; and none beyond them.</summary>
    private static RouteGroupBuilder Limit(this RouteGroupBuilder routes, SimSystem system)
    {
        var counts = new ConditionalWeakTable<SimAccount, Counts>();
        return routes.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var minuteLimit = system.Settings.MinuteLimit ?? Vendor.CallsAMinute;
            var hourLimit = minuteLimit * Vendor.MinutesAnHour;
            var (minute, hour) = Key(http.Request) is { Length: > 0 } key && system.Tokens.Caller(key) is { } caller ? counts.GetOrCreateValue(caller.Account).Count(system.Now) : (0, 0);
            if (system.Settings.Switches[Vendor.HourUsedUp])
                hour = hourLimit + 1;
            foreach (var (name, limit, used) in new[] { ("Minute", minuteLimit, minute), ("Hour", hourLimit, hour) })
            {
                http.Response.Headers[$"X-RateLimit-Limit-{name}"] = limit.ToString();
                http.Response.Headers[$"X-RateLimit-Remaining-{name}"] = Math.Max(0, limit - used).ToString();
            }

            return minute <= minuteLimit && hour <= hourLimit ? await next(context) : system.Definition.Error(429, "API rate limit exceeded");
        });
    }

    private sealed class Counts
    {
        private readonly Lock _gate = new();
        private (long Minute, int Calls) _minute;
        private (long Hour, int Calls) _hour;

        public (int Minute, int Hour) Count(DateTimeOffset now)
        {
            lock (_gate)
            {
                var (minute, hour) = (now.UtcTicks / TimeSpan.TicksPerMinute, now.UtcTicks / TimeSpan.TicksPerHour);
                _minute = (minute, _minute.Minute == minute ? _minute.Calls + 1 : 1);
                _hour = (hour, _hour.Hour == hour ? _hour.Calls + 1 : 1);
                return (_minute.Calls, _hour.Calls);
            }
        }
    }
}
