using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>The app's management API answered with a problem.</summary>
public sealed class ManagementException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}

/// <summary>The management API of the running app, as an administrator's script would call it.</summary>
public sealed class ManagementApi(Uri manage, string functionKey) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = manage, DefaultRequestHeaders = { { "x-functions-key", functionKey } } };

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    public Task<JsonElement> PostAsync(string path, JsonNode body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, body, cancellation);

    public Task<JsonElement> PutAsync(string path, JsonNode body, CancellationToken cancellation) => SendAsync(HttpMethod.Put, path, body, cancellation);

    public Task<JsonElement> PatchAsync(string path, JsonNode body, CancellationToken cancellation) => SendAsync(HttpMethod.Patch, path, body, cancellation);

    public Task<JsonElement> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, path, null, cancellation);

    /// <summary>Null where there is no such thing.</summary>
    public async Task<JsonElement?> FindAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(path, cancellation);
        }
        catch (ManagementException problem) when (problem.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (!response.IsSuccessStatusCode)
            throw new ManagementException(response.StatusCode, $"{method} {path} was answered with {(int)response.StatusCode}: {Explain(text)}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    // Problem details say it in a title and a detail; the host's own answers have no body.
    private static string Explain(string text)
    {
        if (!text.StartsWith('{'))
            return text.Length == 0 ? "no body" : text;
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        var words = new StringBuilder();
        foreach (var name in (string[])["title", "detail"])
        {
            if (problem.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } part)
                words.Append(words.Length > 0 ? " " : "").Append(part);
        }

        return words.Length > 0 ? words.ToString() : text;
    }
}
