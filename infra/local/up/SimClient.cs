using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>Calls to a vendor that were alike.</summary>
/// <param name="Path">With the names of its parameters, below the vendor's address.</param>
/// <param name="Status">0 is a connection that broke.</param>
public sealed record SimCalls(string Method, string Path, int Status, int Count);

/// <summary>How long a vendor waited for the answers to its webhooks.</summary>
public sealed record SimWebhookTimes(double P50, double P95, double P99, double Max);

/// <summary>What a vendor told of changes by webhook.</summary>
/// <param name="GivenUp">Not answered well however often it was sent again.</param>
public sealed record SimWebhookCounts(int Made, int Lost, int Delivered, int GivenUp, int UnderWay, SimWebhookTimes TookMs);

/// <summary>The control interface of a simulated vendor (<c>_sim</c>): what a person would do in the vendor's own screens, in its own field names.</summary>
public sealed class SimClient(Uri vendor) : IDisposable
{
    // As many as fit a request comfortably.
    private const int BulkSize = 2000;

    private readonly HttpClient _http = new() { BaseAddress = new Uri(vendor, "_sim/"), Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Creates a record and gives it back as stored.</summary>
    public Task<JsonElement> CreateAsync(string kind, JsonNode record, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"kinds/{kind}", record, cancellation);

    /// <summary>Creates many records of a kind and gives their ids back, in order.</summary>
    public async Task<IReadOnlyList<long>> CreateAllAsync(string kind, IEnumerable<JsonNode> records, CancellationToken cancellation)
    {
        var ids = new List<long>();
        foreach (var part in records.Chunk(BulkSize))
        {
            var answer = await SendAsync(HttpMethod.Post, $"kinds/{kind}/bulk", new JsonArray(part), cancellation);
            // Made in one go, so their ids follow one another.
            var first = long.Parse(answer.GetProperty("firstId").ToString());
            ids.AddRange(Enumerable.Range(0, part.Length).Select(i => first + i));
        }

        return ids;
    }

    public Task<JsonElement> UpdateAsync(string kind, string id, JsonNode changes, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"kinds/{kind}/{id}", changes, cancellation);

    public Task<JsonElement> ArchiveAsync(string kind, string id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"kinds/{kind}/{id}/archive", null, cancellation);

    /// <summary>Undoes <see cref="ArchiveAsync"/>.</summary>
    public Task<JsonElement> RestoreAsync(string kind, string id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"kinds/{kind}/{id}/restore", null, cancellation);

    public Task DeleteAsync(string kind, string id, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, $"kinds/{kind}/{id}", null, cancellation);

    /// <summary>How the vendor fails from now on; none: not any more.</summary>
    public Task SetFaultsAsync(JsonArray rules, CancellationToken cancellation) => SendAsync(HttpMethod.Put, "faults", rules, cancellation);

    /// <summary>All records of a kind.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string kind, CancellationToken cancellation)
    {
        var all = new List<JsonElement>();
        while (true)
        {
            var page = await SendAsync(HttpMethod.Get, $"kinds/{kind}?limit={BulkSize}&start={all.Count}", null, cancellation);
            all.AddRange(page.GetProperty("items").EnumerateArray());
            if (all.Count >= page.GetProperty("total").GetInt32() || page.GetProperty("items").GetArrayLength() == 0) return all;
        }
    }

    public Task<JsonElement> GetAsync(string kind, string id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"kinds/{kind}/{id}", null, cancellation);

    /// <summary>The records of a kind that hold these words in any text.</summary>
    public async Task<IReadOnlyList<JsonElement>> FindAsync(string kind, string words, CancellationToken cancellation)
    {
        var found = await SendAsync(HttpMethod.Get, $"kinds/{kind}?limit=20&q={Uri.EscapeDataString(words)}", null, cancellation);
        return [.. found.GetProperty("items").EnumerateArray()];
    }

    /// <summary>How many records of each kind there are.</summary>
    public async Task<ImmutableDictionary<string, int>> CountsAsync(CancellationToken cancellation)
    {
        var kinds = await SendAsync(HttpMethod.Get, "kinds", null, cancellation);
        return kinds.EnumerateArray().ToImmutableDictionary(kind => kind.GetProperty("name").GetString()!, kind => kind.GetProperty("count").GetInt32());
    }

    /// <summary>Calls of the app to the vendor since <see cref="ClearStatsAsync"/>.</summary>
    public async Task<IReadOnlyList<SimCalls>> CallsAsync(CancellationToken cancellation)
    {
        var stats = await SendAsync(HttpMethod.Get, "stats", null, cancellation);
        return stats.GetProperty("calls").Deserialize<SimCalls[]>(JsonSerializerOptions.Web)!;
    }

    /// <summary>Lets every call of the app take so long, as over the internet.</summary>
    public Task SetLatencyAsync(TimeSpan latency, CancellationToken cancellation)
    {
        var rule = new JsonObject { ["kind"] = "delay", ["delayMs"] = (int)latency.TotalMilliseconds };
        return SetFaultsAsync([rule], cancellation);
    }

    /// <summary>How many of one webhook never leave the vendor.</summary>
    public Task LoseWebhooksAsync(double part, CancellationToken cancellation) => SendAsync(HttpMethod.Put, "webhooks", new JsonObject { ["lose"] = part }, cancellation);

    /// <summary>Webhooks since <see cref="ClearWebhooksAsync"/>.</summary>
    public async Task<SimWebhookCounts> WebhooksAsync(CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Get, "webhooks", null, cancellation)).Deserialize<SimWebhookCounts>(JsonSerializerOptions.Web)!;

    public Task ClearWebhooksAsync(CancellationToken cancellation) => SendAsync(HttpMethod.Delete, "webhooks", null, cancellation);

    /// <summary>Records that the vendor gives at most at once.</summary>
    public async Task<int> MaxPageSizeAsync(CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Get, "settings", null, cancellation)).GetProperty("maxPageSize").GetInt32();

    public Task ClearStatsAsync(CancellationToken cancellation) => SendAsync(HttpMethod.Delete, "stats", null, cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.NoContent)
            return default;
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<JsonElement>(text)
            : throw new UpFailure($"The simulated vendor refused {method} {_http.BaseAddress!.AbsolutePath}{path} with {(int)response.StatusCode}: {text}");
    }
}
