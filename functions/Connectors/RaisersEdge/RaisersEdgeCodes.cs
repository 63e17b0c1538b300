using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>The codes of constituents: rows of their own, which no list of constituents shows.</summary>
internal sealed class RaisersEdgeCodes(RaisersEdgeApi api)
{
    /// <summary>Where the codes of all constituents are listed, and where one is made.</summary>
    public const string ListPath = "constituent/v1/constituents/constituentcodes";
    private const string TypesPath = "constituent/v1/constituentcodetypes";
    private const string Path = "constituent/v1/constituentcodes";

    /// <summary>For the walk through a whole list that is under way: one a connection, so that a list of any length costs little more than its pages.</summary>
    private readonly ConcurrentDictionary<(TenantId, ConnectionId), (string Walk, ImmutableDictionary<string, FieldValue.Set> Codes)> _walks = new();

    /// <summary>Of one constituent, as they are now.</summary>
    public async Task<VendorResult<FieldValue.Set>> OfAsync(ConnectionScope connection, string id, CancellationToken cancellation) =>
        (await RowsAsync(connection, id, cancellation)).TryGet(out var rows, out var failure) ? SetOf(rows.Select(row => row.Description)) : failure;

    /// <summary>Of all constituents, by their ids: read once for each walk, by whichever process takes part in it.</summary>
    public async Task<VendorResult<ImmutableDictionary<string, FieldValue.Set>>> OfAllAsync(ConnectionScope connection, string walk, CancellationToken cancellation)
    {
        var key = (connection.Tenant, connection.Connection);
        if (_walks.TryGetValue(key, out var known) && known.Walk == walk)
            return known.Codes;
        if (!(await api.AllAsync(connection, ListPath, RaisersEdgeApi.Query(RaisersEdgeApi.MaxPage, null), RaisersEdgeCatalog.Constituents, cancellation)).TryGet(out var rows, out var failure))
            return failure;
        // Most of them are of a few words: each is kept once.
        var words = new Dictionary<string, string>();
        var codes = rows.Select(Read).OfType<Row>().GroupBy(row => row.Constituent).ToImmutableDictionary(
            group => group.Key,
            group => SetOf(group.Select(row => words.TryGetValue(row.Description, out var word) ? word : words[row.Description] = row.Description)));
        _walks[key] = (walk, codes);
        return codes;
    }

    /// <summary>The table that codes are taken from: its rows have no ids but their words.</summary>
    public Task<VendorResult<VendorPage>> TypesAsync(ConnectionScope connection, CancellationToken cancellation) => api.SendAsync(
        connection,
        RaisersEdgeApi.Call(connection, HttpMethod.Get, TypesPath) with { About = (RaisersEdgeCatalog.CodeTypes, null) },
        answer => answer.Json.At("value") is { ValueKind: JsonValueKind.Array } words
            ? new VendorPage([.. words.EnumerateArray().Select(word => word.AsText("a code")).OfType<string>().Distinct(StringComparer.Ordinal).Select(word => new Record(word, FieldSet.Of(("name", FieldValue.Of(word)))) { Label = word })], null, answer.VendorTime)
            : throw new UnexpectedAnswerException("the table of codes is no list."),
        cancellation);

    public void Forget(ConnectionScope connection) => _walks.TryRemove((connection.Tenant, connection.Connection), out _);

    /// <summary>Gives a constituent these codes: makes those that are missing, and takes away those that are not among them.</summary>
    /// <returns>Whether there was anything to do; a failure is ambiguous where some of it was done.</returns>
    public async Task<VendorResult<bool>> SetAsync(ConnectionScope connection, string id, FieldValue.Set wanted, bool isNew, CancellationToken cancellation)
    {
        var rows = ImmutableArray<Row>.Empty;
        if (!isNew && !(await RowsAsync(connection, id, cancellation)).TryGet(out rows, out var failure))
            return failure;
        var written = false;
        VendorCall About(VendorCall call) => call with { About = (RaisersEdgeCatalog.Constituents, id) };
        foreach (var missing in wanted.Items.Except(rows.Select(row => row.Description), StringComparer.OrdinalIgnoreCase))
        {
            var call = About(RaisersEdgeApi.Call(connection, HttpMethod.Post, Path)) with
            {
                Json = new JsonObject { ["constituent_id"] = id, ["description"] = missing },
                Repeat = Repeat.Once,
            };
            if ((await api.SendAsync(connection, call, _ => true, cancellation)).Failure is { } refused)
                return written ? refused with { Ambiguous = true } : refused;
            written = true;
        }

        foreach (var row in rows.Where(row => !wanted.Items.Contains(row.Description, StringComparer.OrdinalIgnoreCase) && VendorCall.IsSegment(row.Id)))
        {
            var call = About(RaisersEdgeApi.Call(connection, HttpMethod.Delete, $"{Path}/{row.Id}")) with { IsRecord = true };
            if ((await api.SendAsync(connection, call, _ => true, cancellation)).Failure is { Kind: not FailureKind.NotFound } refused)
                return written ? refused with { Ambiguous = true } : refused;
            written = true;
        }

        return written;
    }

    private async Task<VendorResult<ImmutableArray<Row>>> RowsAsync(ConnectionScope connection, string id, CancellationToken cancellation)
    {
        var call = RaisersEdgeApi.Call(connection, HttpMethod.Get, $"constituent/v1/constituents/{id}/constituentcodes") with { IsRecord = true, About = (RaisersEdgeCatalog.Constituents, id) };
        return await api.SendAsync(
            connection,
            call,
            answer => answer.Json.At("value") is { ValueKind: JsonValueKind.Array } rows
                ? rows.EnumerateArray().Select(Read).OfType<Row>().ToImmutableArray()
                : throw new UnexpectedAnswerException("the codes of a constituent are no list."),
            cancellation);
    }

    /// <summary>Null for a code whose time is over, or not yet come.</summary>
    private static Row? Read(JsonElement json) =>
        json.At("inactive").AsFlag("inactive of a code") == true || json.At("description").AsText("the description of a code") is not { Length: > 0 } description
            ? null
            : new Row(json.At("id").AsText("the id of a code") ?? "", json.At("constituent_id").AsText("the constituent of a code") ?? "", description);

    private static FieldValue.Set SetOf(IEnumerable<string> descriptions) => new(descriptions);

    private sealed record Row(string Id, string Constituent, string Description);
}
