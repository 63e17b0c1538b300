using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Salesforce.SalesforceCatalog;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>Salesforce: polled by queries in the order of change, written record by record or 200 at once.</summary>
internal sealed class SalesforceConnector : IConnector, IBulkWriter
{
    private const int MaxPage = 2000;
    private const int MostRecords = 200;

    private static readonly TimeSpan DescribedFor = TimeSpan.FromHours(1);

    private readonly VendorPipeline _pipeline;
    private readonly VendorDialect _dialect;
    private readonly SalesforceUsage _usage;

    // A description stays for the life of the process: some kilobytes for each connection that was ever used.
    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Kind), Described> _described = new();

    public SalesforceConnector(VendorPipeline pipeline)
    {
        _pipeline = pipeline;
        _usage = new SalesforceUsage(pipeline.Time);
        _dialect = new VendorDialect(SalesforceCatalog.Catalog, SalesforceAuth.Authorize, (call, answer) => SalesforceFailures.Judge(call, answer, pipeline.Time.GetUtcNow()));
    }

    public SystemCatalog Catalog => SalesforceCatalog.Catalog;

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var told = await SendAsync(connection, new VendorCall(HttpMethod.Get, "", "services/oauth2/userinfo"), answer => ReadAccount(answer.Json), cancellation);
        if (!told.TryGet(out var account, out var failure))
            return failure;
        var named = await SendAsync(
            connection,
            DataCall(connection, HttpMethod.Get, $"sobjects/Organization/{account.Id}") with { Query = [("fields", "Name")] },
            answer => answer.Json.At("Name").AsText("the name of the org"),
            cancellation);
        if (named.Failure is { Kind: not (FailureKind.Forbidden or FailureKind.Misconfigured or FailureKind.NotFound) } other)
            return other;
        account = account with { Name = named.Value ?? "", MissingRight = named.Failure?.Right == "API Enabled" ? "API Enabled" : null };
        Forget(connection);
        var contacts = await ObjectAsync(connection, Contacts, cancellation);
        return contacts switch
        {
            { Value: { CanCreate: true, CanUpdate: true } } => account,
            { Value: { } seen } => account with { MissingRight = SalesforceRecords.RightOf(seen.Name) },
            { Failure: { Kind: FailureKind.Forbidden or FailureKind.Misconfigured } unseen } => account with { MissingRight = account.MissingRight ?? unseen.Right ?? "Read on Contact" },
            _ => contacts.Failure!,
        };
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        var walk = new Walk();
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk))
            return new VendorFailure(FailureKind.Permanent, "This page token is none of Salesforce.");
        if (!(await ObjectAsync(connection, kind, cancellation)).TryGet(out var known, out var failure))
            return failure;
        if (request.Where?.Keys.FirstOrDefault(name => known.Kind.Field(name) is null or { Type: SystemFieldType.Set }) is { } unknown)
            return new VendorFailure(FailureKind.Permanent, $"This Salesforce org cannot find {kind} by {unknown}.");

        var where = (request.Where ?? FieldSet.Empty).Select(field => SalesforceSoql.Equal(known.PathOf(field.Key)!, field.Value));
        var size = int.TryParse(Setting(connection, "pageSize"), CultureInfo.InvariantCulture, out var set) ? Math.Clamp(set, 1, MaxPage) : MaxPage;
        var query = new SalesforceSoql(known.Name, known.Selected) { Limit = size }.Where(where);
        query = (request.ChangedSince, walk) switch
        {
            ({ } since, { Id: null }) => query.Where(SalesforceSoql.ChangedFrom(since)) with { OrderBy = "SystemModstamp, Id" },
            ({ }, { Id: { } id, Stamp: { } stamp }) => query.Where(SalesforceSoql.After(stamp, id)) with { OrderBy = "SystemModstamp, Id" },
            (_, { Id: { } id }) => query.Where(SalesforceSoql.After(id)),
            _ => query,
        };
        var got = await QueryAsync(connection, kind, known, query, withDeleted: false, cancellation);
        if (!got.TryGet(out var page, out failure))
            return failure;

        // The vendor may give fewer rows than a page has: its own pointer to the rest ends with time, the last row does not.
        var next = page.Items is [.., var last] && (page.Items.Length >= size || !page.IsDone)
            ? new Walk { Id = last.Record.Id, Stamp = request.ChangedSince is null ? null : last.Stamp }
            : null;
        if (next is not null && next == walk)
            return new VendorFailure(FailureKind.Misconfigured, $"Salesforce does not page the list of {kind} by its order.");
        var isWhole = request is { ChangedSince: null, Where: null, PageToken: null };
        var total = (isWhole, next) switch { (false, _) => null, (_, null) => page.Items.Length, _ => await CountAsync(connection, kind, query, cancellation) };
        var records = page.Items.Select(row => row.Record).Where(record => request.Where is not { } wanted || RecordShape.IsMatch(record, wanted));
        return new VendorPage([.. records], next is null ? null : PageToken.Write(next), page.VendorTime, total);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (SalesforceId.Normal(id) is not { } normal)
            return NoSuch(kind);
        if (!(await ObjectAsync(connection, kind, cancellation)).TryGet(out var known, out var failure))
            return failure;
        // With what is in the recycle bin: a record there says into which it was merged.
        var query = new SalesforceSoql(known.Name, known.Selected).Where($"Id = {SalesforceSoql.Quoted(normal)}");
        var got = await QueryAsync(connection, kind, known, query, withDeleted: true, cancellation, id);
        if (!got.TryGet(out var page, out failure))
            return failure;
        return page.Items switch
        {
            [{ IsDeleted: false } row] => row.Record,
            [{ Master: { } master }] => NoSuch(kind) with { Message = "The record was merged with another in Salesforce.", MergedInto = master },
            _ => NoSuch(kind),
        };
    }

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (!(await ObjectAsync(connection, kind, cancellation)).TryGet(out var known, out var failure))
            return failure;
        if (!SalesforceRecords.Write(known, Completed(connection, kind, fields), isNew: true, connection.Settings).TryGet(out var body, out failure))
            return failure;
        var call = DataCall(connection, HttpMethod.Post, $"sobjects/{known.Name}") with { Json = body, Repeat = Repeat.Once, About = (kind, null) };
        if (ExternalIdOf(known, body) is var (field, value) && Uri.EscapeDataString(value) is var segment && !segment.Contains('%', StringComparison.Ordinal) && !value.StartsWith('.'))
        {
            // What is there already under this id is written over instead of doubled, as often as it is sent.
            body.Remove(field);
            call = DataCall(connection, HttpMethod.Patch, $"sobjects/{known.Name}/{field}/{segment}") with { Json = body, About = (kind, null) };
        }

        var made = await SendAsync(connection, call, answer => IdOf(answer.Json), cancellation);
        if (!made.TryGet(out var id, out failure))
            return failure;
        // Older versions do not say which record it was.
        if (id.Length > 0)
            return (await GetAsync(connection, kind, id, cancellation)).AfterWrite();
        var found = await ListAsync(connection, kind, new ListRequest(Where: FieldSet.Of((ExternalId, fields[ExternalId]))), cancellation);
        return (found.TryGet(out var page, out failure) ? page.Records is [var one] ? one : NoSuch(kind) : (VendorResult<Record>)failure).AfterWrite();
    }

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (SalesforceId.Normal(id) is not { } normal)
            return NoSuch(kind);
        if (!(await ObjectAsync(connection, kind, cancellation)).TryGet(out var known, out var failure))
            return failure;
        if (!SalesforceRecords.Write(known, fields, isNew: false, connection.Settings).TryGet(out var body, out failure))
            return failure;
        if (body.Count == 0)
            return await GetAsync(connection, kind, id, cancellation);
        var call = DataCall(connection, HttpMethod.Patch, $"sobjects/{known.Name}/{normal}") with { Json = body, IsRecord = true, About = (kind, id) };
        var written = await SendAsync(connection, call, _ => true, cancellation);
        return written.Failure is { } refused ? refused : (await GetAsync(connection, kind, id, cancellation)).AfterWrite();
    }

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (SalesforceId.Normal(id) is not { } normal)
            return false;
        var call = DataCall(connection, HttpMethod.Delete, $"sobjects/{ObjectOf(kind)}/{normal}") with { IsRecord = true, About = (kind, id) };
        var deleted = await SendAsync(connection, call, _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    public int MostAtOnce(string kind) => MostRecords;

    public async Task<ImmutableArray<VendorResult<Record>>> CreateManyAsync(
        ConnectionScope connection, string kind, IReadOnlyList<FieldSet> records, CancellationToken cancellation)
    {
        if (!(await KnownAsync(connection, kind, cancellation)).TryGet(out var known, out var failure))
            return SalesforceCollection.AllFailed(records.Count, failure);
        var bodies = records.Select(fields => SalesforceRecords.Write(known, Completed(connection, kind, fields), isNew: true, connection.Settings)).ToArray();
        // With an external id in each of them one call makes or finds them; without, another makes them.
        var byExternalId = bodies.Index().Where(body => body.Item.Value is { } fields && ExternalIdOf(known, fields) is not null).Select(body => body.Index).ToArray();
        var plain = bodies.Index().Where(body => body.Item.Value is not null).Select(body => body.Index).Except(byExternalId).ToArray();
        var collection = new SalesforceCollection(known, bodies);
        await WriteAsync(connection, kind, collection, plain, HttpMethod.Post, "composite/sobjects", Repeat.Once, cancellation);
        if (known.PathOf(ExternalId) is { } field)
            await WriteAsync(connection, kind, collection, byExternalId, HttpMethod.Patch, $"composite/sobjects/{known.Name}/{field}", Repeat.Safe, cancellation);
        return await ReadBackAsync(connection, kind, collection, cancellation);
    }

    public async Task<ImmutableArray<VendorResult<Record>>> UpdateManyAsync(
        ConnectionScope connection, string kind, IReadOnlyList<BulkUpdate> records, CancellationToken cancellation)
    {
        if (!(await KnownAsync(connection, kind, cancellation)).TryGet(out var known, out var failure))
            return SalesforceCollection.AllFailed(records.Count, failure);
        var bodies = records.Select(record => BodyOf(connection, known, record)).ToArray();
        var collection = new SalesforceCollection(known, bodies);
        var sent = bodies.Index().Where(body => body.Item.Value is not null).Select(body => body.Index).ToArray();
        await WriteAsync(connection, kind, collection, sent, HttpMethod.Patch, "composite/sobjects", Repeat.Safe, cancellation);
        return await ReadBackAsync(connection, kind, collection, cancellation);
    }

    public Uri AuthorizeAddress(OAuthRequest request) => SalesforceAuth.ConsentPage(request);

    public async Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        SalesforceAuth.Exchange(request, answer).TryGet(out var call, out var failure)
            ? await _pipeline.SendAsync(_dialect, null, call, got => SalesforceAuth.Read(got, null, request.Settings), cancellation)
            : failure;

    public async Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        SalesforceAuth.Refresh(connection.Settings, old).TryGet(out var call, out var failure)
            ? await _pipeline.SendAsync(_dialect, connection, call, got => SalesforceAuth.Read(got, old, connection.Settings), cancellation)
            : failure;

    public async Task<VendorResult<bool>> RevokeAsync(ConnectionScope connection, Credentials credentials, CancellationToken cancellation)
    {
        if (!SalesforceAuth.Revoke(connection.Settings, credentials).TryGet(out var call, out var failure))
            return failure;
        var revoked = await _pipeline.SendAsync(_dialect, connection, call, _ => true, cancellation);

        // A token that Salesforce does not know has ended before.
        return revoked.Failure is { Kind: FailureKind.AuthExpired, Status: 400 } ? true : revoked;
    }

    private static VendorResult<JsonObject> BodyOf(ConnectionScope connection, SalesforceObject known, BulkUpdate record)
    {
        if (SalesforceId.Normal(record.Id) is not { } id)
            return NoSuch(known.Kind.Name);
        if (!SalesforceRecords.Write(known, record.Fields, isNew: false, connection.Settings).TryGet(out var body, out var failure))
            return failure;
        body["id"] = id;
        return body;
    }

    private async Task WriteAsync(
        ConnectionScope connection, string kind, SalesforceCollection collection, IReadOnlyList<int> which, HttpMethod method, string path, Repeat repeat, CancellationToken cancellation)
    {
        foreach (var chunk in which.Chunk(MostRecords))
        {
            var call = DataCall(connection, method, path) with { Json = collection.Body(chunk), Repeat = repeat, About = (kind, null), SentFields = [] };
            var sent = await SendAsync(connection, call, answer => collection.Take(chunk, call, answer, _pipeline.Time.GetUtcNow()), cancellation);
            if (sent.Failure is { } failure)
                collection.Fail(chunk, failure);
        }
    }

    /// <summary>The records as they are now, by one call.</summary>
    private async Task<ImmutableArray<VendorResult<Record>>> ReadBackAsync(ConnectionScope connection, string kind, SalesforceCollection collection, CancellationToken cancellation)
    {
        foreach (var chunk in collection.Written.Chunk(MostRecords))
        {
            var call = DataCall(connection, HttpMethod.Post, $"composite/sobjects/{ObjectOf(kind)}") with { Json = collection.Question(chunk), About = (kind, null) };
            var read = await SendAsync(connection, call, answer => collection.TakeRecords(chunk, answer), cancellation);
            if (read.Failure is { } failure)
                collection.Fail(chunk, failure with { Ambiguous = true });
        }

        return collection.Results;
    }

    private async Task<VendorResult<SalesforceObject>> KnownAsync(ConnectionScope connection, string kind, CancellationToken cancellation) =>
        Catalog.HasKind(kind) ? await ObjectAsync(connection, kind, cancellation) : NoKind(kind);

    /// <summary>What the org has of a kind, as it was described within the last hour.</summary>
    private async Task<VendorResult<SalesforceObject>> ObjectAsync(ConnectionScope connection, string kind, CancellationToken cancellation)
    {
        var (key, names, now) = ((connection.Tenant, connection.Connection, kind), NamesOf(connection), _pipeline.Time.GetUtcNow());
        if (_described.TryGetValue(key, out var known) && known.Names == names && known.At + DescribedFor > now)
            return known.Object;
        var call = DataCall(connection, HttpMethod.Get, $"sobjects/{ObjectOf(kind)}/describe") with { About = (kind, null) };
        var got = await SendAsync(connection, call, answer => SalesforceObject.Read(Catalog.Kind(kind), answer.Json, connection.Settings), cancellation);
        if (got.Value is { } fresh)
            _described[key] = new Described(fresh, names, now);
        return got;
    }

    /// <summary>Somebody else may have signed in, or seen to it that they may do more.</summary>
    private void Forget(ConnectionScope connection)
    {
        foreach (var kind in Catalog.Kinds)
            _described.TryRemove((connection.Tenant, connection.Connection, kind.Name), out _);
    }

    private string NamesOf(ConnectionScope connection) => string.Join('|', SettingsOfFields.Values.Order(StringComparer.Ordinal).Select(name => Setting(connection, name)));

    private async Task<VendorResult<Rows>> QueryAsync(
        ConnectionScope connection, string kind, SalesforceObject known, SalesforceSoql query, bool withDeleted, CancellationToken cancellation, string? id = null)
    {
        var call = DataCall(connection, HttpMethod.Get, withDeleted ? "queryAll" : "query") with { Query = [("q", query.ToString())], About = (kind, id) };
        var got = await SendAsync(connection, call, answer => ReadRows(known, answer), cancellation);
        // A field that was taken away since it was described.
        if (got.Failure is { Kind: FailureKind.Misconfigured })
            Forget(connection);
        return got;
    }

    private async Task<int?> CountAsync(ConnectionScope connection, string kind, SalesforceSoql query, CancellationToken cancellation)
    {
        var call = DataCall(connection, HttpMethod.Get, "query") with { Query = [("q", query.Count())], About = (kind, null) };
        return (await SendAsync(connection, call, answer => answer.Json.At("totalSize").AsCount("totalSize"), cancellation)).Value;
    }

    private static Rows ReadRows(SalesforceObject known, VendorAnswer answer) => answer.Json.At("records") is { ValueKind: JsonValueKind.Array } rows
        ? new Rows([.. rows.EnumerateArray().Select(row => SalesforceRecords.ReadRow(known, row))], answer.Json.At("done").AsFlag("done") != false, answer.VendorTime)
        : throw new UnexpectedAnswerException($"it holds no records of {known.Kind.Name}.");

    private static VendorAccount ReadAccount(JsonElement json) => new(
        SalesforceId.Normal(json.At("organization_id").AsText("the id of the org") ?? "") ?? throw new UnexpectedAnswerException("it does not tell the org."),
        "",
        json.At("user_id").AsText("the id of the user"),
        json.At("name").AsText("the name of the user"),
        json.At("email").AsText("the e-mail of the user"));

    /// <summary>What Salesforce wants to know of a new record and the fields do not say.</summary>
    private FieldSet Completed(ConnectionScope connection, string kind, FieldSet fields) =>
        kind == Gifts && fields.Find("StageName") is null or { IsBlank: true } && Setting(connection, "giftStage") is { Length: > 0 } stage ? fields.With("StageName", FieldValue.Of(stage)) : fields;

    private static (string Field, string Value)? ExternalIdOf(SalesforceObject known, JsonObject body) =>
        known.PathOf(ExternalId) is { } field && body[field] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? (field, text) : null;

    /// <summary>Empty where the answer says none.</summary>
    private static string IdOf(JsonElement json) => json.ValueKind == JsonValueKind.Object ? json.At("id").AsText("the id of the record") ?? "" : "";

    private VendorCall DataCall(ConnectionScope connection, HttpMethod method, string path) => new(method, "", $"services/data/{Setting(connection, "apiVersion")}/{path}");

    private string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);

    /// <param name="call">Its base is put before it here: the org of the credentials.</param>
    private async Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation)
    {
        if (_usage.Refuse(connection) is { } wait)
            return wait;
        if (!(await connection.Credentials.GetAsync(cancellation)).TryGet(out var credentials, out var failure))
            return failure;
        if (SalesforceHosts.Instance(credentials, connection.Settings) is not { } instance)
            return new VendorFailure(FailureKind.Misconfigured, "The address of the Salesforce org is not known, or none of Salesforce: connect it again, or set instanceUrl.");
        call = call with { Base = instance.AbsoluteUri, Headers = [("Sforce-Call-Options", "client=syncfunctions"), .. call.Headers] };
        if (call.IsWrite && Setting(connection, "allowDuplicates") == "true")
            call = call with { Headers = call.Headers.Add(("Sforce-Duplicate-Rule-Header", "allowSave=true")) };
        return await _pipeline.SendAsync(
            _dialect,
            connection,
            call,
            answer =>
            {
                _usage.Note(connection, answer);
                return read(answer);
            },
            cancellation);
    }

    private static VendorFailure NoKind(string kind) => new(FailureKind.Permanent, $"Salesforce has no kind '{kind}'.");

    private static VendorFailure NoSuch(string kind) => new(FailureKind.NotFound, $"Salesforce has no such record of {kind}.");

    private sealed record Described(SalesforceObject Object, string Names, DateTimeOffset At);

    private sealed record Rows(ImmutableArray<SalesforceRow> Items, bool IsDone, DateTimeOffset VendorTime);

    /// <summary>Where a walk through a list stands: behind a row, which stays where it is whatever becomes of the others.</summary>
    private sealed record Walk
    {
        public string? Id { get; init; }

        public DateTimeOffset? Stamp { get; init; }
    }
}
