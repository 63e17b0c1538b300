using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.TinyPlus.TinyPlusCatalog;

namespace SyncFunctions.Connectors.TinyPlus;

/// <summary>tiny+: polled, paged by offset, any field is a filter.</summary>
internal sealed class TinyPlusConnector(VendorPipeline pipeline) : IConnector
{
    // A shorter page than the vendor's own default is no page that it cut.
    private const int SmallestPage = 15;

    // So often the walk begins again at the same time before the list is called restless.
    private const int MaxRestarts = 5;

    private static readonly VendorDialect Dialect = new(TinyPlusCatalog.Catalog, TinyPlusAuth.Authorize, TinyPlusFailures.Judge);

    public SystemCatalog Catalog => TinyPlusCatalog.Catalog;

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var call = Call(connection, HttpMethod.Get, Setting(connection, "mePath")) with { IsRecord = true };
        var me = await SendAsync(connection, call, answer => TinyPlusRecords.ReadAccount(answer.Json), cancellation);
        if (me.Failure is not { Kind: FailureKind.NotFound })
            return me.Failure is { Kind: FailureKind.Forbidden } failure ? NotAdministrator(failure) : me;

        // The path is not documented: any answer to a list shows at least that the token works.
        var list = await ListAsync(connection, Companies, new ListRequest(), cancellation);
        return list.Failure switch
        {
            null => new VendorAccount(Catalog.System, Catalog.DisplayName),
            { Kind: FailureKind.Forbidden } refused => NotAdministrator(refused),
            var other => other,
        };
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (!TryShape(connection, kind).TryGet(out var shape, out var failure))
            return failure;
        if (kind == Progress)
        {
            if (request.ParentId is not { } projectId)
                return new VendorFailure(FailureKind.Permanent, "progress is listed per project.");
            return (await GetAsync(connection, kind, projectId, cancellation)).TryGet(out var record, out failure)
                ? new VendorPage([record], null, pipeline.Time.GetUtcNow(), 1)
                : failure;
        }

