using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace SyncFunctions.Vendors.Tests;

/// <summary>The vendor server on a free port, spoken to over HTTP alone.</summary>
internal sealed class Vendors : IAsyncDisposable
{
    public const string SynergyKey = "synergy-static-key";
    public const string MoovilaToken = "moovila-static-token";
    public const string TinyPlusToken = "tinyplus-long-life-token";
    public const string ConnectWiseKeys = "demo+connectwise-public-key:connectwise-private-key";
    private readonly WebApplication _server;

    private Vendors(WebApplication server)
    {
        _server = server;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Urls.First()) };
    }

    public HttpClient Http { get; }

    public static async Task<Vendors> StartAsync(bool seed = false, string? data = null, TimeProvider? time = null)
    {
        var server = VendorServer.Build(new VendorServerOptions
        {
            Urls = "http://127.0.0.1:0",
            Seed = seed,
            Data = data,
            Time = time ?? TimeProvider.System,
        });
        await server.StartAsync();
        return new Vendors(server);
    }

    /// <summary>A call to Synergy's data paths; <paramref name="path"/> is below the organisation.</summary>
    public Task<Answer> Synergy(string method, string path, object? body = null, string token = SynergyKey, string slug = "demo") =>
        Send(method, $"/synergy/api/v2/Organisation/{slug}/{path}", body, ("access-token", token));

    public Task<Answer> TinyPlus(string method, string path, object? body = null, string token = TinyPlusToken) =>
        Send(method, $"/tinyplus/v2/{path}", body, ("Authorization", token));

    /// <summary>A call to ConnectWise's API; <paramref name="keys"/> are those of a member of a company.</summary>
    public Task<Answer> ConnectWise(string method, string path, object? body = null, string keys = ConnectWiseKeys, string codebase = "v4_6_release", params IEnumerable<(string Name, string Value)> more) =>
        Send(method, $"/connectwise/{codebase}/apis/3.0/{path}", body, [("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(keys))}"), ("clientId", "sync-functions"), .. more]);

    public Task<Answer> Moovila(string method, string path, object? body = null, string token = MoovilaToken)
    {
        var json = body is null ? null : JsonContent.Create(body, new System.Net.Http.Headers.MediaTypeHeaderValue(method == "PATCH" ? "application/merge-patch+json" : "application/json"));
        return Send(method, $"/moovila/v1/{path}", json, ("Authorization", $"Bearer {token}"));
    }

    /// <summary>A call to the SKY API of Raiser's Edge NXT.</summary>
    public Task<Answer> Sky(string method, string path, object? body = null, string token = "raisersedge-static-token", string key = "raisersedge-subscription-key", params IEnumerable<(string Name, string Value)> more) =>
        Send(method, $"/raisersedge/{path}", body, [("Authorization", $"Bearer {token}"), ("Bb-Api-Subscription-Key", key), .. more]);

    public Task<Answer> Sim(string method, string system, string path, object? body = null) => Send(method, $"/{system}/_sim/{path}", body);

    public Task<Answer> Send(string method, string path, object? body = null, (string Name, string Value)? header = null) =>
        Send(method, path, body, header is { } one ? [one] : []);

    public async Task<Answer> Send(string method, string path, object? body, IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        using var response = await Http.SendAsync(request);
        return new Answer(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Location?.OriginalString,
            response.Headers.ToDictionary(entry => entry.Key, entry => entry.Value.First(), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Creates a record as a user of the vendor's screens would and returns its id.</summary>
    public async Task<long> Add(string system, string kind, object fields, string account = "demo")
    {
        var answer = await Sim("POST", system, $"kinds/{kind}?account={account}", fields);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return answer.Json.GetProperty("id").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }
}

internal sealed record Answer(HttpStatusCode Status, string Text, string? Location, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string Message => Json.GetProperty("message").GetString()!;

    public JsonElement this[string field] => Json.GetProperty(field);

    /// <summary>One field of each record of a list, with or without an envelope.</summary>
    public string[] Each(string field) =>
        [.. (Json.ValueKind == JsonValueKind.Array ? Json : Json.GetProperty("items")).EnumerateArray().Select(item => item.GetProperty(field).ToString())];
}

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    private DateTimeOffset _now = now;

    public ManualClock()
        : this(new DateTimeOffset(2025, 3, 14, 9, 26, 53, 589, TimeSpan.Zero))
    {
    }

    public void Advance(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;
}
