using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>A fake system as the app knows it: over the same pipeline as every other.</summary>
public sealed class FakeConnector : IConnector
{
    private readonly FakeHabits _habits;
    private readonly VendorPipeline _pipeline;
    private readonly VendorDialect _dialect;
    private readonly ImmutableDictionary<string, RecordShape> _shapes;

    public FakeConnector(FakeHabits habits, VendorPipeline pipeline)
    {
        _habits = habits;
        _pipeline = pipeline;
        Catalog = CatalogOf(habits);
        _dialect = new VendorDialect(Catalog, Authorize, Judge);
        _shapes = Catalog.Kinds.ToImmutableDictionary(kind => kind.Name, kind => new RecordShape(kind) { Created = ["created"], Modified = ["modified"], Label = [["name"], ["title"]] });
    }

    public SystemCatalog Catalog { get; }

    public Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation) =>
        SendAsync(connection, Call(HttpMethod.Get, "api/me"), answer => new VendorAccount(answer.Json.At("id").AsText("id")!, answer.Json.At("name").AsText("name")!), cancellation);

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (Catalog.Kind(kind) is { ParentKind: not null, ListsChanges: false })
        {
            return (await GetAsync(connection, kind, request.ParentId!, cancellation)).TryGet(out var inside, out var missing) ? new VendorPage([inside], null, _pipeline.Time.GetUtcNow()) : missing;
        }

        var since = request.ChangedSince is { } from ? new[] { ("since", from.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) } : [];
        var listed = _habits.PagesByNumber ? await ByNumberAsync(connection, kind, request, since, cancellation) : await AfterRowAsync(connection, kind, request, since, cancellation);
        if (request.ParentId is not { } parent || !listed.TryGet(out var page, out _)) return listed;
        var field = _habits.Kind(kind).HeldBy!.Value.Field;
        return page with { Records = [.. page.Records.Where(record => record.Fields.Find(field) is FieldValue.Reference holder && holder.RecordId == parent)] };
    }

    public Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null) =>
        SendAsync(connection, RecordCall(HttpMethod.Get, kind, id), answer => Read(kind, answer.Json), cancellation);

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null) =>
        _shapes[kind].Write(fields).TryGet(out var body, out var failure)
            ? await SendAsync(connection, Call(HttpMethod.Post, $"api/{kind}") with { Json = body, Repeat = Repeat.Once }, answer => Read(kind, answer.Json), cancellation)
            : failure;

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null) =>
        _shapes[kind].Write(fields).TryGet(out var body, out var failure)
            ? await SendAsync(connection, RecordCall(HttpMethod.Patch, kind, id) with { Json = body, Headers = ifMatch is null ? [] : [("If-Match", ifMatch)] }, answer => Read(kind, answer.Json), cancellation)
            : failure;

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        var deleted = await SendAsync(connection, RecordCall(HttpMethod.Delete, kind, id), _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    public Uri AuthorizeAddress(OAuthRequest request) => new($"https://{_habits.System}.test/oauth/authorize");

    public Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        throw new NotSupportedException("Fake systems are connected by their tests.");

    public Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation)
    {
        var call = Call(HttpMethod.Post, "oauth/token") with { Authorized = false, Form = [("grant_type", "refresh_token"), ("refresh_token", old.RefreshToken!)] };
        return _pipeline.SendAsync(
            _dialect,
            connection,
            call,
            answer => new Credentials(
                "oauth",
                answer.Json.At("access_token").AsText("the token")!,
                answer.Json.At("refresh_token").AsText("the refresh token"),
                _pipeline.Time.GetUtcNow().AddSeconds((double)answer.Json.At("expires_in").AsNumber("the lifetime")!)),
            cancellation);
    }

    /// <summary>The system's facts, as its documents would tell them.</summary>
    public static SystemCatalog CatalogOf(FakeHabits habits) => new()
    {
        System = habits.System,
        DisplayName = habits.System,
        Grant = OAuthGrant.Code,
        Overlap = TimeSpan.FromMinutes(2) + habits.ListDelay,
        ReadLag = TimeSpan.FromMinutes(2),
        ListsLag = habits.ListDelay > TimeSpan.Zero,
        ConditionalWrites = habits.ConditionalWrites,
        Kinds = [.. habits.Kinds.SelectMany(kind => KindsOf(habits, kind))],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["apiBase"] = new($"https://{habits.System}.test/", "The API."),
            [VendorPipeline.ConcurrencySetting] = new("1000", "Calls at the same time."),
        }.ToImmutableDictionary(),
    };

    private static IEnumerable<SystemKind> KindsOf(FakeHabits habits, FakeKind kind)
    {
        // A system without strong versions shows what lives inside with the record itself, too.
        yield return new SystemKind(kind.Name, kind.HeldBy?.Kind) { Fields = [.. kind.Fields.Where(field => !field.Inside || !habits.StrongVersions).Select(FieldOf)] };
        if (kind.InsideName is { } inside) yield return new SystemKind(inside, kind.Name, ListsChanges: false) { Fields = [.. kind.Fields.Where(field => field.Inside).Select(FieldOf)] };
    }

    private static SystemField FieldOf(FakeField field) => new(field.Name, field.Type);

    private static void Authorize(HttpRequestMessage request, Credentials credentials, ImmutableDictionary<string, string> settings) =>
        request.Headers.Authorization = new("Bearer", credentials.AccessToken);

    private static VendorFailure? Judge(VendorCall call, VendorAnswer answer)
    {
        if (answer.Code == 400 && !call.Authorized) return new VendorFailure(FailureKind.AuthExpired, "The grant is over.", answer.Code);
        var failure = StatusFailures.Judge(Anyone, call, answer);
        if (failure is not { Kind: FailureKind.NotFound } || answer.Body.Length == 0) return failure;
        try
        {
            return failure with { MergedInto = MergedInto(answer.Body) };
        }
        catch (JsonException)
        {
            return new VendorFailure(FailureKind.Transient, "The answer broke off.", answer.Code);
        }
    }

    private static string? MergedInto(string body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.TryGetProperty("mergedInto", out var into) ? into.GetString() : null;
    }

    private async Task<VendorResult<VendorPage>> AfterRowAsync(ConnectionScope connection, string kind, ListRequest request, (string, string)[] since, CancellationToken cancellation)
    {
        (string, string)[] after = request.PageToken is { } token ? [("after", token)] : [];
        var call = Call(HttpMethod.Get, $"api/{kind}") with { Query = [.. since, .. after, ("size", Size())] };
        return await SendAsync(
            connection,
            call,
            answer =>
            {
                var rows = Rows(kind, answer.Json);
                var next = answer.Json.At("more").GetBoolean() ? $"{rows[^1].Modified!.Value.UtcTicks}_{rows[^1].Id}" : null;
                return new VendorPage(rows, next, answer.VendorTime);
            },
            cancellation);
    }

    private async Task<VendorResult<VendorPage>> ByNumberAsync(ConnectionScope connection, string kind, ListRequest request, (string, string)[] since, CancellationToken cancellation)
    {
        var walk = new IndexWalk(_habits.PageSize);
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk)) return new VendorFailure(FailureKind.Permanent, "This page token is none of ours.");
        var (page, size) = walk!.Ask();
        var call = Call(HttpMethod.Get, $"api/{kind}") with { Query = [.. since, ("page", page.ToString(CultureInfo.InvariantCulture)), ("size", size.ToString(CultureInfo.InvariantCulture))] };
        var got = await SendAsync(connection, call, answer => (Rows: Rows(kind, answer.Json), More: answer.Json.At("more").GetBoolean(), answer.VendorTime), cancellation);
        if (!got.TryGet(out var list, out var failure)) return failure;
        var step = walk.Take([.. list.Rows.Select(IndexWalk.KeyOf)], list.More);
        return step.Outcome is IndexOutcome.Restless or IndexOutcome.NotPaged
            ? new VendorFailure(FailureKind.Transient, "The list changes faster than it can be read.")
            : new VendorPage(list.Rows[step.From..], step.Next is null ? null : PageToken.Write(step.Next), list.VendorTime);
    }

    private List<Record> Rows(string kind, JsonElement json) => [.. json.At("items").EnumerateArray().Select(item => Read(kind, item))];

    private Record Read(string kind, JsonElement json)
    {
        var record = _shapes[kind].Read(json);
        return json.At("version") is { ValueKind: JsonValueKind.Number } version ? record with { Version = version.GetRawText() } : record;
    }

    private string Size() => _habits.PageSize.ToString(CultureInfo.InvariantCulture);

    private VendorCall RecordCall(HttpMethod method, string kind, string id) => Call(method, $"api/{kind}/{Uri.EscapeDataString(id)}") with { IsRecord = true };

    private VendorCall Call(HttpMethod method, string path) => new(method, $"https://{_habits.System}.test/", path);

    private Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation) =>
        _pipeline.SendAsync(_dialect, connection, call, read, cancellation);

    private static readonly SystemCatalog Anyone = CatalogOf(new FakeHabits(Side.Left, "system", []) { IdPrefix = "x" });
}
