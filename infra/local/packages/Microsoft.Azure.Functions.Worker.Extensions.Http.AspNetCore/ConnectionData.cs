using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The worker's view of an ASP.NET Core request.</summary>
internal sealed class ConnectionRequestData(HttpRequest request, FunctionContext context) : HttpRequestData(context)
{
    private HttpHeadersCollection? _headers;
    private Uri? _url;
    private ConnectionResponseData? _response;

    public override Stream Body => request.Body;

    public override HttpHeadersCollection Headers
        => _headers ??= new(request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())));

    public override IReadOnlyCollection<IHttpCookie> Cookies => request.Cookies.ToHttpCookies();

    public override Uri Url => _url ??= new Uri(request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => request.HttpContext.User.Identities;

    public override string Method => request.Method;

    // There is one answer to a request, however often it is asked for.
    public override HttpResponseData CreateResponse() => _response ??= new ConnectionResponseData(request.HttpContext.Response, FunctionContext);
}

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
