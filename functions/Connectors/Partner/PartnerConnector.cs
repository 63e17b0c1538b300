using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Partner;

/// <summary>Any system that speaks the partner contract (<c>partner-api.yaml</c>); the manifest says which.</summary>
internal sealed class PartnerConnector : IConnector, IWebhookRegistrar
{
    private const string Endpoints = "v1/webhook-endpoints";

    private readonly PartnerManifest _manifest;
    private readonly VendorPipeline _pipeline;
    private readonly PartnerAuth _auth;
    private readonly PartnerRecords _records;
    private readonly VendorDialect _dialect;

    public PartnerConnector(PartnerManifest manifest, VendorPipeline pipeline)
    {
        (_manifest, _pipeline) = (manifest, pipeline);
        Catalog = PartnerCatalog.Of(manifest);
        _auth = new PartnerAuth(Catalog);
        _records = new PartnerRecords(manifest, Catalog);
        _dialect = new VendorDialect(Catalog, PartnerAuth.Authorize, (call, answer) => PartnerFailures.Judge(Catalog, call, answer));
    }

    public SystemCatalog Catalog { get; }

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var account = await SendAsync(connection, Call(connection, HttpMethod.Get, "v1/account"), answer => PartnerRecords.ReadAccount(answer.Json), cancellation);
        return account.Failure is { Kind: FailureKind.Forbidden } refused ? new VendorAccount("", "", MissingRight: refused.Right ?? PartnerFailures.Rights[0]) : account;
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (Refuse(kind) is { } refused)
            return refused;
        var (known, where) = (Catalog.Kind(kind), request.Where ?? FieldSet.Empty);
        if (request.ParentId is not null && known.ParentKind is null)
            return new VendorFailure(FailureKind.Permanent, $"{kind} do not live inside other records of {Catalog.DisplayName}.");
        if (where.Keys.FirstOrDefault(name => !known.CanSearch || known.Fields.All(field => field.Name != name)) is { } unknown)
            return new VendorFailure(FailureKind.Permanent, $"{Catalog.DisplayName} does not find {kind} by {unknown}.");

