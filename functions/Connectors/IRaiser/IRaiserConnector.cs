using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.IRaiser.IRaiserCatalog;

namespace SyncFunctions.Connectors.IRaiser;

/// <summary>iRaiser: lists paged by number that can be narrowed to what changed, few calls, and donors that no list shows.</summary>
internal sealed class IRaiserConnector : IConnector
{
    private const int MaxPage = 100;

    /// <summary>Donors that were looked for are not looked for again so soon.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly VendorPipeline _pipeline;
    private readonly VendorDialect _dialect;
    private readonly IRaiserLimits _limits;
    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Base), IRaiserDonors> _donors = new();

    public IRaiserConnector(VendorPipeline pipeline)
    {
        _pipeline = pipeline;
        _limits = new IRaiserLimits(pipeline.Time);
        _dialect = new VendorDialect(
            IRaiserCatalog.Catalog,
            (request, credentials, _) => request.Headers.TryAddWithoutValidation("X-Api-Key", credentials.AccessToken),
            (call, answer) => IRaiserFailures.Judge(call, answer, pipeline.Time.GetUtcNow()));
    }

    public SystemCatalog Catalog => IRaiserCatalog.Catalog;

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var site = await SendAsync(connection, Call(connection, Setting(connection, "sitePath")), answer => ReadSite(answer.Json), cancellation);
        return site.Failure is { Kind: FailureKind.Forbidden } refused ? new VendorAccount("", "", MissingRight: refused.Right ?? "read the site") : site;
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (request.Where is { IsEmpty: false })
            return new VendorFailure(FailureKind.Permanent, $"iRaiser cannot find {kind} by their fields.");
        var sources = SourcesOf(connection, kind);
        var walk = Begin(connection);
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk))
            return new VendorFailure(FailureKind.Permanent, "This page token is none of iRaiser.");
        if (walk.Source >= sources.Length)
            return new VendorPage([], null, _pipeline.Time.GetUtcNow());

        if (!(await PageAsync(connection, sources[walk.Source], request.ChangedSince, walk.Index, cancellation)).TryGet(out var page, out var failure))
            return failure;
        var next = page.Next is { } index ? walk with { Index = index } : walk.Source + 1 < sources.Length ? Begin(connection) with { Source = walk.Source + 1 } : null;
        IReadOnlyList<Record> records = kind == Donors
            ? DonorsOf(connection, sources[walk.Source], page.Rows, request.ChangedSince)
            : [.. page.Rows.Select(row => IRaiserRecords.Read(kind, row))];
        return new VendorPage(records, next is null ? null : PageToken.Write(next), page.VendorTime, kind == Donors || request.ChangedSince is not null ? null : page.Total);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (kind == Donors)
            return await DonorAsync(connection, id, cancellation);
        return (await OneAsync(connection, kind, id, cancellation)).TryGet(out var json, out var failure) ? IRaiserRecords.Read(kind, json) : failure;
    }

    public Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null) =>
        Task.FromResult<VendorResult<Record>>(IRaiserFailures.ReadOnly());

    public Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null) =>
        Task.FromResult<VendorResult<Record>>(IRaiserFailures.ReadOnly());

    public Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation) =>
        Task.FromResult<VendorResult<bool>>(IRaiserFailures.ReadOnly());

    public Uri AuthorizeAddress(OAuthRequest request) => throw new NotSupportedException("iRaiser has no consent page: its key is typed in.");

    public Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        Task.FromResult<VendorResult<Credentials>>(new VendorFailure(FailureKind.Permanent, "iRaiser has no consent page: its key is typed in."));

    public Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        Task.FromResult<VendorResult<Credentials>>(new VendorFailure(FailureKind.AuthExpired, "iRaiser no longer accepts the key: type in a new one."));

    /// <summary>
    /// A donor by their e-mail, or by what they gave. Known ones are looked at again in what changed lately; of others everything is read
    /// once, and only then is it said that they are not there.
    /// </summary>
    private async Task<VendorResult<Record>> DonorAsync(ConnectionScope connection, string id, CancellationToken cancellation)
    {
        var donors = DonorsOf(connection);
        if (IRaiserDonor.SourceOf(id) is var (kind, number))
        {
            if (!(await OneAsync(connection, kind, number, cancellation)).TryGet(out var json, out var refused))
                return refused;
            var donor = IRaiserDonor.Read(kind, json);
            donors.Note(donor);
            return donors.Find(donor.Record.Id)?.Record ?? donor.Record;
        }

        id = id.ToLowerInvariant();
        if (IsOld(donors) && await ReadOnceAsync(connection, donors, cancellation) is { } failure)
            return failure;
        return donors.Find(id) is { } found ? found.Record : NoSuch(Donors);
    }

    private bool IsOld(IRaiserDonors donors) => donors.CompleteUntil is null || donors.ReadAt + Fresh <= _pipeline.Time.GetUtcNow();

    /// <summary>Whoever asks for another donor at the same time waits for the same lists.</summary>
    private async Task<VendorFailure?> ReadOnceAsync(ConnectionScope connection, IRaiserDonors donors, CancellationToken cancellation)
    {
        await donors.Reading.EnterAsync(cancellation);
        try
        {
            return IsOld(donors) ? await ReadAllAsync(connection, donors, cancellation) : null;
        }
        finally
        {
            donors.Reading.Leave();
        }
    }

    /// <summary>What changed since everything was read; everything, where it was not.</summary>
    private async Task<VendorFailure?> ReadAllAsync(ConnectionScope connection, IRaiserDonors donors, CancellationToken cancellation)
    {
        var newest = donors.CompleteUntil ?? DateTimeOffset.UnixEpoch;
        var since = donors.CompleteUntil is { } until ? until - Catalog.Overlap : (DateTimeOffset?)null;
        foreach (var source in SourcesOf(connection, Donors))
        {
            for (var walk = Begin(connection).Index; walk is not null;)
            {
                if (!(await PageAsync(connection, source, since, walk, cancellation)).TryGet(out var page, out var failure))
                    return failure;
                foreach (var donor in page.Rows.Select(row => IRaiserDonor.Read(source, row)))
                {
                    donors.Note(donor);
                    newest = donor.Record.Modified > newest ? donor.Record.Modified.Value : newest;
                }

                walk = page.Next;
            }
        }

        donors.Read(newest, _pipeline.Time.GetUtcNow());
        return null;
    }

    /// <summary>Each donor once, by the row that is the newest known of them; an older one that changed says nothing new.</summary>
    private IReadOnlyList<Record> DonorsOf(ConnectionScope connection, string source, ImmutableArray<JsonElement> rows, DateTimeOffset? since)
    {
        var known = DonorsOf(connection);
        var told = new Dictionary<string, Record>();
        foreach (var donor in rows.Select(row => IRaiserDonor.Read(source, row)))
        {
            // Where not everything is known, what was given before may not be the last that they gave: a sweep tells.
            var isCertain = since is null || known.CompleteUntil is not null || donor.Given >= since || IRaiserDonor.SourceOf(donor.Record.Id) is not null;
            if (isCertain && known.Note(donor))
                told[donor.Record.Id] = donor.Record;
        }

        return [.. told.Values];
    }

    private async Task<VendorResult<JsonElement>> OneAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (!VendorCall.IsSegment(id) || PathOf(connection, kind).Length == 0)
            return NoSuch(kind);
        var call = Call(connection, $"{PathOf(connection, kind)}/{IRaiserRecords.NumberOf(kind, id)}") with { IsRecord = true, About = (kind, id) };
        return await SendAsync(connection, call, answer => IRaiserRecords.Alone(kind, answer.Json), cancellation);
    }

    private async Task<VendorResult<Page>> PageAsync(ConnectionScope connection, string source, DateTimeOffset? since, IndexWalk walk, CancellationToken cancellation)
    {
        var (page, size) = walk.Ask();
        var query = new List<(string, string)> { ("page", Text(page + 1)), ("per_page", Text(size)) };
        if (since is { } from)
            // What it calls "after" may leave out that second itself.
            query.Add(("updated_after", from.UtcDateTime.AddSeconds(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        var call = Call(connection, PathOf(connection, source)) with { Query = [.. query], About = (source, null) };
        if (!(await SendAsync(connection, call, answer => IRaiserRecords.ReadList(source, answer), cancellation)).TryGet(out var list, out var failure))
            return failure;
        var step = walk.Take([.. list.Rows.Select(KeyOf)], list.SaysMore);
        return step.Outcome switch
        {
            IndexOutcome.NotPaged => new VendorFailure(FailureKind.Misconfigured, $"iRaiser does not page the list of {source}."),
            IndexOutcome.Restless => new VendorFailure(FailureKind.Transient, $"The list of {source} in iRaiser changes faster than it can be read."),
            _ => new Page(list.Rows[step.From..], step.Next, list.Total, list.VendorTime),
        };
    }

    private static string KeyOf(JsonElement row) => $"{row.At("id").AsText("the id of a row")}@{row.At("updated_at").AsText("updated_at")}";

    private Walk Begin(ConnectionScope connection) =>
        new(new IndexWalk(int.TryParse(Setting(connection, "pageSize"), CultureInfo.InvariantCulture, out var size) ? Math.Clamp(size, IndexWalk.MinSize, MaxPage) : MaxPage));

    private ImmutableArray<string> SourcesOf(ConnectionScope connection, string kind) =>
        [.. (kind == Donors ? Sources : [kind]).Where(source => PathOf(connection, source).Length > 0)];

    private IRaiserDonors DonorsOf(ConnectionScope connection) =>
        _donors.GetOrAdd((connection.Tenant, connection.Connection, Setting(connection, "apiBase")), static _ => new IRaiserDonors());

    private string PathOf(ConnectionScope connection, string kind) => kind switch
    {
        Donations => "donations",
        Memberships => Setting(connection, "recurringPath").Trim('/'),
        _ => Setting(connection, "ordersPath").Trim('/'),
    };

    private static VendorAccount ReadSite(JsonElement json)
    {
        var site = json.At("site") is { ValueKind: JsonValueKind.Object } inner ? inner : json;
        return site.At("id").AsText("the id of the site") is { Length: > 0 } id
            ? new VendorAccount(id, site.AtAny("title", "name").AsText("the title of the site") ?? "")
            : throw new UnexpectedAnswerException("it does not tell the site.");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private VendorCall Call(ConnectionScope connection, string path) => new(HttpMethod.Get, Setting(connection, "apiBase"), path);

    private string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);

    private async Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation)
    {
        if (_limits.Refuse(connection) is { } wait)
            return wait;
        return await _pipeline.SendAsync(
            _dialect,
            connection,
            call,
            answer =>
            {
                _limits.Note(connection, answer);
                return read(answer);
            },
            cancellation);
    }

    private static VendorFailure NoKind(string kind) => new(FailureKind.Permanent, $"iRaiser has no kind '{kind}'.");

    private static VendorFailure NoSuch(string kind) => new(FailureKind.NotFound, $"iRaiser has no such record of {kind}.");

    private sealed record Page(ImmutableArray<JsonElement> Rows, IndexWalk? Next, int? Total, DateTimeOffset VendorTime);

    /// <summary>Where a walk stands: in the list of one source after the other.</summary>
    private sealed record Walk(IndexWalk Index)
    {
        public int Source { get; init; }
    }
}
