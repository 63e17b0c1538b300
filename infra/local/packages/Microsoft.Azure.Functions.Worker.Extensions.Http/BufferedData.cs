using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A request whose body was read to its end before the function began.</summary>
internal sealed class BufferedRequestData(HttpRequest request, FunctionContext context) : HttpRequestData(context)
{
    private HttpHeadersCollection? _headers;
    private Uri? _url;

    public override Stream Body => request.Body;

    public override HttpHeadersCollection Headers
        => _headers ??= new(request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())));

    public override IReadOnlyCollection<IHttpCookie> Cookies => request.Cookies.ToHttpCookies();

    public override Uri Url => _url ??= new Uri(request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => request.HttpContext.User.Identities;

    public override string Method => request.Method;

    public override HttpResponseData CreateResponse() => new BufferedResponseData(FunctionContext);
}

/// <summary>An answer that is sent when the run has ended, if the function returns it.</summary>
internal sealed class BufferedResponseData(FunctionContext context) : HttpResponseData(context)
{
    public override HttpStatusCode StatusCode { get; set; } = HttpStatusCode.OK;

    public override HttpHeadersCollection Headers { get; set; } = new();

    public override Stream Body { get; set; } = new MemoryStream();

    public override HttpCookies Cookies { get; } = new CookieList();

    public IEnumerable<IHttpCookie> CookieItems => ((CookieList)Cookies).Items;

    private sealed class CookieList : HttpCookies
    {
        public List<IHttpCookie> Items { get; } = [];

        public override void Append(string name, string value) => Items.Add(new HttpCookie(name, value));

        public override void Append(IHttpCookie cookie) => Items.Add(cookie);

        public override IHttpCookie CreateNew() => new HttpCookie("", "");
    }
}
