using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace SyncFunctions.Host.Tests.Http;

/// <summary>What goes over the wire, looked at without a client in between.</summary>
[Trait("Category", "Host")]
public sealed class ProtocolTests(ProtocolHost http) : IClassFixture<ProtocolHost>
{
    private Uri Address => http.Host.Address;

    private string Host => $"Host: {Address.Authority}";

    [Fact]
    public async Task Answer_OfAPlainText_HasTheseHeadersAndNoMore()
    {
        var answer = await RawHttp.GetAsync(Address, "/api/plain", headers: Host);
        answer.Status.ShouldBe(200);
        answer.Headers.Select(header => header.Split(':')[0]).Order().ShouldBe(["Connection", "Content-Type", "Date", "Server", "Transfer-Encoding"]);
        answer.Headers.ShouldContain("Content-Type: text/plain; charset=utf-8");
        answer.Headers.ShouldContain("Transfer-Encoding: chunked");
        answer.Headers.ShouldContain("Server: Kestrel");
    }

    [Theory]
    [InlineData("/api/nosuch", 404)]
    [InlineData("/api/throw/x", 500)]
    [InlineData("/api/result/null", 200)]
    [InlineData("/api/result/empty", 200)]
    [InlineData("/api/result/teapot", 418)]
    [InlineData("/api/nothing", 200)]
    [InlineData("/api/string", 200)]
    public async Task Answer_WithoutBody_HasLengthNoneAndNoType(string target, int status)
    {
        var answer = await RawHttp.GetAsync(Address, target, headers: Host);
        answer.Status.ShouldBe(status);
        answer.Headers.Where(header => header.StartsWith("Content-")).ShouldBe(["Content-Length: 0"]);
        answer.Body.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/api/result/no-content", 204)]
    [InlineData("/api/result/unchanged", 304)]
    public async Task Answer_ThatMayHaveNoBody_HasNoLength(string target, int status)
    {
        var answer = await RawHttp.GetAsync(Address, target, headers: Host);
        answer.Status.ShouldBe(status);
        answer.Headers.ShouldNotContain(header => header.StartsWith("Content-") || header.StartsWith("Transfer-"));
        answer.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task Answer_OfContent_HasItsRealLength()
        => (await RawHttp.GetAsync(Address, "/api/result/content", headers: Host)).Headers.ShouldContain("Content-Length: 3");

    [Fact]
    public async Task Answer_WithHeadersOfTheFunction_HasThemUnchanged()
    {
        var answer = await RawHttp.GetAsync(Address, "/api/answer", headers: Host);
        string[] expected = ["Server: mine", "Cache-Control: max-age=5", "X-Two: 1", "X-Two: 2", "Set-Cookie: a=1", "Set-Cookie: b=2"];
        expected.ShouldBeSubsetOf(answer.Headers);
        answer.Headers.ShouldNotContain("Server: Kestrel");
    }

    [Theory]
    [InlineData("/api/seen/a%2Fb", "a%2Fb|/api/seen/a%2Fb|")]
    [InlineData("/api/seen/a%5Cb", "a\\b|")]
    [InlineData("/api/seen/a%zz", "a%zz|")]
    [InlineData("/api/seen/%25%20+;:.x", "% +;:.x|")]
    [InlineData("/api/x/../seen/a", "a|/api/seen/a|")]
    public async Task Path_Escaped_IsSeenLikeThis(string target, string expected)
        => (await RawHttp.GetAsync(Address, target, headers: Host)).Body.ShouldStartWith(expected);

    [Theory]
    [InlineData("/api/plain/%00", 400)]
    [InlineData("/api/over/%2e%2e", 404)]
    [InlineData("/api//plain", 404)]
    public async Task Path_ThatIsNone_IsRefused(string target, int status)
    {
        var answer = await RawHttp.GetAsync(Address, target, headers: Host);
        answer.Status.ShouldBe(status);
        answer.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task Path_WithALongSegment_IsServed()
        => (await RawHttp.GetAsync(Address, $"/api/segment/{new string('s', 300)}", headers: Host)).Status.ShouldBe(200);

    [Fact]
    public async Task Query_IsSeenLikeThis()
    {
        var seen = (await RawHttp.GetAsync(Address, "/api/seen?a=1&a=2&B=x%20y&c&d=&e=%2B+", headers: Host)).Body.Split('|');
        seen[5].ShouldBe("a=[1,2];B=[x y];c=[];d=[];e=[+ ]");
        seen[^1].ShouldBe("""{"a":"2","B":"x y","c":"","d":"","e":"\u002B "}""");
    }

    [Fact]
    public async Task Headers_AreSeenLikeThis()
    {
        var answer = await RawHttp.GetAsync(
            Address, "/api/seen", "1.1", "Host: outer.example:81", "x-rep: a", "X-Rep: b", "Cookie: a=1", "Cookie: b=2",
            "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: other", "X-Forwarded-Proto: https", "Keep-Alive: timeout=5", "TE: trailers", "Upgrade: other", "Proxy-Connection: close");
        var seen = answer.Body.Split('|');
        seen[2].ShouldBe("http");
        seen[3].ShouldBe("outer.example:81");
        seen[6].ShouldBe("a, b");
        seen[7].ShouldBe("a=1; b=2");
        seen[8].ShouldBe("Cookie Host x-ms-invocation-id x-rep");
        seen[10].ShouldBe("True");
    }

    [Theory]
    [InlineData("POST", "", "0", "")]
    [InlineData("GET", "", "null", "")]
    [InlineData("POST", "Content-Length: 0\r\n", "0", "")]
    [InlineData("POST", "Transfer-Encoding: chunked\r\n", "null", "chunked")]
    public async Task Length_IsSeenLikeThis(string method, string header, string length, string encoding)
    {
        var end = encoding.Length > 0 ? "0\r\n\r\n" : "";
        var seen = (await RawHttp.SendAsync(Address, $"{method} /api/seen HTTP/1.1\r\n{Host}\r\n{header}Connection: close\r\n\r\n{end}")).Body.Split('|');
        seen[4].ShouldBe(length);
        seen[9].ShouldBe(encoding);
    }

    [Fact]
    public async Task Body_Awaited_IsAskedFor()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/readall") { Content = new StringContent("sent") };
        request.Headers.ExpectContinue = true;
        (await (await http.Client.SendAsync(request)).Content.ReadAsStringAsync()).ShouldBe("sent");
    }

    [Fact]
    public async Task Method_InLowerCase_IsKnown()
        => (await RawHttp.SendAsync(Address, $"get /api/plain HTTP/1.1\r\n{Host}\r\nConnection: close\r\n\r\n")).Status.ShouldBe(200);

    [Fact]
    public async Task Version10_WithHost_IsServed() => (await RawHttp.GetAsync(Address, "/api/plain", "1.0", Host)).Status.ShouldBe(200);

    [Fact]
    public async Task Version10_WithoutHost_Is500()
    {
        var answer = await RawHttp.GetAsync(Address, "/api/plain", "1.0");
        answer.Status.ShouldBe(500);
        answer.Headers.ShouldContain("Connection: close");
        answer.Headers.ShouldContain("Content-Length: 0");
    }

    [Fact]
    public async Task Version11_WithoutHost_Is400() => (await RawHttp.GetAsync(Address, "/api/plain")).Status.ShouldBe(400);

    [Fact]
    public async Task Query_TooLong_Is414() => (await RawHttp.GetAsync(Address, $"/api/plain?{new string('q', 9000)}", headers: Host)).Status.ShouldBe(414);

    [Fact]
    public async Task Header_TooLong_Is431()
        => (await RawHttp.GetAsync(Address, "/api/plain", "1.1", Host, $"x-long: {new string('h', 40_000)}")).Status.ShouldBe(431);

    [Fact]
    public async Task Origin_OfABrowser_ChangesNothing()
    {
        var answer = await RawHttp.GetAsync(Address, "/api/plain", "1.1", Host, "Origin: https://other.example");
        answer.Status.ShouldBe(200);
        answer.Headers.ShouldNotContain(header => header.StartsWith("Access-Control"));
        var preflight = await RawHttp.SendAsync(
            Address, $"OPTIONS /api/plain HTTP/1.1\r\n{Host}\r\nOrigin: https://other.example\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n");
        preflight.Status.ShouldBe(404);
        preflight.Headers.ShouldNotContain(header => header.StartsWith("Access-Control"));
    }

    [Fact]
    public async Task Body_TooSlow_Is500()
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                // The smallest that the server allows.
                Configure = builder => builder.Services.AddSingleton<Recorder>().Configure<KestrelServerOptions>(server =>
                    server.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(1.01))),
            },
            typeof(ProtocolSamples));
        var answer = await RawHttp.SendAsync(host.Address, $"POST /api/readall HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Length: 100\r\n\r\nslow");
        answer.Status.ShouldBe(500);
        answer.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pieces_Flushed_ArriveOneByOne()
    {
        using var response = await http.Client.GetAsync("/api/pieces", HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await using var body = await response.Content.ReadAsStreamAsync();
        (await ReadAsync(body)).ShouldBe("one");
        http.Recorder.OpenGate();
        (await ReadAsync(body)).ShouldBe("two");
        http.Recorder.OpenGate();
        (await ReadAsync(body)).ShouldBe("");
    }

    private static async Task<string> ReadAsync(Stream body)
    {
        var buffer = new byte[100];
        return System.Text.Encoding.ASCII.GetString(buffer, 0, await body.ReadAsync(buffer));
    }
}

public sealed class ProtocolHost : IAsyncLifetime
{
    private TestHost? _host;

    public Recorder Recorder { get; } = new();

    internal TestHost Host => _host ?? throw new InvalidOperationException("The host has not been started.");

    public HttpClient Client => Host.Client;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(
        new TestHostOptions { Configure = builder => builder.Services.AddSingleton(Recorder) }, typeof(HttpSamples), typeof(ProtocolSamples));

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }
}
