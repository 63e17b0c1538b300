using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.ConnectWise;

/// <summary>The vendor's 3.0 paths.</summary>
internal static partial class Api
{
    private static readonly (string Path, string Kind, bool Writable, string Right)[] Paths =
    [
        ("project/projects", Kinds.Projects, true, "Project Headers"),
        ("project/tickets", Kinds.Tickets, true, "Project Tickets"),
        ("project/statuses", Kinds.ProjectStatuses, false, "Table Setup"),
        ("project/projectTypes", Kinds.ProjectTypes, false, "Table Setup"),
        ("service/tickets", Kinds.ServiceTickets, true, "Service Tickets"),
        ("service/boards", Kinds.Boards, false, "Table Setup"),
        ("schedule/entries", Kinds.ScheduleEntries, true, "Resource Scheduling"),
        ("time/entries", Kinds.TimeEntries, true, "Time Entry"),
        ("time/workTypes", Kinds.WorkTypes, false, "Table Setup"),
        ("company/companies/statuses", Kinds.CompanyStatuses, false, "Table Setup"),
        ("company/companies", Kinds.Companies, true, "Company Maintenance"),
        ("company/contacts", Kinds.Contacts, true, "Contacts"),
        ("company/noteTypes", Kinds.NoteTypes, false, "Table Setup"),
        ("system/members", Kinds.Members, false, "Member Maintenance"),
        ("system/callbacks", Kinds.Callbacks, true, "System Callbacks"),
    ];

