using System.Net;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

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
