using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Salesforce;

/// <summary>The paths below <c>services/data</c>: queries, records, what an object has, and how many calls are left.</summary>
internal static class Api
{
    private const int LocatorsKept = 100;

    private static readonly string[] Versions = ["60.0", "61.0", "62.0", "63.0", "64.0", "65.0", "66.0", "67.0", "68.0"];

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        routes.MapGet("services/data", () => SimJson.Of(200, Versions.Select(version => new { Version = version, Url = $"/services/data/v{version}", Label = $"v{version}" })));
        var data = routes.MapGroup("services/data/v{version}").Guard(system);
        var locators = new ConcurrentDictionary<string, Locator>();
        data.MapGet("", (HttpContext http) => SimJson.Of(200, new { Query = $"{http.Request.Path}/query", Sobjects = $"{http.Request.Path}/sobjects", Limits = $"{http.Request.Path}/limits" }));
        data.MapGet("limits", (HttpContext http) => Limits(http.Caller().Account));
        data.MapGet("query", (HttpContext http) => Query(http, locators, withDeleted: false));
        data.MapGet("queryAll", (HttpContext http) => Query(http, locators, withDeleted: true));
        data.MapGet("query/{locator}", (HttpContext http, string locator) => More(http, locators, locator));
        data.MapGet("sobjects/Organization/{id}", (HttpContext http, string id) => Organization(http.Caller().Account, id));
        data.MapGet("sobjects/{type}/describe", (HttpContext http, string type) => Of(system, type) is { } kind ? Describe(http.Caller(), kind) : Unknown());
        Records.Map(data, system);
        Collections.Map(data, system);
        data.MapFallback("{**rest}", () => Unknown());
    }

    /// <summary>The kind of an object's name.</summary>
    public static SimKind? Of(SimSystem system, string type) => system.Kind(type) is { } kind && kind.Name != Kinds.RecycleBin ? kind : null;

    public static SimJson Unknown() => Errors.Of(404, new Error("NOT_FOUND", "The requested resource does not exist"));

    public static void WriteRow(Utf8JsonWriter json, SimAccount account, Row row, IReadOnlySet<string>? fields)
    {
        json.WriteStartObject();
        json.WriteStartObject("attributes");
        json.WriteString("type", row.Record.Kind.Name);
        json.WriteString("url", $"/services/data/v67.0/sobjects/{row.Record.Kind.Name}/{row.Record.Id}");
        json.WriteEndObject();
        row.Record.Kind.Shape.WriteFields(json, account, row.Record, row.Record.Values, field => !field.IsForPages && fields?.Contains(field.Name) != false);
        if (fields?.Contains("IsDeleted") != false)
            json.WriteBoolean("IsDeleted", row.IsDeleted);
        if (fields?.Contains("MasterRecordId") == true)
            json.WriteString("MasterRecordId", row.Master);
        json.WriteEndObject();
    }

    /// <summary>Token, calls of the day, rights; and what is switched on, before anything else happens.</summary>
    private static RouteGroupBuilder Guard(this RouteGroupBuilder routes, SimSystem system) => routes.AddEndpointFilter(async (context, next) =>
    {
        var http = context.HttpContext;
        if (!Versions.Contains(http.GetRouteValue("version") as string))
            return Unknown();
        if (Auth.Token(http.Request) is not { } token || system.Tokens.Caller(token) is not { } caller)
            return Errors.Of(401, new Error("INVALID_SESSION_ID", "Session expired or invalid"));
        var isAllowed = caller.Account.TryCall();
        http.Response.Headers["Sforce-Limit-Info"] = $"api-usage={caller.Account.CallsToday}/{system.Settings.DailyLimit ?? Vendor.CallsADay}";
        if (!isAllowed || system.Settings.Switches[Vendor.LimitReached])
            return Errors.Of(403, new Error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
        if (!HttpMethods.IsGet(http.Request.Method) && caller.Scope != SimTokens.FullScope)
            return Errors.Of(403, new Error("INSUFFICIENT_ACCESS", "the session was granted with the scope 'read'"));
        if (!HttpMethods.IsGet(http.Request.Method) && !caller.User.IsAdmin)
            return Errors.Of(403, new Error("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object"));
        http.Features.Set(caller);
        return await next(context);
    });

    private static SimJson Limits(SimAccount account)
    {
        var max = account.System.Settings.DailyLimit ?? Vendor.CallsADay;
        return SimJson.Of(200, new Dictionary<string, object> { ["DailyApiRequests"] = new Dictionary<string, int> { ["Max"] = max, ["Remaining"] = Math.Max(0, max - account.CallsToday) } });
    }

    private static SimJson Query(HttpContext http, ConcurrentDictionary<string, Locator> locators, bool withDeleted)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            try
            {
                var soql = Soql.Parse(account.System, http.Request.Query["q"].ToString());
                var rows = soql.Run(account, withDeleted);
                return soql.IsCount
                    ? SimJson.Of(200, new { TotalSize = rows.Count, Done = true, Records = Array.Empty<object>() })
                    : Page(http, locators, new Locator(account, rows, soql.Fields.ToHashSet()), 0);
            }
            catch (SoqlException problem)
            {
                return Errors.Of(400, new Error(problem.Code, problem.Message));
            }
        }
    }

    private static SimJson More(HttpContext http, ConcurrentDictionary<string, Locator> locators, string locator)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            return locator.Split('-') is [_, var start] && int.TryParse(start, CultureInfo.InvariantCulture, out var from) && locators.TryRemove(locator, out var known) && known.Account == account
                ? Page(http, locators, known, from)
                : Errors.Of(400, new Error("INVALID_QUERY_LOCATOR", "invalid query locator"));
        }
    }

    private static SimJson Page(HttpContext http, ConcurrentDictionary<string, Locator> locators, Locator of, int start)
    {
        var size = of.Account.System.Settings.DefaultPageSize;
        string? next = null;
        if (start + size < of.Rows.Count)
        {
            if (locators.Count >= LocatorsKept)
                locators.Clear();
            next = $"01g{Guid.NewGuid():N}-{start + size}";
            locators[next] = of;
        }

        return SimJson.Write(200, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("totalSize", of.Rows.Count);
            json.WriteBoolean("done", next is null);
            if (next is not null)
                json.WriteString("nextRecordsUrl", $"/services/data/v{http.GetRouteValue("version")}/query/{next}");
            json.WriteStartArray("records");
            foreach (var row in of.Rows.Skip(start).Take(size))
                WriteRow(json, of.Account, row, of.Fields);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static SimJson Organization(SimAccount account, string id) => Kinds.LongId(id) == Kinds.OrgId(account.Slug)
        ? SimJson.Of(200, new Dictionary<string, string> { ["Id"] = Kinds.OrgId(account.Slug), ["Name"] = account.Name })
        : Unknown();

    private static SimJson Describe(SimCaller caller, SimKind kind)
    {
        object Field(string name, string type, int length, bool writable, bool isExternalId = false) =>
            new { Name = name, Label = name, Type = type, Length = length, Createable = writable, Updateable = writable, ExternalId = isExternalId, Custom = name.EndsWith("__c", StringComparison.Ordinal) };
        var fields = kind.Shape.Fields.Where(field => !field.IsForPages)
            .Select(field => Field(field.Name, Kinds.TypeOf(field), field.MaxLength, field.IsStored && caller.User.IsAdmin, field.Name == Kinds.ExternalId))
            .Append(Field("IsDeleted", "boolean", 0, writable: false))
            .Concat(kind.Name == Kinds.Contacts ? [Field("MasterRecordId", "reference", 18, writable: false)] : []);
        return SimJson.Of(200, new { kind.Name, kind.Label, Createable = caller.User.IsAdmin, Updateable = caller.User.IsAdmin, Queryable = true, Fields = fields });
    }

    private sealed record Locator(SimAccount Account, IReadOnlyList<Row> Rows, IReadOnlySet<string> Fields);
}
