using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.RaisersEdge.RaisersEdgeApi;
using static SyncFunctions.Connectors.RaisersEdge.RaisersEdgeCatalog;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// Raiser's Edge NXT: lists that lag and single records that do not; a constituent of several rows, read and written as one record.
/// </summary>
internal sealed class RaisersEdgeConnector : IConnector, IWebhookRegistrar
{
    public const string ListPath = "constituent/v1/constituents";

    /// <summary>So many ids fit the query of one call.</summary>
    private const int IdsAtOnce = 100;

    /// <summary>Codes, and what is read of prospects that have changed, take a call for each constituent: a page of them is to end in time.</summary>
    private const int CallsAtOnce = 50;

    /// <summary>So many constituents of a walk are known to have been in it; the message that carries them stays small.</summary>
    private const int Remembered = 500;

    private const int MostFound = 500;

    private readonly RaisersEdgeApi _api;
    private readonly RaisersEdgeCodes _codes;
    private readonly RaisersEdgeLists _lists;
    private readonly RaisersEdgeWrites _writes;
    private readonly RaisersEdgeGifts _gifts;
    private readonly RaisersEdgeRecent _recent = new();
    private long _walks;

    public RaisersEdgeConnector(VendorPipeline pipeline)
    {
        _api = new RaisersEdgeApi(pipeline);
        _codes = new RaisersEdgeCodes(_api);
        _lists = new RaisersEdgeLists(_api);
        _writes = new RaisersEdgeWrites(_api, _codes);
        _gifts = new RaisersEdgeGifts(_api);
    }

