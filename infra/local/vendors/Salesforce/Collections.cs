using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Salesforce;

/// <summary>Up to 200 records by one call, each judged for itself: the call goes through even where all are refused.</summary>
internal static class Collections
{
    private const int Most = 200;
    private const int MostRead = 2000;

    public static void Map(RouteGroupBuilder data, SimSystem system)
    {
        data.MapPost("composite/sobjects", (HttpRequest request) => WriteAsync(system, request, (account, kind, record) => Records.Create(request, account, kind, record)));
        data.MapPatch("composite/sobjects", (HttpRequest request) => WriteAsync(system, request, (account, kind, record) =>
            record.TryGetProperty("id", out var id) || record.TryGetProperty("Id", out id)
                ? Records.Update(request, account, kind, id.GetString() ?? "", record)
                : Written.Refused(400, new Error("MISSING_ARGUMENT", "Id not specified in an update call"))));
        data.MapPatch("composite/sobjects/{type}/{field}", (HttpRequest request, string field) => WriteAsync(system, request, (account, kind, record) =>
            record.TryGetProperty(field, out var value) && value.GetString() is { Length: > 0 } text
                ? Records.Upsert(request, account, kind, field, text, Without(record, field))
                : Written.Refused(400, new Error("MISSING_ARGUMENT", $"{field} not specified"))));
        data.MapDelete("composite/sobjects", (HttpRequest request) => Delete(system, request));
        data.MapPost("composite/sobjects/{type}", (HttpRequest request, string type) => ReadAsync(system, request, type));
    }

    private static async Task<IResult> WriteAsync(SimSystem system, HttpRequest request, Func<SimAccount, SimKind, JsonElement, Written> write)
    {
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body || !body.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array)
            return Errors.Of(400, new Error("JSON_PARSER_ERROR", "A list of records is required."));
        if (records.GetArrayLength() > Most)
            return Errors.Of(400, new Error("EXCEEDED_ID_LIMIT", $"record limit reached. cannot submit more than {Most} records into this call"));
        if (body.TryGetProperty("allOrNone", out var all) && all.ValueKind == JsonValueKind.True)
            return Errors.Of(400, new Error("INVALID_INPUT", "This simulated vendor writes each record for itself: allOrNone must be false."));
        var account = request.HttpContext.Caller().Account;
        lock (account.Gate)
        {
            return SimJson.Of(200, records.EnumerateArray().Select(record => record.TryGetProperty("attributes", out var attributes) && attributes.TryGetProperty("type", out var type) && Api.Of(system, type.GetString() ?? "") is { } kind
                ? Result(write(account, kind, record))
                : Result(Written.Refused(400, new Error("INVALID_TYPE", "The type of a record is missing, or none.")))).ToArray());
        }
    }

    private static IResult Delete(SimSystem system, HttpRequest request)
    {
        var ids = request.Query["ids"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (ids.Length is 0 or > Most)
            return Errors.Of(400, new Error("EXCEEDED_ID_LIMIT", $"1 to {Most} ids are required."));
        var account = request.HttpContext.Caller().Account;
        lock (account.Gate)
        {
            return SimJson.Of(200, ids.Select(id => Result(system.Definition.Kinds.FirstOrDefault(kind => Kinds.LongId(id) is { } longId && account.Find([kind.Name], longId) is not null) is { } kind
                ? Records.Delete(request, account, kind, id)
                : Written.Refused(404, new Error("ENTITY_IS_DELETED", "entity is deleted")))).ToArray());
        }
    }

    private static async Task<IResult> ReadAsync(SimSystem system, HttpRequest request, string type)
    {
        if (Api.Of(system, type) is not { } kind)
            return Api.Unknown();
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body
            || body.Deserialize<Asked>(SimJson.Options) is not { Ids: { Length: > 0 and <= MostRead } ids, Fields: { Length: > 0 } fields })
            return Errors.Of(400, new Error("MISSING_ARGUMENT", "ids and fields are required."));
        var account = request.HttpContext.Caller().Account;
        lock (account.Gate)
        {
            return SimJson.Write(200, json =>
            {
                json.WriteStartArray();
                foreach (var id in ids)
                {
                    if (Kinds.LongId(id) is { } longId && account.FindVisible([kind.Name], longId) is { } record)
                        Api.WriteRow(json, account, new Row(record, false, null), fields.ToHashSet());
                    else
                        json.WriteNullValue();
                }

                json.WriteEndArray();
            });
        }
    }

    private static object Result(Written written) => new
    {
        written.Id,
        Success = written.Errors.Count == 0,
        Created = written.Status == 201,
        Errors = written.Errors.Select(error => new { StatusCode = error.Code, error.Message, error.Fields }),
    };

    private static JsonElement Without(JsonElement record, string field) =>
        JsonSerializer.SerializeToElement(record.EnumerateObject().Where(property => property.Name != field).ToDictionary(property => property.Name, property => property.Value));

    private sealed record Asked(string[]? Ids, string[]? Fields);
}