        var walk = new Walk(Catalog.Kind(kind).ListsChanges ? request.ChangedSince : null);
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk))
            return new VendorFailure(FailureKind.Permanent, "This page token is none of tiny+.");
        return await PageAsync(connection, shape, request, walk, cancellation);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (!TryShape(connection, kind).TryGet(out var shape, out var failure))
            return failure;
        return VendorCall.IsSegment(id)
            ? await SendAsync(connection, RecordCall(connection, HttpMethod.Get, kind, id), answer => shape.Read(RecordShape.Unwrap(answer.Json)), cancellation)
            : new VendorFailure(FailureKind.NotFound, $"tiny+ has no such record of {kind}.");
    }

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null)
    {
        if (kind is PipelineStages or Progress)
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be created in tiny+ from outside.");
        if (!TryShape(connection, kind).TryGet(out var shape, out var failure) || !shape.Write(fields).TryGet(out var body, out failure))
            return failure;
        var call = Call(connection, HttpMethod.Post, PathOf(connection, kind)) with { Json = body, Repeat = Repeat.Once, About = (kind, null) };
        return await CompleteAsync(connection, kind, await SendAsync(connection, call, answer => shape.ReadWritten(answer, null), cancellation), cancellation);
    }

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null)
    {
        if (kind is PipelineStages)
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be changed in tiny+ from outside.");
        if (!TryShape(connection, kind).TryGet(out var shape, out var failure) || !shape.Write(fields).TryGet(out var body, out failure))
            return failure;
        if (!VendorCall.IsSegment(id))
            return new VendorFailure(FailureKind.NotFound, $"tiny+ has no such record of {kind}.");
        var call = RecordCall(connection, HttpMethod.Patch, kind, id) with { Json = body };
        return await CompleteAsync(connection, kind, await SendAsync(connection, call, answer => shape.ReadWritten(answer, id), cancellation), cancellation);
    }

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (kind is PipelineStages or Progress || !Catalog.HasKind(kind))
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be deleted in tiny+ from outside.");
        if (!VendorCall.IsSegment(id))
            return false;
        var deleted = await SendAsync(connection, RecordCall(connection, HttpMethod.Delete, kind, id), _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    public Uri AuthorizeAddress(OAuthRequest request) => TinyPlusAuth.ConsentPage(request);

    public Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        Task.FromResult(TinyPlusAuth.Read(request, answer, pipeline.Time));

    public Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        Task.FromResult<VendorResult<Credentials>>(TinyPlusAuth.Refresh(old));

    private static VendorAccount NotAdministrator(VendorFailure refused) => new("", "", MissingRight: refused.Right ?? TinyPlusFailures.AdministratorRight);

    /// <summary>
    /// Pages overlap by one row: rows that were edited while we walk move to the end and pull the rest up, which an offset alone would pass over.
    /// </summary>
    private async Task<VendorResult<VendorPage>> PageAsync(
        ConnectionScope connection, RecordShape shape, ListRequest request, Walk walk, CancellationToken cancellation)
    {
        var size = int.TryParse(Setting(connection, "pageSize"), CultureInfo.InvariantCulture, out var set) ? Math.Max(set, 2) : 100;
        var call = Call(connection, HttpMethod.Get, PathOf(connection, shape.Kind.Name)) with { Query = Query(shape, request, walk, size), About = (shape.Kind.Name, null) };
        var got = await SendAsync(
            connection, call, answer => (Rows: TinyPlusRecords.ReadList(shape, answer.Json), answer.VendorTime, answer.Total), cancellation);
        if (!got.TryGet(out var list, out var failure))
            return failure;

        var rows = list.Rows;
        if (walk.LastId is { } lastId)
        {
            if (rows is not [var first, ..] || first.Id != lastId)
                return Restart(shape, walk, list.VendorTime);
            rows = rows.RemoveAt(0);
        }

        var more = rows.Length > 0 && list.Rows.Length >= Math.Min(size, SmallestPage);
        var next = more
            ? walk with { Start = walk.Start + list.Rows.Length - 1, LastId = rows[^1].Id, LastModified = rows[^1].Modified }
            : null;
        IReadOnlyList<Record> records = request.Where is { } where ? [.. rows.Where(row => RecordShape.IsMatch(row, where))] : rows;
        return new VendorPage(records, next is null ? null : PageToken.Write(next), list.VendorTime, list.Total);
    }

    /// <summary>The row that ended the page before is not where it was: on from the last time that was seen.</summary>
    private static VendorResult<VendorPage> Restart(RecordShape shape, Walk walk, DateTimeOffset vendorTime)
    {
        var since = walk.LastModified ?? walk.Since;
        var restarts = since > walk.Since || (walk.Since is null && since is not null) ? 0 : walk.Restarts + 1;
        return restarts > MaxRestarts
            ? new VendorFailure(FailureKind.Transient, $"The list of {shape.Kind.Name} in tiny+ changes faster than it can be read.")
            : new VendorPage([], PageToken.Write(new Walk(since) { Restarts = restarts }), vendorTime);
    }

    private static ImmutableArray<(string, string)> Query(RecordShape shape, ListRequest request, Walk walk, int size)
    {
        var query = new List<(string, string)>();
        foreach (var (name, value) in request.Where ?? FieldSet.Empty)
            query.Add((name, value is FieldValue.Reference { RecordId: var id } ? id : value.IsBlank ? "" : value.ToString()!));
        // "Greater than" is all there is, in whole seconds: greater than the second before.
        if (walk.Since is { } since)
        {
            var before = TimeZoneInfo.ConvertTime(since.AddSeconds(-1), shape.Zone);
            query.Add(("modified_date", ">" + before.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)));
        }

        query.Add(("sort", shape.Kind.ListsChanges ? "modified_date asc" : "id asc"));
        query.Add(("limit", size.ToString(CultureInfo.InvariantCulture)));
        query.Add(("start", walk.Start.ToString(CultureInfo.InvariantCulture)));
        query.Add(("with_related", "0"));
        return [.. query];
    }

    /// <summary>Reads a record back where the answer to a write holds no more than its id.</summary>
    private async Task<VendorResult<Record>> CompleteAsync(
        ConnectionScope connection, string kind, VendorResult<Record> written, CancellationToken cancellation) =>
        written.TryGet(out var record, out var failure)
            ? record.Fields.IsEmpty ? (await GetAsync(connection, kind, record.Id, cancellation)).AfterWrite() : record
            : failure;

    private VendorResult<RecordShape> TryShape(ConnectionScope connection, string kind)
    {
        if (!Catalog.HasKind(kind))
            return new VendorFailure(FailureKind.Permanent, $"tiny+ has no kind '{kind}'.");
        return TimeZoneInfo.TryFindSystemTimeZoneById(Setting(connection, "timeZone"), out var zone)
            ? TinyPlusRecords.Shape(kind, zone)
            : new VendorFailure(FailureKind.Misconfigured, $"The time zone '{Setting(connection, "timeZone")}' in the settings of tiny+ is not known.");
    }

    private VendorCall RecordCall(ConnectionScope connection, HttpMethod method, string kind, string id) =>
        Call(connection, method, $"{PathOf(connection, kind)}/{id}") with { IsRecord = true, About = (kind, id) };

    private VendorCall Call(ConnectionScope connection, HttpMethod method, string path) => new(method, Setting(connection, "apiBase"), path);

    private string PathOf(ConnectionScope connection, string kind) => kind switch
    {
        TeamMembers => Setting(connection, "teamMembersPath"),
        PipelineStages => Setting(connection, "pipelineStagesPath"),
        Progress => Projects,
        _ => kind,
    };

    private string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);

    private Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation) =>
        pipeline.SendAsync(Dialect, connection, call, read, cancellation);

    /// <summary>Where a walk through a list stands.</summary>
    /// <param name="Since">Only rows that were modified at or after this time.</param>
    private sealed record Walk(DateTimeOffset? Since = null)
    {
        public int Start { get; init; }

        /// <summary>The last row of the page before, which the next page must begin with.</summary>
        public string? LastId { get; init; }

        public DateTimeOffset? LastModified { get; init; }

        /// <summary>How often the walk began again at <see cref="Since"/> without getting further.</summary>
        public int Restarts { get; init; }
    }
}
