using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The worker's view of the ASP.NET Core answer: everything but the headers is written through at once.</summary>
internal sealed class ConnectionResponseData : HttpResponseData
{
    private readonly HttpResponse _response;

    public ConnectionResponseData(HttpResponse response, FunctionContext context)
        : base(context)
    {
        _response = response;
        Cookies = new ConnectionCookies(response.Cookies);
        if (!response.HasStarted) response.OnStarting(SendHeadersAsync);
    }

    public override HttpStatusCode StatusCode
    {
        get => (HttpStatusCode)_response.StatusCode;
        set => _response.StatusCode = (int)value;
    }

    public override HttpHeadersCollection Headers { get; set; } = new();

    public override Stream Body
    {
        get => _response.Body;
        set => _response.Body = value;
    }

    public override HttpCookies Cookies { get; }

    private Task SendHeadersAsync()
    {
        if (RequestGuard.HasFailed(_response.HttpContext)) return Task.CompletedTask;
        foreach (var (name, values) in Headers)
        {
            if (name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)) _response.Headers.Append(name, values.ToArray());
            else _response.Headers[name] = values.ToArray();
        }

        return Task.CompletedTask;
    }

    private sealed class ConnectionCookies(IResponseCookies cookies) : HttpCookies
    {
        public override void Append(string name, string value) => cookies.Append(name, value);

        public override void Append(IHttpCookie cookie)
        {
            ArgumentNullException.ThrowIfNull(cookie);
            cookies.Append(cookie, SameSiteMode.None);
        }

        public override IHttpCookie CreateNew() => throw new NotSupportedException();
    }
}
