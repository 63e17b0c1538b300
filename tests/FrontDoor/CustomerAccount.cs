using System.Text.Json;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tests.FrontDoor;

/// <summary>A record as the vendor shows it.</summary>
public sealed record VendorRecord(string Kind, JsonElement Json)
{
    public string Id => Json.GetProperty("id").ToString();

    public long Number => Json.GetProperty("id").GetInt64();

    public string? this[string field] => Json.TryGetProperty(field, out var value) ? value.ToString() : null;

    public override string ToString() => Json.ToString();
}

/// <summary>A customer's account at a simulated vendor, used as a person would use the vendor's own screens.</summary>
/// <param name="http">Its base address is the vendor's control interface.</param>
/// <param name="slug">The account.</param>
/// <param name="story">What the app says about the flow, for failures.</param>
public sealed class CustomerAccount(HttpClient http, string slug, Func<Task<string>> story)
{
    private const int Everything = 100_000;

    public string Slug => slug;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<VendorRecord> CreateAsync(string kind, object fields) => new(kind, await SendAsync(HttpMethod.Post, $"kinds/{kind}", fields));

    /// <summary>Many at once.</summary>
    public Task CreateAllAsync(string kind, IEnumerable<object> records) => SendAsync(HttpMethod.Post, $"kinds/{kind}/bulk", records.ToArray());

    public async Task<VendorRecord> EditAsync(VendorRecord record, object fields) => new(record.Kind, await SendAsync(HttpMethod.Patch, PathOf(record), fields));

    public Task ArchiveAsync(VendorRecord record) => SendAsync(HttpMethod.Post, $"{PathOf(record)}/archive", null);

    public Task DeleteAsync(VendorRecord record) => SendAsync(HttpMethod.Delete, PathOf(record), null);

    public async Task<VendorRecord> GetAsync(VendorRecord record) => new(record.Kind, await SendAsync(HttpMethod.Get, PathOf(record), null));

    /// <summary>Every record of a kind, in the order in which they were made.</summary>
    public async Task<IReadOnlyList<VendorRecord>> AllAsync(string kind)
    {
        var found = await SendAsync(HttpMethod.Get, $"kinds/{kind}?limit={Everything}", null);
        return [.. found.GetProperty("items").EnumerateArray().Select(item => new VendorRecord(kind, item)).OrderBy(record => record.Id.Length).ThenBy(record => record.Id, StringComparer.Ordinal)];
    }

    /// <summary>The records that show these values now.</summary>
    public async Task<IReadOnlyList<VendorRecord>> FindAsync(string kind, object fields)
    {
        var expected = JsonText.Of(fields);
        return [.. (await AllAsync(kind)).Where(record => JsonText.Shows(record.Json, expected))];
    }

    /// <summary>Waits until there is a record with these values: one, and no second.</summary>
    public async Task<VendorRecord> OneAsync(string kind, object fields, TimeSpan? patience = null)
    {
        IReadOnlyList<VendorRecord> found = [];
        await Eventually.HoldsAsync(
            async () => (found = await FindAsync(kind, fields)).Count == 1
                ? null
                : $"{found.Count} {kind} show {JsonText.Of(fields)}. All: {string.Join(Environment.NewLine, await AllAsync(kind))}",
            patience,
            story);
        return found[0];
    }

    /// <summary>Waits until a record shows these values.</summary>
    public async Task<VendorRecord> BecomesAsync(VendorRecord record, object fields, TimeSpan? patience = null)
    {
        var (now, expected) = (record, JsonText.Of(fields));
        await Eventually.HoldsAsync(
            async () => JsonText.Shows((now = await GetAsync(record)).Json, expected) ? null : $"{record.Kind} {record.Id} does not show {expected} but {now}",
            patience,
            story);
        return now;
    }

    /// <summary>Everything in the account as one text: as long as it is the same, nobody has written.</summary>
    public async Task<string> SnapshotAsync()
    {
        var kinds = await SendAsync(HttpMethod.Get, "kinds", null);
        var all = await Task.WhenAll(kinds.EnumerateArray().Select(kind => AllAsync(kind.GetProperty("name").GetString()!)));
        return string.Join(Environment.NewLine, all.SelectMany(records => records));
    }

    /// <summary>Calls that the app has made to this account.</summary>
    public async Task<int> CallsAsync() => (await SendAsync(HttpMethod.Get, "stats", null)).GetProperty("today").GetProperty(slug).GetInt32();

    /// <summary>What the app has called of the vendor since <see cref="ForgetCallsAsync"/>, for whatever account, with the names of parameters.</summary>
    public async Task<IReadOnlyList<string>> CalledAsync() =>
        [.. (await SendAsync(HttpMethod.Get, "stats", null)).GetProperty("calls").EnumerateArray().Select(call => $"{call.GetProperty("method")} {call.GetProperty("path")}")];

    public Task ForgetCallsAsync() => SendAsync(HttpMethod.Delete, "stats", null);

    /// <summary>From now on nobody is told of changes, whatever the account, or everybody again.</summary>
    public Task LoseWebhooksAsync(bool lost) => SendAsync(HttpMethod.Put, "webhooks", new { lose = lost ? 1 : 0 });

    private static string PathOf(VendorRecord record) => $"kinds/{record.Kind}/{record.Id}";

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body)
    {
        var address = $"{path}{(path.Contains('?') ? '&' : '?')}account={slug}";
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonText.Content(body) };
        using var response = await http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"The vendor refused {method} {address} with {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
