using System.Collections.Immutable;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Conformance;

/// <summary>One call and its answer.</summary>
internal sealed record Exchange(string Request, int Status, ImmutableDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public Exchange Expect(int status) =>
        Status == status ? this : throw new BrokenException($"The answer should be {status} and is {Status}{(Body.Length > 0 ? $": {(Body.Length > 300 ? Body[..300] : Body)}" : "")}");

    public Exchange ExpectProblem(int status, string? type = null)
    {
        Expect(status);
        if (type is not null && Json.GetProperty("type").GetString() != $"urn:problem-type:partner:{type}")
            throw new BrokenException($"The problem should be of the type urn:problem-type:partner:{type}.");
        return this;
    }
}

/// <summary>The server that is checked. What every answer has to have is seen to here.</summary>
internal sealed class Server(KitOptions options, HttpMessageHandler handler) : IDisposable
{
    private static readonly string[] Limits = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];

    private readonly HttpClient _http = new(handler, disposeHandler: false) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Dictionary<string, Finding> _always = [];

    /// <summary>The method and address of the call that was made last.</summary>
    public string LastRequest { get; private set; } = "";

    public Uri Base => options.Base;

    /// <summary>Of the rules that hold for every answer: the first that broke each, or one that kept it.</summary>
    public IEnumerable<Finding> Always => _always.Values;

    public Task<Exchange> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Exchange> PostAsync(string path, JsonObject? body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : Json(body, "application/json"), headers);

    public Task<Exchange> PatchAsync(string path, JsonObject body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, Json(body, "application/merge-patch+json"), headers);

    public Task<Exchange> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Delete, path, null, headers);

    public static HttpContent Json(JsonObject body, string type) => new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(type));

    public async Task<Exchange> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(options.Base, path)) { Content = content };
        LastRequest = $"{method} {request.RequestUri!.PathAndQuery}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request);
        var exchange = new Exchange(
            LastRequest,
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToImmutableDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsStringAsync());
        if (path.StartsWith("v1/", StringComparison.Ordinal))
            Look(exchange);
        return exchange;
    }

    /// <summary>Notes a rule that holds for every answer; the first time that it is broken stays.</summary>
    public void Every(string rule, string? broken)
    {
        if (broken is not null && _always.GetValueOrDefault(rule) is not { Kept: false })
            _always[rule] = new Finding(rule, false, broken, LastRequest);
        else
            _always.TryAdd(rule, new Finding(rule, true, "", LastRequest));
    }

    public void Dispose() => _http.Dispose();

    private void Look(Exchange exchange)
    {
        var missing = Limits.Append("Date").FirstOrDefault(name => exchange.Header(name) is null);
        Every("R4", missing is null ? null : $"The answer has no {missing}.");
        if (exchange.Status >= 400)
        {
            var isProblem = exchange.Header("Content-Type")?.StartsWith("application/problem+json", StringComparison.Ordinal) == true;
            var status = isProblem && exchange.Json.TryGetProperty("status", out var json) && json.TryGetInt32(out var number) ? number : 0;
            Every("R3", !isProblem ? "The error is no application/problem+json." : status != exchange.Status ? "The problem does not repeat the status." : null);
        }
    }
}
