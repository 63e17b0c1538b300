using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.RaisersEdge.RaisersEdgeApi;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// Gifts. A change names the version that it is for, and a gift that is posted to the ledger takes none. The key that another system gives
/// a gift is its lookup id, which no list can be asked for: it is looked for in them.
/// </summary>
internal sealed class RaisersEdgeGifts(RaisersEdgeApi api)
{
    private const string Path = "gift/v1/gifts";

    private static readonly RecordShape Shape = new(RaisersEdgeCatalog.Catalog.Kind(RaisersEdgeCatalog.Gifts))
    {
        Created = ["date_added"],
        Modified = ["date_modified"],
        Label = [["lookup_id"], ["type"]],
        IdsAreTexts = true,
        Paths = new Dictionary<string, string[]>
        {
            ["constituent"] = ["constituent_id"],
            ["amount"] = ["amount.value"],
            ["status"] = ["gift_status"],
        }.ToImmutableDictionary(),
    };

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, ListRequest request, CancellationToken cancellation)
    {
        if (request.Where is { } where)
            return await SearchAsync(connection, where, cancellation);
        var walk = new Walk(Query(PageSize(connection), request.ChangedSince));
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk))
            return new VendorFailure(FailureKind.Permanent, "This page token is none of Raiser's Edge NXT.");
        if (!(await api.PageAsync(connection, Path, walk.Query, RaisersEdgeCatalog.Gifts, cancellation)).TryGet(out var page, out var failure))
            return failure;
        var taken = walk.Taken + page.Rows.Length;
        var next = IsEnd(page, taken, PageSize(connection)) ? null : PageToken.Write(new Walk(page.Next!) { Taken = taken });
        return ReadAll(page.Rows).TryGet(out var records, out failure)
            ? new VendorPage(records, next, page.VendorTime, request is { ChangedSince: null, PageToken: null } ? page.Count : null)
            : failure;
    }

    public Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string id, CancellationToken cancellation) =>
        api.SendAsync(connection, RecordCall(connection, HttpMethod.Get, id), Read, cancellation);

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, FieldSet fields, CancellationToken cancellation)
    {
        fields = fields.ContainsKey("type") ? fields : fields.With("type", FieldValue.Of("Donation"));
        if (!Write(fields).TryGet(out var body, out var failure))
            return failure;
        var fund = fields.Find("fund") is FieldValue.Text { Value: { Length: > 0 } named } ? named : Setting(connection, "defaultFund");
        if (fund.Length == 0)
            return new VendorFailure(FailureKind.Misconfigured, "A gift in Raiser's Edge NXT is for a fund: the setting with the one of gifts that name none is blank.");
        if (body["amount"]?["value"] is not { } value)
            return new VendorFailure(FailureKind.Permanent, "A gift has an amount.");
        body["gift_splits"] = Split(null, value, fund);
        var method = fields.Find("payment_method") is FieldValue.Text { Value: { Length: > 0 } given } ? given : Setting(connection, "defaultPaymentMethod");
        body["payments"] = new JsonArray(new JsonObject { ["payment_method"] = method });
        var call = Call(connection, HttpMethod.Post, Path) with { Json = body, Repeat = Repeat.Once, About = (RaisersEdgeCatalog.Gifts, null), SentFields = fields.Keys };
        var made = await api.SendAsync(
            connection, call, answer => answer.Json.At("id").AsText("the id of a gift") is { } id && VendorCall.IsSegment(id) ? id : throw new UnexpectedAnswerException("it holds no id."), cancellation);
        return made.TryGet(out var created, out failure) ? (await GetAsync(connection, created, cancellation)).AfterWrite() : failure;
    }

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string id, FieldSet fields, CancellationToken cancellation)
    {
        if (!Write(fields.Without("constituent")).TryGet(out var body, out var failure))
            return failure;
        var read = await api.SendAsync(
            connection, RecordCall(connection, HttpMethod.Get, id), answer => (Gift: answer.Json, Record: Read(answer)), cancellation);
        if (!read.TryGet(out var now, out failure))
            return failure;
        if (fields.Find("constituent") is { } constituent && !constituent.Equals(now.Record.Fields.Find("constituent")))
            return new VendorFailure(FailureKind.Permanent, "A gift in Raiser's Edge NXT stays with its constituent.");
        if (now.Gift.At("post_status").AsText("post_status") == "Posted")
            return new VendorFailure(FailureKind.Permanent, "The gift is posted, and Raiser's Edge NXT no longer lets it be changed.");
        if (now.Record.Version is not { } version)
            return new VendorFailure(FailureKind.Permanent, "Raiser's Edge NXT did not tell the version of the gift, without which it cannot be changed.");
        if ((fields.ContainsKey("amount") || fields.ContainsKey("fund")) && Divide(now.Gift, now.Record.Fields.With(fields), body) is { } refused)
            return refused;
        if (fields.Find("payment_method") is FieldValue.Text { Value: { Length: > 0 } method })
            body["payments"] = new JsonArray(new JsonObject { ["payment_method"] = method });
        if (body.Count == 0)
            return now.Record;
        var call = RecordCall(connection, HttpMethod.Patch, id) with { Json = body, Headers = [("If-Match", version)] };
        return (await api.SendAsync(connection, call, _ => true, cancellation)).TryGet(out _, out failure)
            ? (await GetAsync(connection, id, cancellation)).AfterWrite()
            : failure;
    }

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string id, CancellationToken cancellation)
    {
        var deleted = await api.SendAsync(connection, RecordCall(connection, HttpMethod.Delete, id), _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    private async Task<VendorResult<VendorPage>> SearchAsync(ConnectionScope connection, FieldSet where, CancellationToken cancellation)
    {
        var begun = api.Time.GetUtcNow();
        (string, string)[] of = where.Find("constituent") is FieldValue.Reference { RecordId: var id } ? [("constituent_id", id)] : [];
        if (where.Keys.FirstOrDefault(name => name is not ("lookup_id" or "constituent")) is not null || !where.ContainsKey("lookup_id"))
            return new VendorFailure(FailureKind.Permanent, "Raiser's Edge NXT finds gifts by their lookup_id alone, and by that of a constituent.");
        if (!(await api.AllAsync(connection, Path, Query(MaxPage, null, of), RaisersEdgeCatalog.Gifts, cancellation)).TryGet(out var rows, out var failure))
            return failure;
        return ReadAll(rows).TryGet(out var records, out failure) ? new VendorPage([.. records.Where(record => RecordShape.IsMatch(record, where))], null, begun) : failure;
    }

    private static VendorResult<JsonObject> Write(FieldSet fields) => Shape.Write(fields.Without("fund").Without("payment_method"));

    /// <summary>The whole amount for one fund: what is divided among several is for a person to change.</summary>
    private static VendorFailure? Divide(JsonElement gift, FieldSet fields, JsonObject body)
    {
        if (First(gift, "gift_splits", out var several) is not { } split || several)
            return new VendorFailure(FailureKind.Permanent, "The gift is for several funds: its amount is to be changed in Raiser's Edge NXT.");
        var amount = fields.Find("amount") is FieldValue.Number { Value: var value } ? value : 0;
        body["gift_splits"] = Split(split.At("id").AsText("the id of a split"), JsonValue.Create(amount), fields.Find("fund")?.ToString() ?? "");
        return null;
    }

    private static JsonArray Split(string? id, JsonNode amount, string fund)
    {
        var split = new JsonObject { ["amount"] = new JsonObject { ["value"] = amount.DeepClone() }, ["fund_id"] = fund };
        if (id is not null)
            split["id"] = id;
        return [split];
    }

    private static VendorResult<ImmutableArray<Record>> ReadAll(ImmutableArray<JsonElement> rows)
    {
        try
        {
            return rows.Select(Read).ToImmutableArray();
        }
        catch (UnexpectedAnswerException exception)
        {
            return new VendorFailure(FailureKind.Permanent, $"The answer of Raiser's Edge NXT is not as expected: {exception.Message}");
        }
    }

    private static Record Read(VendorAnswer answer) => Read(answer.Json) with { Version = answer.Headers.GetValueOrDefault("ETag") };

    private static Record Read(JsonElement json)
    {
        var record = Shape.Read(json);
        var fields = Shape.Kind.Fields.Aggregate(record.Fields, (all, field) => all.ContainsKey(field.Name) ? all : all.With(field.Name, FieldValue.None));
        fields = fields.With("fund", FieldValue.Of(First(json, "gift_splits", out _)?.At("fund_id").AsText("the fund of a gift")));
        return record with { Fields = fields.With("payment_method", FieldValue.Of(First(json, "payments", out _)?.At("payment_method").AsText("the payment method of a gift"))) };
    }

    private static JsonElement? First(JsonElement gift, string name, out bool several)
    {
        var all = gift.At(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().ToArray() : [];
        several = all.Length > 1;
        return all is [var first, ..] ? first : null;
    }

    private static VendorCall RecordCall(ConnectionScope connection, HttpMethod method, string id) =>
        Call(connection, method, $"{Path}/{id}") with { IsRecord = true, About = (RaisersEdgeCatalog.Gifts, id) };

    /// <param name="Query">Of the page to be read.</param>
    private sealed record Walk(string Query)
    {
        public int Taken { get; init; }
    }
}
