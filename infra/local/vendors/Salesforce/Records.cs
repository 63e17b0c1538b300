using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Salesforce;

/// <summary>What came of a write: the record's id, or what was wrong with it.</summary>
/// <param name="Several">The records that share the external id of an upsert, which wrote nothing then.</param>
internal sealed record Written(int Status, string? Id, IReadOnlyList<Error> Errors)
{
    public IReadOnlyList<string> Several { get; init; } = [];

    public static Written Refused(int status, params IReadOnlyList<Error> errors) => new(status, null, errors);
}

/// <summary>Single records below <c>sobjects</c>, and the rules that collections of them share.</summary>
internal static class Records
{
    private static readonly ConditionalWeakTable<SimSystem, StrongBox<int>> Writes = [];

    public static void Map(RouteGroupBuilder data, SimSystem system)
    {
        data.MapPost("sobjects/{type}", (HttpRequest request, string type) => WithBody(system, request, type, (account, kind, body) =>
            Answer(kind, Create(request, account, kind, body))));
        data.MapGet("sobjects/{type}/{id}", (HttpContext http, string type, string id) => Api.Of(system, type) is { } kind ? Get(http, kind, id) : Api.Unknown());
        data.MapPatch("sobjects/{type}/{id}", (HttpRequest request, string type, string id) => WithBody(system, request, type, (account, kind, body) =>
            Answer(kind, Update(request, account, kind, id, body, conditional: true))));
        data.MapDelete("sobjects/{type}/{id}", (HttpRequest request, string type, string id) => Api.Of(system, type) is { } kind
            ? Answer(kind, Delete(request, request.HttpContext.Caller().Account, kind, id))
            : Api.Unknown());
        data.MapPatch("sobjects/{type}/{field}/{**value}", (HttpRequest request, string type, string field, string value) => WithBody(system, request, type, (account, kind, body) =>
            Answer(kind, Upsert(request, account, kind, field, value, body, request.Query["updateOnly"] == "true"))));
    }

    public static Written Create(HttpRequest request, SimAccount account, SimKind kind, JsonElement body)
    {
        if (IsLocked(account.System))
            return Locked;
        var (fields, problems) = Read(kind, body);
        if (problems.Count == 0 && IsDouble(request, account, kind, fields))
            return Written.Refused(400, new Error("DUPLICATES_DETECTED", "Use one of these records?"));
        return problems.Count > 0 ? new Written(400, null, problems) : Of(201, account.Create(kind, fields.Deserialize<JsonElement>(), by: By(request)));
    }

