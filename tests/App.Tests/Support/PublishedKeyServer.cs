using System.Net;
using System.Text.Json;

namespace SyncFunctions.App.Tests;

/// <summary>Where systems publish their keys; every other host is behind it.</summary>
internal sealed class PublishedKeyServer(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const string Host = "keys.test";

    public static readonly Uri Address = new($"https://{Host}/key");

    /// <summary>Null: it answers with an error.</summary>
    public string? Key { get; set; } = "the-key-that-is-published";

    public int Calls { get; private set; }

    /// <summary>Awaited before each answer.</summary>
    public Task Release { get; set; } = Task.CompletedTask;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.Host != Host) return await base.SendAsync(request, cancellationToken);
        Calls++;
        await Release.WaitAsync(cancellationToken);
        return Key is null
            ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
            : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(JsonSerializer.Serialize(new { key = Key })) };
    }
}