    public SystemCatalog Catalog => RaisersEdgeCatalog.Catalog;

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        if (!(await connection.Credentials.GetAsync(cancellation)).TryGet(out var credentials, out var failure))
            return failure;
        var call = Call(connection, HttpMethod.Get, ListPath) with { Query = [("limit", "1")], About = (Constituents, null) };
        var seen = await _api.SendAsync(connection, call, _ => true, cancellation);
        if (seen.Failure is { Kind: not FailureKind.Forbidden } other)
            return other;
        if (RaisersEdgeAuth.AccountOf(credentials) is not { } account)
            return new VendorFailure(FailureKind.Misconfigured, "Raiser's Edge NXT did not say which environment the token is for.");
        return account with { MissingRight = seen.Failure is { } refused ? refused.Right ?? "view constituents" : null };
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (request.ParentId is not null)
            return new VendorFailure(FailureKind.Permanent, $"{kind} do not live inside other records of Raiser's Edge NXT.");
        if (kind == Gifts)
            return await _gifts.ListAsync(connection, request, cancellation);
        if (kind == CodeTypes)
            return await _codes.TypesAsync(connection, cancellation);
        if (request.Where is { } where)
            return await SearchAsync(connection, where, cancellation);
        var walk = new Walk(request.ChangedSince is not null && Has(connection, "childChanges") ? Changes[0] : ListPath);
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk))
            return new VendorFailure(FailureKind.Permanent, "This page token is none of Raiser's Edge NXT.");
        return await WalkAsync(connection, request, walk, cancellation);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (!VendorCall.IsSegment(id) || kind == CodeTypes)
            return NoSuch(kind);
        return kind == Gifts ? await _gifts.GetAsync(connection, id, cancellation) : await ReadAsync(connection, id, withCodes: true, cancellation);
    }

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null)
    {
        if (Unwritable(kind) is { } refused)
            return refused;
        if (kind == Gifts)
            return await _gifts.CreateAsync(connection, fields, cancellation);
        if (!(await _writes.CreateAsync(connection, fields, cancellation)).TryGet(out var id, out var failure))
            return failure;

        // What was given no codes has none.
        var made = (await ReadAsync(connection, id, withCodes: fields.Find(Codes) is { IsBlank: false }, cancellation)).AfterWrite();
        return made.Value is { } record && !record.Fields.ContainsKey(Codes) && Has(connection, "codes") ? record with { Fields = record.Fields.With(Codes, new FieldValue.Set()) } : made;
    }

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null)
    {
        if (Unwritable(kind) is { } refused)
            return refused;
        if (!VendorCall.IsSegment(id))
            return NoSuch(kind);
        if (kind == Gifts)
            return await _gifts.UpdateAsync(connection, id, fields, cancellation);
        if (fields.ContainsKey(Codes))
            _recent.Forget(connection, Codes, id);
        if (!(await _writes.UpdateAsync(connection, id, fields, cancellation)).TryGet(out _, out var failure))
            return failure;
        return (await ReadAsync(connection, id, withCodes: fields.ContainsKey(Codes), cancellation)).AfterWrite();
    }

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (Unwritable(kind) is { } refused)
            return refused;
        if (!VendorCall.IsSegment(id))
            return false;
        if (kind == Gifts)
            return await _gifts.DeleteAsync(connection, id, cancellation);
        var deleted = await _api.SendAsync(connection, RecordCall(connection, HttpMethod.Delete, id), _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    public Uri AuthorizeAddress(OAuthRequest request) => RaisersEdgeAuth.ConsentPage(request);

    public async Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        RaisersEdgeAuth.Exchange(request, answer).TryGet(out var call, out var failure)
            ? await _api.SendAsync(null, call, got => RaisersEdgeAuth.Read(got, null, _api.Time), cancellation)
            : failure;

    public async Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        RaisersEdgeAuth.Refresh(connection.Settings, old).TryGet(out var call, out var failure)
            ? await _api.SendAsync(connection, call, got => RaisersEdgeAuth.Read(got, old, _api.Time), cancellation)
            : failure;

    public Task<VendorResult<WebhookRegistration>> RegisterAsync(ConnectionScope connection, Uri address, WebhookRegistration? before, CancellationToken cancellation) =>
        new RaisersEdgeSubscriptions(_api, connection).RegisterAsync(address, before, cancellation);

    public Task<VendorResult<bool>> UnregisterAsync(ConnectionScope connection, WebhookRegistration registration, CancellationToken cancellation) =>
        new RaisersEdgeSubscriptions(_api, connection).RemoveAsync(registration.Ids, cancellation);

    /// <summary>Where changes show, in the order in which they are looked for. Codes come first: what is read for them is whole.</summary>
    private static readonly ImmutableArray<string> Changes =
        [RaisersEdgeCodes.ListPath, ListPath, .. RaisersEdgePart.All.Select(part => $"constituent/v1/{part.Path}")];

    /// <summary>Goes on until there is something to hand out, or nothing left: most lists hold no change.</summary>
    private async Task<VendorResult<VendorPage>> WalkAsync(ConnectionScope connection, ListRequest request, Walk walk, CancellationToken cancellation)
    {
        DateTimeOffset? begun = null;
        int? total = null;
        for (Walk? next = walk; ;)
        {
            walk = next;
            var query = walk.Query ?? FirstQuery(connection, walk.Path, request.ChangedSince);
            if (!(await _api.PageAsync(connection, walk.Path, query, Constituents, cancellation)).TryGet(out var page, out var failure))
                return failure;
            begun ??= page.VendorTime;
            if (request.ChangedSince is null && walk.Query is null)
                (walk, total) = (walk with { Id = NewWalk() }, page.Count);
            if (!(await RecordsAsync(connection, request, walk, page, cancellation)).TryGet(out var records, out failure))
                return failure;
            next = After(connection, request, walk, page, records);
            if (next is null && walk.Id is not null)
                _codes.Forget(connection);
            if (records.Length > 0 || next is null)
                return new VendorPage(records, next is null ? null : PageToken.Write(next), begun.Value, total);
        }
    }

    private async Task<VendorResult<ImmutableArray<Record>>> RecordsAsync(ConnectionScope connection, ListRequest request, Walk walk, SkyPage page, CancellationToken cancellation)
    {
        if (page.Rows.IsEmpty)
            return ImmutableArray<Record>.Empty;
        if (walk.Path == ListPath)
        {
            var rows = page.Rows.Where(row => !walk.Seen.Contains(IdOf(row, "id"))).ToImmutableArray();
            var all = ImmutableDictionary<string, FieldValue.Set>.Empty;
            var joined = request.ChangedSince is null && Has(connection, "codes");
            if (joined && !(await _codes.OfAllAsync(connection, walk.Id!, cancellation)).TryGet(out all!, out var refused))
                return refused;
            if (!(await ComposeAsync(connection, rows, id => joined ? all.GetValueOrDefault(id) ?? new FieldValue.Set() : null, cancellation)).TryGet(out var records, out refused))
                return refused;
            return request.ChangedSince is not null && Setting(connection, "prospectPath") is { Length: > 0 } path ? await WithProspectsAsync(connection, path, records, cancellation) : records;
        }

        var ids = page.Rows.Select(row => IdOf(row, "constituent_id")).Distinct(StringComparer.Ordinal).Except(walk.Seen).Where(VendorCall.IsSegment).ToImmutableArray();
        if (!(await ManyAsync(connection, ids, cancellation)).TryGet(out var found, out var failure))
            return failure;
        var codes = new Dictionary<string, FieldValue.Set>();
        foreach (var id in walk.Path == RaisersEdgeCodes.ListPath ? found.Select(row => IdOf(row, "id")) : [])
        {
            var stamp = string.Join(' ', page.Rows.Where(row => IdOf(row, "constituent_id") == id).Select(row => $"{IdOf(row, "id")}@{row.At("date_modified")}"));
            var read = await RecentAsync(connection, Codes, id, stamp, async () => (await _codes.OfAsync(connection, id, cancellation)).TryGet(out var set, out var refused) ? set : refused);
            if (read.TryGet(out var value, out failure))
                codes[id] = value.AsSet();
            else if (failure.Kind != FailureKind.NotFound)
                return failure;
        }

        return await ComposeAsync(connection, found, codes.GetValueOrDefault, cancellation);
    }

    /// <summary>Of what changed, since a prospect's status is in no list.</summary>
    private async Task<VendorResult<ImmutableArray<Record>>> WithProspectsAsync(ConnectionScope connection, string path, ImmutableArray<Record> records, CancellationToken cancellation)
    {
        var known = ImmutableArray.CreateBuilder<Record>(records.Length);
        foreach (var record in records)
        {
            var read = await RecentAsync(connection, path, record.Id, $"{record.Modified:O}", () => ProspectAsync(connection, path, record.Id, cancellation));
            if (!read.TryGet(out var status, out var failure))
                return failure;
            known.Add(record with { Fields = record.Fields.With("prospect_status", status) });
        }

        return known.ToImmutable();
    }

    private async Task<VendorResult<FieldValue>> RecentAsync(ConnectionScope connection, string field, string id, string stamp, Func<Task<VendorResult<FieldValue>>> read)
    {
        if (_recent.TryGet(connection, field, id, stamp, out var known))
            return known;
        var result = await read();
        if (result.Value is { } value)
            _recent.Keep(connection, field, id, stamp, value);
        return result;
    }

    /// <summary>Where the walk goes on; null at its end.</summary>
    private static Walk? After(ConnectionScope connection, ListRequest request, Walk walk, SkyPage page, ImmutableArray<Record> records)
    {
        var taken = walk.Taken + page.Rows.Length;
        var seen = request.ChangedSince is not null && Has(connection, "childChanges")
            ? walk.Seen.Concat(records.Select(record => record.Id)).TakeLast(Remembered).ToImmutableArray()
            : [];
        if (!IsEnd(page, taken, LimitOf(connection, walk.Path, request.ChangedSince)))
            return walk with { Query = page.Next, Taken = taken, Seen = seen };
        var at = Changes.IndexOf(walk.Path) + 1;
        return request.ChangedSince is not null && Has(connection, "childChanges") && at < Changes.Length ? new Walk(Changes[at]) { Seen = seen } : null;
    }

    /// <summary>Constituents by their ids; those that are gone, or none, are left out.</summary>
    private async Task<VendorResult<ImmutableArray<JsonElement>>> ManyAsync(ConnectionScope connection, ImmutableArray<string> ids, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<JsonElement>();
        foreach (var some in ids.Chunk(IdsAtOnce))
        {
            var query = VendorCall.QueryText([("limit", MaxPage.ToString(CultureInfo.InvariantCulture)), .. Everybody, .. some.Select(id => ("constituent_id", id))]);
            if (!(await _api.PageAsync(connection, ListPath, query, Constituents, cancellation)).TryGet(out var page, out var failure))
                return failure;
            found.AddRange(page.Rows.Where(row => some.Contains(IdOf(row, "id"))));
        }

        return found.ToImmutable();
    }

    private async Task<VendorResult<ImmutableArray<Record>>> ComposeAsync(
        ConnectionScope connection, ImmutableArray<JsonElement> rows, Func<string, FieldValue.Set?> codes, CancellationToken cancellation)
    {
        if (!(await _lists.ReadAsync(connection, cancellation)).TryGet(out var lists, out var failure))
            return failure;
        try
        {
            return rows.Select(row => RaisersEdgeRecords.Read(row, codes(IdOf(row, "id")), RaisersEdgeLists.Of(lists, IdOf(row, "id")))).ToImmutableArray();
        }
        catch (UnexpectedAnswerException exception)
        {
            return new VendorFailure(FailureKind.Permanent, $"The answer of Raiser's Edge NXT is not as expected: {exception.Message}");
        }
    }

    /// <summary>A constituent as it is now.</summary>
    private async Task<VendorResult<Record>> ReadAsync(ConnectionScope connection, string id, bool withCodes, CancellationToken cancellation)
    {
        var read = await _api.SendAsync(connection, RecordCall(connection, HttpMethod.Get, id), answer => RaisersEdgeRecords.Read(answer.Json, null, null), cancellation);
        if (!read.TryGet(out var record, out var failure))
            return failure;
        var fields = record.Fields;
        if (withCodes && Has(connection, "codes"))
        {
            if (!(await _codes.OfAsync(connection, id, cancellation)).TryGet(out var codes, out failure))
                return failure;
            fields = fields.With(Codes, codes);
        }

        if (!(await _lists.ReadAsync(connection, cancellation)).TryGet(out var lists, out failure))
            return failure;
        if (RaisersEdgeLists.Of(lists, id) is { } held)
            fields = fields.With("lists", held);
        if (Setting(connection, "prospectPath") is { Length: > 0 } path)
        {
            if (!(await ProspectAsync(connection, path, id, cancellation)).TryGet(out var status, out failure))
                return failure;
            fields = fields.With("prospect_status", status);
        }

        return record with { Fields = fields };
    }

    /// <summary>The status of a prospect; null for who is none.</summary>
    private async Task<VendorResult<FieldValue>> ProspectAsync(ConnectionScope connection, string path, string id, CancellationToken cancellation)
    {
        var call = Call(connection, HttpMethod.Get, path.Replace("{id}", id, StringComparison.Ordinal)) with { IsRecord = true, About = (Constituents, id) };
        var read = await _api.SendAsync(connection, call, answer => FieldValue.Of(answer.Json.At(Setting(connection, "prospectField")).AsText("the prospect status")), cancellation);
        return read.Failure is { Kind: FailureKind.NotFound } ? FieldValue.None : read;
    }

    /// <summary>
    /// The vendor's search finds what sounds alike, too, and people who are no constituents: what it finds is read again, and compared by us.
    /// </summary>
    private async Task<VendorResult<VendorPage>> SearchAsync(ConnectionScope connection, FieldSet where, CancellationToken cancellation)
    {
        var searched = where.ContainsKey("email") ? "email" : "lookup_id";
        if (where.Find(searched) is not FieldValue.Text { Value.Length: > 0 } text || where.Keys.FirstOrDefault(name => Catalog.Kind(Constituents).Fields.All(field => field.Name != name)) is not null)
            return new VendorFailure(FailureKind.Permanent, $"Raiser's Edge NXT finds {Constituents} by their email or their lookup_id alone.");
        var call = Call(connection, HttpMethod.Get, $"{ListPath}/search") with
        {
            Query =
            [
                ("search_text", text.Value), ("search_field", searched == "email" ? "email_address" : searched), ("strict_search", "true"),
                ("include_inactive", "true"), ("include_non_constituents", "false"), ("limit", MostFound.ToString(CultureInfo.InvariantCulture)),
            ],
            About = (Constituents, null),
        };
        var found = await _api.SendAsync(connection, call, answer => (Ids: Found(answer.Json, searched, text.Value), answer.VendorTime), cancellation);
        if (!found.TryGet(out var list, out var failure))
            return failure;
        var records = new List<Record>();
        foreach (var id in list.Ids)
        {
            var read = await ReadAsync(connection, id, withCodes: true, cancellation);
            if (read.TryGet(out var record, out failure))
                records.Add(record);
            else if (failure.Kind != FailureKind.NotFound)
                return failure;
        }

        return new VendorPage([.. records.Where(record => RecordShape.IsMatch(record, where))], null, list.VendorTime);
    }

    /// <summary>Those who may be meant: with the value, or without any in the answer.</summary>
    private static ImmutableArray<string> Found(JsonElement json, string searched, string text) => json.At("value") is { ValueKind: JsonValueKind.Array } rows
        ? [.. rows.EnumerateArray()
            .Where(row => row.At(searched).AsText(searched) is not { Length: > 0 } value || value.Equals(text, StringComparison.OrdinalIgnoreCase))
            .Select(row => IdOf(row, "id")).Where(VendorCall.IsSegment).Distinct(StringComparer.Ordinal)]
        : throw new UnexpectedAnswerException("what a search found is no list.");

    private static string FirstQuery(ConnectionScope connection, string path, DateTimeOffset? since) => path switch
    {
        ListPath => Query(LimitOf(connection, path, since), since, Everybody),
        _ => Query(LimitOf(connection, path, since), since),
    };

    private static int LimitOf(ConnectionScope connection, string path, DateTimeOffset? since) =>
        path == RaisersEdgeCodes.ListPath || (since is not null && Setting(connection, "prospectPath").Length > 0) ? CallsAtOnce : PageSize(connection);

    /// <summary>Who becomes inactive or dies is to be seen, and not to vanish.</summary>
    private static readonly (string Name, string Value)[] Everybody = [("include_inactive", "true"), ("include_deceased", "true")];

    private static string IdOf(JsonElement row, string name) => row.At(name).AsText(name) ?? "";

    private string NewWalk() => $"{_api.Time.GetUtcNow().UtcTicks}-{Interlocked.Increment(ref _walks)}";

    private static VendorCall RecordCall(ConnectionScope connection, HttpMethod method, string id) =>
        Call(connection, method, $"{ListPath}/{id}") with { IsRecord = true, About = (Constituents, id) };

    private static VendorFailure NoKind(string kind) => new(FailureKind.Permanent, $"Raiser's Edge NXT has no kind '{kind}'.");

    private static VendorFailure? Unwritable(string kind) => !RaisersEdgeCatalog.Catalog.HasKind(kind) ? NoKind(kind)
        : kind == CodeTypes ? new(FailureKind.Permanent, "The table of codes is changed in Raiser's Edge NXT itself.")
        : null;

    private static VendorFailure NoSuch(string kind) => new(FailureKind.NotFound, $"Raiser's Edge NXT has no such record of {kind}.");

    /// <summary>Where a walk stands.</summary>
    /// <param name="Path">The list that is read.</param>
    private sealed record Walk(string Path)
    {
        /// <summary>Of the next page, as the vendor named it; null for the first.</summary>
        public string? Query { get; init; }

        /// <summary>Rows of this list so far.</summary>
        public int Taken { get; init; }

        /// <summary>Constituents that were in the walk, the last of them.</summary>
        public ImmutableArray<string> Seen { get; init; } = [];

        /// <summary>Of a walk through everything.</summary>
        public string? Id { get; init; }
    }
}