    public static Written Update(HttpRequest request, SimAccount account, SimKind kind, string id, JsonElement body, bool conditional = false)
    {
        if (Kinds.LongId(id) is not { } longId)
            return Written.Refused(400, new Error("MALFORMED_ID", "malformed id"));
        if (account.Find([kind.Name], longId) is not { } old)
            return Missing(account, longId);
        if (IsLocked(account.System))
            return Locked;
        if (conditional && request.Headers.IfUnmodifiedSince is [{ Length: > 0 } text]
            && (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) || old.Modified > since))
            return Written.Refused(412, new Error("PRECONDITION_FAILED", "the record was changed"));
        var (fields, problems) = Read(kind, body);
        return problems.Count > 0 ? new Written(400, null, problems) : Of(204, account.Update(kind, longId, fields.Deserialize<JsonElement>(), By(request)));
    }

    public static Written Upsert(HttpRequest request, SimAccount account, SimKind kind, string field, string value, JsonElement body, bool updateOnly = false)
    {
        if (field != Kinds.ExternalId || kind.Name != Kinds.Opportunities)
            return Written.Refused(404, new Error("NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + field));
        if (body.EnumerateObject().Any(property => property.Name.Equals(field, StringComparison.OrdinalIgnoreCase)))
            return Written.Refused(400, new Error("INVALID_FIELD", $"The {field} field should not be specified in the sobject data.", field));
        var table = account.Table(kind.Name);
        var found = table.Truth.WithValue(table.Kind.Shape.Slot(field), value);
        if (found.Count > 1)
            return new Written(300, null, [new Error("DUPLICATE_EXTERNAL_ID", $"{field}: more than one record found for external id field: [{string.Join(", ", found.Select(record => record.Id))}]")]) { Several = [.. found.Select(record => record.Id)] };
        if (found is [var one])
        {
            var updated = Update(request, account, kind, one.Id, body);
            return updated.Errors.Count == 0 ? updated with { Status = 200 } : updated;
        }

        if (updateOnly)
            return Written.Refused(404, new Error("NOT_FOUND", "The requested resource does not exist"));
        var whole = JsonNode.Parse(body.GetRawText())!.AsObject();
        whole[field] = value;
        return Create(request, account, kind, whole.Deserialize<JsonElement>());
    }

    public static Written Delete(HttpRequest request, SimAccount account, SimKind kind, string id)
    {
        if (Kinds.LongId(id) is not { } longId)
            return Written.Refused(400, new Error("MALFORMED_ID", "malformed id"));
        lock (account.Gate)
            return account.Delete(kind, longId, By(request)) ? new Written(204, longId, []) : Missing(account, longId);
    }

    private static Written Locked => Written.Refused(400, new Error("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"));

    private static IResult Get(HttpContext http, SimKind kind, string id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            if (Kinds.LongId(id) is not { } longId || account.FindVisible([kind.Name], longId) is not { } record)
                return Api.Unknown();
            var fields = http.Request.Query["fields"] is [{ Length: > 0 } names] ? names.Split(',').ToHashSet() : null;
            return SimJson.Write(200, json => Api.WriteRow(json, account, new Row(record, false, null), fields));
        }
    }

    private static async Task<IResult> WithBody(SimSystem system, HttpRequest request, string type, Func<SimAccount, SimKind, JsonElement, IResult> act)
    {
        if (Api.Of(system, type) is not { } kind)
            return Api.Unknown();
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body)
            return Errors.Of(400, new Error("JSON_PARSER_ERROR", "The body is no JSON object."));
        var account = request.HttpContext.Caller().Account;
        lock (account.Gate)
            return act(account, kind, body);
    }

    private static IResult Answer(SimKind kind, Written written) => written switch
    {
        { Several.Count: > 0 } => SimJson.Of(300, written.Several.Select(id => $"/services/data/v67.0/sobjects/{kind.Name}/{id}")),
        { Errors.Count: > 0 } => Errors.Of(written.Status, written.Errors),
        { Status: 204 } => Results.NoContent(),
        _ => SimJson.Of(written.Status, new { written.Id, Success = true, written.Errors, Created = written.Status == 201 }),
    };

    /// <summary>What was sent; the vendor refuses what it does not know, instead of passing over it.</summary>
    private static (JsonObject Fields, List<Error> Problems) Read(SimKind kind, JsonElement body)
    {
        var (fields, problems) = (new JsonObject(), new List<Error>());
        foreach (var property in body.EnumerateObject().Where(property => property.Name is not ("attributes" or "id" or "Id")))
        {
            var field = kind.Shape.Find(property.Name);
            if (field is not { IsForPages: false })
                problems.Add(new Error("INVALID_FIELD", $"No such column '{property.Name}' on sobject of type {kind.Name}"));
            else if (!field.IsStored)
                problems.Add(new Error("INVALID_FIELD_FOR_INSERT_UPDATE", $"Unable to create/update fields: {field.Name}. Please check the security settings of this field.", field.Name));
            else if (property.Value.ValueKind == JsonValueKind.String && field.Name == "Email" && property.Value.GetString() is { Length: > 0 } email && !email.Contains('@', StringComparison.Ordinal))
                problems.Add(new Error("INVALID_EMAIL_ADDRESS", $"Email: invalid email address: {email}", "Email"));
            else
                fields[field.Name] = field.References is not null && property.Value.ValueKind == JsonValueKind.String ? Kinds.LongId(property.Value.GetString()!) : JsonNode.Parse(property.Value.GetRawText());
        }

        return (fields, problems);
    }

    private static Written Of(int status, SimOutcome outcome) => outcome.Record is { } record
        ? new Written(status, record.Id, [])
        : new Written(400, null, [.. outcome.Problems.Select(ErrorOf)]);

    private static Error ErrorOf(SimProblem problem) => problem.Message switch
    {
        var message when message.Contains("is required", StringComparison.Ordinal) => new Error("REQUIRED_FIELD_MISSING", $"Required fields are missing: [{problem.Field}]", problem.Field),
        var message when message.Contains("maximum length", StringComparison.Ordinal) => new Error("STRING_TOO_LONG", $"{problem.Field}: data value too large", problem.Field),
        var message when message.Contains("no existing record", StringComparison.Ordinal) => new Error("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", problem.Field),
        _ => new Error("JSON_PARSER_ERROR", $"Cannot deserialize the value of {problem.Field}", problem.Field),
    };

    private static Written Missing(SimAccount account, string id)
    {
        var bin = account.Table(Kinds.RecycleBin);
        return bin.Truth.WithValue(bin.Kind.Shape.Slot("RecordId"), id).Count > 0
            ? Written.Refused(404, new Error("ENTITY_IS_DELETED", "entity is deleted"))
            : Written.Refused(404, new Error("NOT_FOUND", "The requested resource does not exist"));
    }

    private static bool IsDouble(HttpRequest request, SimAccount account, SimKind kind, JsonObject fields)
    {
        if (!account.System.Settings.Switches[Vendor.DuplicateRules] || kind.Name != Kinds.Contacts || fields["Email"] is not JsonValue email
            || request.Headers["Sforce-Duplicate-Rule-Header"].ToString().Replace(" ", "", StringComparison.Ordinal).Contains("allowSave=true", StringComparison.OrdinalIgnoreCase))
            return false;
        var contacts = account.Table(Kinds.Contacts);
        return contacts.Truth.WithValue(contacts.Kind.Shape.Slot("Email"), email.GetValue<string>()).Count > 0;
    }

    private static bool IsLocked(SimSystem system) => system.Settings.Switches[Vendor.LockedRows] && Interlocked.Increment(ref Writes.GetOrCreateValue(system).Value) % 2 == 1;

    private static string By(HttpRequest request) => request.HttpContext.Caller().User.Key;
}
