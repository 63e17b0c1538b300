using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.RaisersEdge.RaisersEdgeApi;
using static SyncFunctions.Connectors.RaisersEdge.RaisersEdgeCatalog;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// Writes a constituent row by row. Where a row fails after another was written, the failure is ambiguous: what became of the write
/// is then found out by looking. An e-mail address or a phone that is taken away becomes inactive, so that its history stays.
/// </summary>
internal sealed class RaisersEdgeWrites(RaisersEdgeApi api, RaisersEdgeCodes codes)
{
    private const string Root = "constituent/v1";

    /// <returns>The id of the new constituent.</returns>
    public async Task<VendorResult<string>> CreateAsync(ConnectionScope connection, FieldSet fields, CancellationToken cancellation)
    {
        if (!fields.ContainsKey("type"))
            fields = fields.With("type", FieldValue.Of("Individual"));
        if (!RaisersEdgeRecords.Write(fields, RaisersEdgeRecords.IsOrganization(fields)).TryGet(out var body, out var failure))
            return failure;
        foreach (var part in RaisersEdgePart.All)
        {
            if (!RaisersEdgeRecords.Write(part, fields).TryGet(out var row, out failure))
                return failure;
            if (IsSomething(row))
                body[part.Name] = New(connection, part, row);
        }

        var call = Call(connection, HttpMethod.Post, $"{Root}/constituents") with { Json = Filled(body), Repeat = Repeat.Once, About = (Constituents, null), SentFields = fields.Keys };
        var made = await api.SendAsync(
            connection, call, answer => answer.Json.At("id").AsText("the id of a constituent") is { Length: > 0 } id ? id : throw new UnexpectedAnswerException("it holds no id."), cancellation);
        if (made.Value is { } created && fields.Find(Codes) is { IsBlank: false } wanted
            && (await codes.SetAsync(connection, created, wanted.AsSet(), isNew: true, cancellation)).Failure is { } refused)
            return refused with { Ambiguous = true };
        return made;
    }

    /// <returns>Whether there was anything to write.</returns>
    public async Task<VendorResult<bool>> UpdateAsync(ConnectionScope connection, string id, FieldSet fields, CancellationToken cancellation)
    {
        if (fields.ContainsKey("type"))
            return new VendorFailure(FailureKind.Permanent, "The type of a constituent cannot be changed in Raiser's Edge NXT.");
        var parts = new List<(RaisersEdgePart Part, JsonObject Row)>();
        foreach (var part in RaisersEdgePart.All)
        {
            if (!RaisersEdgeRecords.Write(part, fields).TryGet(out var row, out var wrong))
                return wrong;
            if (row.Count > 0)
                parts.Add((part, row));
        }

        // Which rows are the primary ones, and whether it is a person, only the constituent tells.
        JsonElement now = default;
        if ((parts.Count > 0 || fields.ContainsKey("last"))
            && !(await api.SendAsync(connection, RecordCall(connection, HttpMethod.Get, id), answer => answer.Json, cancellation)).TryGet(out now, out var failure))
            return failure;
        var isOrganization = now.At("type").AsText("type") == "Organization";
        if (!RaisersEdgeRecords.Write(fields, isOrganization).TryGet(out var own, out failure))
            return failure;

        var written = false;
        // First what is refused most often: a code that is not in the vendor's table.
        if (fields.Find(Codes) is { } wanted && !(await codes.SetAsync(connection, id, wanted.AsSet(), isNew: false, cancellation)).TryGet(out written, out failure))
            return failure;
        if (own.Count > 0)
        {
            var patched = await api.SendAsync(connection, RecordCall(connection, HttpMethod.Patch, id) with { Json = own }, _ => true, cancellation);
            if (patched.Failure is { } refused)
                return written ? refused with { Ambiguous = true } : refused;
            written = true;
        }

        foreach (var (part, row) in parts)
        {
            var result = await WriteAsync(connection, id, part, RaisersEdgeRecords.RowOf(now, part), row, cancellation);
            if (result.Failure is { } refused)
                return written ? refused with { Ambiguous = true } : refused;
            written |= result.Value;
        }

        return written;
    }

    private async Task<VendorResult<bool>> WriteAsync(ConnectionScope connection, string id, RaisersEdgePart part, string? rowId, JsonObject row, CancellationToken cancellation)
    {
        if (rowId is null || !VendorCall.IsSegment(rowId))
        {
            if (!IsSomething(row))
                return false;
            var body = New(connection, part, row);
            body["constituent_id"] = id;
            var post = Call(connection, HttpMethod.Post, $"{Root}/{part.Path}") with { Json = body, Repeat = Repeat.Once, About = (Constituents, id) };
            return await api.SendAsync(connection, post, _ => true, cancellation);
        }

        if (part != RaisersEdgePart.Address && row[part.Value] is { } value)
        {
            row["inactive"] = IsBlank(value);
            if (IsBlank(value))
                row.Remove(part.Value);
        }

        var patch = Call(connection, HttpMethod.Patch, $"{Root}/{part.Path}/{rowId}") with { Json = row, IsRecord = true, About = (Constituents, id) };
        return await api.SendAsync(connection, patch, _ => true, cancellation);
    }

    private static JsonObject New(ConnectionScope connection, RaisersEdgePart part, JsonObject row)
    {
        var made = Filled(row);
        made["type"] = Setting(connection, part.TypeSetting);
        made[part.Primary] = true;
        return made;
    }

    /// <summary>A flag alone has nothing to stand on: there is no row without an address or a number.</summary>
    private static bool IsSomething(JsonObject row) => row.Any(field => field.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String && !IsBlank(value));

    private static bool IsBlank(JsonNode value) => value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0;

    /// <summary>Without what is blank: a new row has none of it.</summary>
    private static JsonObject Filled(JsonObject body) =>
        new(body.Where(field => field.Value is { } value && !IsBlank(value)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    private static VendorCall RecordCall(ConnectionScope connection, HttpMethod method, string id) =>
        Call(connection, method, $"{Root}/constituents/{id}") with { IsRecord = true, About = (Constituents, id) };
}