    /// <summary>What a caller has to give; the vendor's own screens fill it in.</summary>
    private static readonly Dictionary<string, string[]> Required = new()
    {
        [Kinds.Projects] = ["name", "billingMethod", "estimatedStart", "estimatedEnd"],
        [Kinds.Tickets] = ["summary", "project"],
        [Kinds.Companies] = ["identifier", "name"],
        [Kinds.ScheduleEntries] = ["objectId", "type", "member"],
        [Kinds.TimeEntries] = ["chargeToId", "chargeToType", "timeStart"],
        [Kinds.Callbacks] = ["url", "objectId", "type", "level"],
    };

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var api = routes.MapGroup("{codebase}/apis/3.0").GuardKeys(system);
        api.MapGet("system/info", () => SimJson.Of(200, new { Version = "v2026.1", IsCloud = system.Settings.Switches[Vendor.Cloud], ServerTimeZone = "UTC" }));
        foreach (var (path, name, writable, right) in Paths)
            MapKind(api, system, path, system.Kind(name)!, writable, right);
        MapNested(api, system, "project/projects/{parent:long}/phases", system.Kind(Kinds.Phases)!, system.Kind(Kinds.Projects)!, "project", writable: true);
        MapNested(api, system, "service/boards/{parent:long}/statuses", system.Kind(Kinds.BoardStatuses)!, system.Kind(Kinds.Boards)!, "board", writable: false);
    }

    /// <summary>A record as the API gives it.</summary>
    public static byte[] Bytes(SimAccount account, SimRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, account, record, null);
        return buffer.WrittenSpan.ToArray();
    }

    private static void MapKind(RouteGroupBuilder api, SimSystem system, string path, SimKind kind, bool writable, string right)
    {
        api.MapGet(path, (HttpContext http) => List(http, kind, null, http.Request.Query["conditions"])).Needs(right);
        api.MapGet($"{path}/count", (HttpContext http) => Count(http, kind, null)).Needs(right);
        api.MapGet($"{path}/{{id:long}}", (HttpContext http, long id) => Get(http, kind, null, id)).Needs(right);
        if (kind.Name is Kinds.Tickets or Kinds.ServiceTickets)
            api.MapPost($"{path}/search", (HttpRequest request) => SearchAsync(request, kind)).Needs(right);
        if (!writable)
            return;
        api.MapPost(path, (HttpRequest request) => CreateAsync(request, kind, null)).Needs(right);
        api.MapPatch($"{path}/{{id:long}}", (HttpRequest request, long id) => PatchAsync(request, kind, null, id)).Needs(right);
        api.MapPut($"{path}/{{id:long}}", (HttpRequest request, long id) => PutAsync(request, kind, null, id)).Needs(right);
        api.MapDelete($"{path}/{{id:long}}", (HttpContext http, long id) => Delete(http, kind, null, id)).Needs(right);
    }

    private static void MapNested(RouteGroupBuilder api, SimSystem system, string path, SimKind kind, SimKind parentKind, string field, bool writable)
    {
        const string Right = "Project Headers";
        Parent? In(HttpContext http, long parent) => http.Caller().Account.Exists([parentKind.Name], parent) ? new Parent(field, parent) : null;
        IResult Missing() => system.Definition.Error(404, $"{parentKind.Label} not found");
        api.MapGet(path, (HttpContext http, long parent) => In(http, parent) is { } of ? List(http, kind, of, http.Request.Query["conditions"]) : Missing()).Needs(Right);
        api.MapGet($"{path}/count", (HttpContext http, long parent) => In(http, parent) is { } of ? Count(http, kind, of) : Missing()).Needs(Right);
        api.MapGet($"{path}/{{id:long}}", (HttpContext http, long parent, long id) => Get(http, kind, new Parent(field, parent), id)).Needs(Right);
        if (!writable)
            return;
        api.MapPost(path, async (HttpRequest request, long parent) => In(request.HttpContext, parent) is { } of ? await CreateAsync(request, kind, of) : Missing()).Needs(Right);
        api.MapPatch($"{path}/{{id:long}}", (HttpRequest request, long parent, long id) => PatchAsync(request, kind, new Parent(field, parent), id)).Needs(Right);
        api.MapPut($"{path}/{{id:long}}", (HttpRequest request, long parent, long id) => PutAsync(request, kind, new Parent(field, parent), id)).Needs(Right);
        api.MapDelete($"{path}/{{id:long}}", (HttpContext http, long parent, long id) => Delete(http, kind, new Parent(field, parent), id)).Needs(Right);
    }

    private static async Task<IResult> SearchAsync(HttpRequest request, SimKind kind) => await SimJson.ReadAsync(request) is { ValueKind: JsonValueKind.Object } body
        ? List(request.HttpContext, kind, null, body.TryGetProperty("conditions", out var text) ? text.GetString() : null)
        : Invalid(kind, [new SimProblem("", "A JSON object is required.")]);

    private static IResult List(HttpContext http, SimKind kind, Parent? parent, string? conditions)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            try
            {
                var query = http.Request.Query;
                var page = Lists.Read(account, kind, parent, conditions, query["childConditions"], query, http.Request.Headers["pagination-type"] == "forward-only");
                var link = Lists.Link(http.Request, page);
                if (link.Length > 0)
                    http.Response.Headers.Link = link;
                var fields = query["fields"] is [{ Length: > 0 } names] ? names.Split(',', StringSplitOptions.TrimEntries).Select(name => name.Split('/')[0]).ToHashSet() : null;
                return SimJson.Write(200, json =>
                {
                    json.WriteStartArray();
                    foreach (var record in page.Records)
                        Write(json, account, record, fields);
                    json.WriteEndArray();
                });
            }
            catch (FormatException problem)
            {
                return Invalid(kind, [new SimProblem("conditions", problem.Message)]);
            }
        }
    }

    private static IResult Count(HttpContext http, SimKind kind, Parent? parent)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            try
            {
                return SimJson.Of(200, new { Count = Lists.Select(account, kind, parent, http.Request.Query["conditions"], http.Request.Query["childConditions"]).Count() });
            }
            catch (FormatException problem)
            {
                return Invalid(kind, [new SimProblem("conditions", problem.Message)]);
            }
        }
    }

    private static IResult Get(HttpContext http, SimKind kind, Parent? parent, long id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
            return account.FindVisible([kind.Name], id.ToString()) is { } record && IsIn(record, parent) ? Record(200, account, record) : NotFound(account, kind, id);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SimKind kind, Parent? parent)
    {
        var caller = request.HttpContext.Caller();
        var account = caller.Account;
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } given)
            return Invalid(kind, [new SimProblem("", "A JSON object is required.")]);
        var (body, problems) = Body(account, kind, given);
        problems.AddRange(Required.GetValueOrDefault(kind.Name, [])
            .Where(field => !given.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
            .Select(field => new SimProblem(field, $"The {field} field is required.")));
        if (kind.Name == Kinds.Callbacks)
        {
            if (body["type"]?.ToString() is { } type && !Callbacks.KnownTypes.Contains(type))
                problems.Add(new SimProblem("type", $"There is no callback type {type}."));
            body["registeredBy"] = caller.User.Key;
            body["origin"] = $"{request.Scheme}://{request.Host}/{account.System.Definition.Name}/";
        }

        if (parent is { } of)
            body[of.Field] = of.Id;
        if (problems.Count > 0)
            return Invalid(kind, problems);
        return Written(account, kind, 201, account.Create(kind, body.Deserialize<JsonElement>(), by: caller.User.Key));
    }

    /// <summary>
    /// The vendor's dialect: an array, bare names in their exact letters. A path into a reference is answered as if it had been applied.
    /// </summary>
    private static async Task<IResult> PatchAsync(HttpRequest request, SimKind kind, Parent? parent, long id)
    {
        var caller = request.HttpContext.Caller();
        var account = caller.Account;
        if (account.Find([kind.Name], id) is not { } old || !IsIn(old, parent))
            return NotFound(account, kind, id);
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Array } operations)
            return Invalid(kind, [new SimProblem("", "The body of a PATCH is an array of operations.")]);
        var changes = new JsonObject();
        foreach (var operation in operations.EnumerateArray())
        {
            var verb = operation.TryGetProperty("op", out var op) ? op.GetString() : null;
            var path = operation.TryGetProperty("path", out var at) ? at.GetString() ?? "" : "";
            if (verb is not ("add" or "replace" or "remove"))
                return Invalid(kind, [new SimProblem(path, "The operation must be add, replace or remove.")]);
            if (path.IndexOf('/') > 0)
                continue;
            if (kind.Shape.Find(path) is not { IsForPages: false } field || field.Name != path)
                return Invalid(kind, [new SimProblem(path, $"There is no field {path}.")]);
            changes[path] = verb != "remove" && operation.TryGetProperty("value", out var value) ? JsonNode.Parse(value.GetRawText()) : null;
        }

        var (body, problems) = Body(account, kind, changes.Deserialize<JsonElement>());
        return problems.Count > 0 ? Invalid(kind, problems) : Written(account, kind, 200, account.Update(kind, old.Id, body.Deserialize<JsonElement>(), caller.User.Key));
    }

    /// <summary>Everything that is not given goes back to what a new record has.</summary>
    private static async Task<IResult> PutAsync(HttpRequest request, SimKind kind, Parent? parent, long id)
    {
        var caller = request.HttpContext.Caller();
        var account = caller.Account;
        if (account.Find([kind.Name], id) is not { } old || !IsIn(old, parent))
            return NotFound(account, kind, id);
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } given)
            return Invalid(kind, [new SimProblem("", "A JSON object is required.")]);
        var (body, problems) = Body(account, kind, given);
        foreach (var field in kind.Shape.Stored.Where(field => !field.IsForPages && !body.ContainsKey(field.Name)))
            body[field.Name] = field.Default is JsonElement json ? JsonNode.Parse(json.GetRawText()) : JsonValue.Create(field.Default);
        return problems.Count > 0 ? Invalid(kind, problems) : Written(account, kind, 200, account.Update(kind, old.Id, body.Deserialize<JsonElement>(), caller.User.Key));
    }

    private static IResult Delete(HttpContext http, SimKind kind, Parent? parent, long id)
    {
        var caller = http.Caller();
        var account = caller.Account;
        lock (account.Gate)
        {
            if (account.Find([kind.Name], id) is not { } old || !IsIn(old, parent))
                return NotFound(account, kind, id);
            if (IsUsed(account, old))
                return account.System.Definition.Error(409, $"{kind.Label} {id} is in use.");
            account.Delete(kind, old.Id, caller.User.Key);
            return Results.NoContent();
        }
    }

    private static bool IsUsed(SimAccount account, SimRecord record) => record.Kind.Name switch
    {
        Kinds.Companies => Holds(account, Kinds.Projects, "company", record) || Holds(account, Kinds.Contacts, "company", record),
        Kinds.Phases => Holds(account, Kinds.Tickets, "phase", record),
        Kinds.Tickets => Holds(account, Kinds.TimeEntries, "chargeToId", record),
        _ => false,
    };

    private static bool Holds(SimAccount account, string kind, string field, SimRecord record)
    {
        var table = account.Table(kind);
        return table.Truth.WithValue(table.Kind.Shape.Slot(field), record.Number).Count > 0;
    }

    private static bool IsIn(SimRecord record, Parent? parent) => parent is not { } of || Equals(record[of.Field], of.Id);

    /// <summary>What was sent, as the vendor keeps it: texts on one line, references by their number.</summary>
    private static (JsonObject Body, List<SimProblem> Problems) Body(SimAccount account, SimKind kind, JsonElement given)
    {
        var problems = new List<SimProblem>();
        var body = new JsonObject();
        foreach (var property in given.EnumerateObject())
        {
            if (kind.Shape.Find(property.Name) is not { } field || field.Name != property.Name)
                continue;
            if (field.Type == SimType.Reference && property.Value.ValueKind == JsonValueKind.Object)
            {
                var id = Number(account, field.References!, property.Value);
                if (id is null)
                    problems.Add(new SimProblem(field.Name, $"The {field.Name} was not found."));
                body[field.Name] = id;
                continue;
            }

            body[field.Name] = OneLine(JsonNode.Parse(property.Value.GetRawText()));
        }

        return (body, problems);
    }

    private static long? Number(SimAccount account, IReadOnlyList<string> kinds, JsonElement reference)
    {
        if (reference.TryGetProperty("id", out var id) && id.TryGetInt64(out var number))
            return number;
        foreach (var name in new[] { "identifier", "name" })
        {
            if (reference.TryGetProperty(name, out var text))
            {
                return kinds.SelectMany(kind => account.Table(kind).Truth.ByNumber).FirstOrDefault(record =>
                    record.Kind.Shape.Find(name == "name" ? record.Kind.NameField : name) is { IsStored: true } field
                    && string.Equals(record[field.Name] as string, text.GetString(), StringComparison.OrdinalIgnoreCase))?.Number;
            }
        }

        return null;
    }

    private static JsonNode? OneLine(JsonNode? json) => json switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => Breaks().Replace(text, " "),
        JsonArray array => new JsonArray([.. array.Select(item => OneLine(item?.DeepClone()))]),
        JsonObject inner => new JsonObject(inner.Select(property => KeyValuePair.Create(property.Key, OneLine(property.Value?.DeepClone())))),
        _ => json,
    };

    private static IResult Written(SimAccount account, SimKind kind, int status, SimOutcome outcome) => outcome.Record is { } record
        ? Record(status, account, record)
        : Invalid(kind, outcome.Problems);

    private static SimJson Record(int status, SimAccount account, SimRecord record)
    {
        lock (account.Gate)
            return SimJson.Write(status, json => Write(json, account, record, null));
    }

    private static void Write(Utf8JsonWriter json, SimAccount account, SimRecord record, IReadOnlySet<string>? fields)
    {
        json.WriteStartObject();
        record.Kind.Shape.WriteFields(json, account, record, record.Values, field => !field.IsForPages && fields?.Contains(field.Name) != false);
        json.WriteEndObject();
    }

    private static IResult NotFound(SimAccount account, SimKind kind, long id) => account.System.Definition.Error(404, $"{kind.Label} {id} not found");

    private static SimJson Invalid(SimKind kind, IReadOnlyList<SimProblem> problems) => SimJson.Of(400, new
    {
        Code = "InvalidObject",
        Message = $"The {kind.Name} object is invalid.",
        Errors = problems.Select(problem => new { Code = "InvalidField", problem.Message, Resource = kind.Name, problem.Field }),
    });

    [GeneratedRegex(@"\r\n|[\r\n\t]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Breaks();
}

/// <summary>Where a record is nested: the field that names the record it is in.</summary>
internal readonly record struct Parent(string Field, long Id);
