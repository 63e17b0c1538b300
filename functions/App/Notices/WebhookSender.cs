using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Settings;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Notices;

/// <param name="Status">Null where there was no answer.</param>
/// <param name="Problem">Null where it was taken, otherwise what came instead: for people, and without the address.</param>
/// <param name="RetryAt">When the receiver wants to be asked again.</param>
public sealed record WebhookAnswer(int? Status, string? Problem, DateTimeOffset? RetryAt = null)
{
    /// <summary>The receiver wants nothing any more.</summary>
    public bool IsGone => Status == StatusCodes.Status410Gone;
}

/// <summary>Sends webhooks to addresses that tenants have chosen: never to what is not on the open internet, unless a setting of the app lets it.</summary>
public sealed class WebhookSender : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public WebhookSender(TimeProvider time, AppSettings? settings = null)
    {
        AllowsPrivateHosts = settings?.AllowsPrivateHosts == true;
        _time = time;

        // No redirects: they would lead where nobody has looked.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = Patience };
    }

    /// <summary>For an app whose tenants' receivers stand beside it, as on a developer's machine.</summary>
    public bool AllowsPrivateHosts { get; }

    /// <summary>Null where a webhook may go there.</summary>
    public string? WhyNot(string? text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.UserInfo.Length > 0 || address.Fragment.Length > 0 || (address.Scheme != Uri.UriSchemeHttps && !(AllowsPrivateHosts && address.Scheme == Uri.UriSchemeHttp)) ? "The address of a webhook begins with https:// and has no user in it."
        : !AllowsPrivateHosts && !PublicHost.MayBe(address) ? "The address of a webhook is one of the open internet."
        : null;

    /// <summary>Signed by Standard Webhooks.</summary>
    public Task<WebhookAnswer> SendAsync(Uri address, string id, byte[] body, IEnumerable<string> secrets, CancellationToken cancellation) =>
        SendAsync(address, body, StandardWebhooks.Headers(id, _time.GetUtcNow(), body, secrets), cancellation);

    /// <param name="address">Where it goes.</param>
    /// <param name="body">JSON.</param>
    /// <param name="headers">What says from whom it comes.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task<WebhookAnswer> SendAsync(Uri address, byte[] body, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer.IsSuccessStatusCode
                ? new WebhookAnswer((int)answer.StatusCode, null)
                : new WebhookAnswer((int)answer.StatusCode, $"Its receiver answered {(int)answer.StatusCode}.", RetryAt(answer.Headers.RetryAfter));
        }
        catch (HttpRequestException exception)
        {
            return new WebhookAnswer(null, $"Its receiver could not be reached ({exception.HttpRequestError}).");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new WebhookAnswer(null, "Its receiver did not answer in time.");
        }
    }

    private DateTimeOffset? RetryAt(RetryConditionHeaderValue? after) => after switch
    {
        { Delta: { } wait } => _time.GetUtcNow() + wait,
        { Date: { } date } => date,
        _ => null,
    };

    public void Dispose() => _http.Dispose();

    /// <summary>Looks at what a name leads to at the moment of the call: it may lead elsewhere than when it was chosen.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var open = AllowsPrivateHosts ? found : Array.FindAll(found, PublicHost.Is);
        if (open.Length == 0) throw new HttpRequestException(HttpRequestError.NameResolutionError, "The name leads to no address of the open internet.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