        var query = new List<(string, string)> { ("limit", Setting(connection, "pageSize")) };
        if (known.ListsChanges && request.ChangedSince is { } since)
            query.Add(("since", since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));
        if (request.ParentId is { } parent)
            query.Add(("parent", parent));
        query.AddRange(where.Select(field => (field.Key, TextOf(field.Value))));
        if (request.PageToken is { } cursor)
            query.Add(("cursor", cursor));
        var call = Call(connection, HttpMethod.Get, PathOf(kind)) with { Query = [.. query], About = (kind, null) };
        return await SendAsync(connection, call, answer => _records.ReadPage(kind, answer.Json) switch
        {
            // What a server takes for equal may be more than what we do.
            var (records, next) => new VendorPage(where.IsEmpty ? records : [.. records.Where(record => RecordShape.IsMatch(record, where))], next, answer.VendorTime),
        }, cancellation);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (Refuse(kind) is { } refused)
            return refused;
        return VendorCall.IsSegment(id)
            ? await SendAsync(connection, RecordCall(connection, HttpMethod.Get, kind, id), answer => _records.Read(kind, answer.Json), cancellation)
            : NoSuch(kind);
    }

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null)
    {
        if (Refuse(kind) is { } refused)
            return refused;
        if (!_records.Write(kind, fields).TryGet(out var body, out var failure))
            return failure;
        var call = Call(connection, HttpMethod.Post, PathOf(kind)) with
        {
            Json = body,
            About = (kind, null),
            Headers = idempotencyKey is null ? [] : [("Idempotency-Key", idempotencyKey)],
            Repeat = idempotencyKey is null ? Repeat.Once : Repeat.Safe,
        };
        return await SendAsync(connection, call, answer => _records.Read(kind, answer.Json), cancellation);
    }

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null)
    {
        if (Refuse(kind) is { } refused)
            return refused;
        if (!_records.Write(kind, fields).TryGet(out var body, out var failure))
            return failure;
        if (!VendorCall.IsSegment(id))
            return NoSuch(kind);
        var call = RecordCall(connection, HttpMethod.Patch, kind, id) with
        {
            Json = body,
            JsonType = "application/merge-patch+json",
            Headers = ifMatch is null ? [] : [("If-Match", $"\"{ifMatch}\"")],
        };
        return await SendAsync(connection, call, answer => _records.Read(kind, answer.Json), cancellation);
    }

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (Refuse(kind) is { } refused)
            return refused;
        if (_manifest.Kind(kind).ReadOnly)
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be deleted in {Catalog.DisplayName} from outside.");
        if (!VendorCall.IsSegment(id))
            return false;
        var deleted = await SendAsync(connection, RecordCall(connection, HttpMethod.Delete, kind, id), _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    public Uri AuthorizeAddress(OAuthRequest request) => _auth.ConsentPage(request);

    public async Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        _auth.Exchange(request, answer).TryGet(out var call, out var failure)
            ? await _pipeline.SendAsync(_dialect, null, call, got => PartnerAuth.Read(got, null, _pipeline.Time), cancellation)
            : failure;

    public async Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        _auth.Refresh(connection.Settings, old).TryGet(out var call, out var failure)
            ? await SendAsync(connection, call, got => PartnerAuth.Read(got, old, _pipeline.Time), cancellation)
            : failure;

    public async Task<VendorResult<WebhookRegistration>> RegisterAsync(ConnectionScope connection, Uri address, WebhookRegistration? before, CancellationToken cancellation)
    {
        var listed = await SendAsync(connection, Call(connection, HttpMethod.Get, Endpoints), answer => PartnerWebhooks.ReadEndpoints(answer.Json), cancellation);
        if (!listed.TryGet(out var endpoints, out var failure))
            return failure;

        var kept = endpoints.FirstOrDefault(endpoint => before is { Secret: not null } && before.Ids.Contains(endpoint.Id) && endpoint.Address == address.AbsoluteUri);
        if (!(await KeptAsync(connection, address, before, kept, cancellation)).TryGet(out var registration, out failure))
            return failure;

        // Ours by label, of this host: what an earlier address left behind, or a registration whose secret never reached us. What cannot be taken away now is tried next time.
        foreach (var old in endpoints.Where(endpoint => !registration.Ids.Contains(endpoint.Id) && endpoint.Label == LabelOf(connection) && IsOfHost(endpoint, address)))
            await UnregisterAsync(connection, old.Id, cancellation);
        return registration;
    }

    public async Task<VendorResult<bool>> UnregisterAsync(ConnectionScope connection, WebhookRegistration registration, CancellationToken cancellation)
    {
        foreach (var id in registration.Ids)
        {
            if ((await UnregisterAsync(connection, id, cancellation)).Failure is { } failure)
                return failure;
        }

        return true;
    }

    private async Task<VendorResult<WebhookRegistration>> KeptAsync(
        ConnectionScope connection, Uri address, WebhookRegistration? before, PartnerEndpoint? kept, CancellationToken cancellation)
    {
        if (kept is { Enabled: true })
            return before! with { Mended = null };
        if (kept is not null)
        {
            var enable = Call(connection, HttpMethod.Patch, $"{Endpoints}/{kept.Id}") with { Json = new JsonObject { ["enabled"] = true }, JsonType = "application/merge-patch+json" };
            var enabled = await SendAsync(connection, enable, _ => true, cancellation);
            return enabled.Failure is { } refused ? refused : before! with { Mended = $"{Catalog.DisplayName} had switched the webhooks off." };
        }

        // A second one for a lost answer does no harm: the next look finds it by its label, and takes it away.
        var create = Call(connection, HttpMethod.Post, Endpoints) with
        {
            Json = new JsonObject { ["url"] = address.AbsoluteUri, ["label"] = LabelOf(connection) },
            Repeat = Repeat.Once,
        };
        return (await SendAsync(connection, create, answer => PartnerWebhooks.ReadEndpoint(answer.Json), cancellation)).TryGet(out var endpoint, out var failure)
            ? new WebhookRegistration([endpoint.Id], endpoint.Secret) { Mended = before is null ? null : $"The webhooks were no longer registered with {Catalog.DisplayName}." }
            : failure;
    }

    private async Task<VendorResult<bool>> UnregisterAsync(ConnectionScope connection, string id, CancellationToken cancellation)
    {
        if (!VendorCall.IsSegment(id))
            return false;
        var deleted = await SendAsync(connection, Call(connection, HttpMethod.Delete, $"{Endpoints}/{id}") with { IsRecord = true }, _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    private static string LabelOf(ConnectionScope connection) => $"{connection.Tenant}/{connection.Connection}";

    private static bool IsOfHost(PartnerEndpoint endpoint, Uri address) =>
        Uri.TryCreate(endpoint.Address, UriKind.Absolute, out var other) && other.Authority.Equals(address.Authority, StringComparison.OrdinalIgnoreCase);

    private static string TextOf(FieldValue value) => value is FieldValue.Reference { RecordId: var id } ? id : value.IsBlank ? "" : value.ToString()!;

    private VendorFailure? Refuse(string kind) =>
        Catalog.HasKind(kind) ? null : new VendorFailure(FailureKind.Permanent, $"{Catalog.DisplayName} has no kind '{kind}'.");

    private VendorFailure NoSuch(string kind) => new(FailureKind.NotFound, $"{Catalog.DisplayName} has no such record of {kind}.");

    private static string PathOf(string kind) => $"v1/{kind}";

    private VendorCall RecordCall(ConnectionScope connection, HttpMethod method, string kind, string id) =>
        Call(connection, method, $"{PathOf(kind)}/{id}") with { IsRecord = true, About = (kind, id) };

    private VendorCall Call(ConnectionScope connection, HttpMethod method, string path) => new(method, Setting(connection, "apiBase"), path);

    private string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);

    private Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation) =>
        _pipeline.SendAsync(_dialect, connection, call, read, cancellation);
}
