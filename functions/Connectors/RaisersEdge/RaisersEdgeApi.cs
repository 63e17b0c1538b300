using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>A page of a SKY list.</summary>
/// <param name="Next">The query of the page after it, as the vendor wrote it; null where the list is at its end.</param>
/// <param name="Count">How many rows the vendor says that the list has.</param>
internal sealed record SkyPage(ImmutableArray<JsonElement> Rows, string? Next, int? Count, DateTimeOffset VendorTime);

/// <summary>Calls to the SKY API, and its lists: in the order of their last change, each page naming the next by a token that holds while rows move.</summary>
internal sealed class RaisersEdgeApi(VendorPipeline pipeline)
{
    public const int MaxPage = 5000;

    /// <summary>Rows that are older than the vendor's own records of changes bear this time, and no list may leave them out.</summary>
    private const string Beginning = "1600-01-01T00:00:00+00:00";

    private static readonly VendorDialect Dialect = new(RaisersEdgeCatalog.Catalog, RaisersEdgeAuth.Authorize, RaisersEdgeFailures.Judge);

    public TimeProvider Time => pipeline.Time;

    public Task<VendorResult<T>> SendAsync<T>(ConnectionScope? connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation) =>
        pipeline.SendAsync(Dialect, connection, call, read, cancellation);

    public static VendorCall Call(ConnectionScope connection, HttpMethod method, string path) => new(method, Setting(connection, "apiBase"), path);

    public static string Setting(ConnectionScope connection, string name) => RaisersEdgeCatalog.Catalog.Setting(connection.Settings, name);

    public static bool Has(ConnectionScope connection, string name) => Setting(connection, name) != "false";

    public static int PageSize(ConnectionScope connection) =>
        int.TryParse(Setting(connection, "pageSize"), CultureInfo.InvariantCulture, out var set) ? Math.Clamp(set, 1, MaxPage) : 500;

    /// <summary>What a list is asked for first: all that changed since a time, or everything.</summary>
    public static string Query(int limit, DateTimeOffset? since, params IEnumerable<(string Name, string Value)> more) => VendorCall.QueryText([
        ("limit", limit.ToString(CultureInfo.InvariantCulture)),
        ("last_modified", since?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) ?? Beginning),
        .. more]);

    /// <param name="query">Of the first page, or what the page before named.</param>
    /// <param name="about">The kind that the list is read for.</param>
    public async Task<VendorResult<SkyPage>> PageAsync(ConnectionScope connection, string path, string query, string about, CancellationToken cancellation)
    {
        var call = Call(connection, HttpMethod.Get, path + query) with { About = (about, null) };
        var read = await SendAsync(connection, call, answer => Read(answer, call), cancellation);
        // A next page that is this one would be asked for without end.
        return read.Value?.Next == query
            ? new VendorFailure(FailureKind.Misconfigured, $"Raiser's Edge NXT does not page the list of {about}.")
            : read;
    }

    /// <summary>All rows of a list, the largest pages that there are.</summary>
    public async Task<VendorResult<ImmutableArray<JsonElement>>> AllAsync(ConnectionScope connection, string path, string query, string about, CancellationToken cancellation)
    {
        var rows = ImmutableArray.CreateBuilder<JsonElement>();
        for (string? next = query; next is not null;)
        {
            if (!(await PageAsync(connection, path, next, about, cancellation)).TryGet(out var page, out var failure))
                return failure;
            rows.AddRange(page.Rows);
            next = page.Next is { } after && !IsEnd(page, rows.Count, MaxPage) ? after : null;
        }

        return rows.ToImmutable();
    }

    /// <summary>The end of a feed names a next page, too, for those who come back later. A full page never ends one, since rows move while they are read.</summary>
    /// <param name="taken">Rows of the list so far, with those of this page.</param>
    /// <param name="limit">So many rows were asked for.</param>
    public static bool IsEnd(SkyPage page, int taken, int limit) => page.Next is null || page.Rows.IsEmpty || (page.Rows.Length < limit && page.Count <= taken);

    private static SkyPage Read(VendorAnswer answer, VendorCall call)
    {
        if (answer.Json.At("value") is not { ValueKind: JsonValueKind.Array } value)
            throw new UnexpectedAnswerException("a list has no value.");
        var next = answer.Json.At("next_link").AsText("next_link");
        return new SkyPage([.. value.EnumerateArray().Where(row => row.At("id").AsText("the id of a row") is not null)], next is { Length: > 0 } ? QueryOf(next, call) : null, answer.Json.At("count").AsCount("count"), answer.VendorTime);
    }

    /// <summary>Only the query is taken over: the token goes where it went before, and to nobody else.</summary>
    private static string QueryOf(string link, VendorCall call)
    {
        var asked = call.Address()!;
        return Uri.TryCreate(asked, link, out var address) && address.Host == asked.Host && address.AbsolutePath == asked.AbsolutePath
            ? address.Query
            : throw new UnexpectedAnswerException("the next page of a list is at another address.");
    }
}
