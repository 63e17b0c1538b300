using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace SyncFunctions.Host.Tests.Http;

[Trait("Category", "Host")]
public sealed class BodyTests(HttpHost http) : IClassFixture<HttpHost>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData(30_000_000)]
    public async Task Body_WithinTheLimit_IsRead(int length)
    {
        using var response = await http.Client.PostAsync("/api/echo", new ByteArrayContent(new byte[length]));
        (await response.Content.ReadAsStringAsync()).ShouldBe(length.ToString());
    }

    [Fact]
    public async Task Body_ReadAsAFormOrAPipe_IsWhole()
    {
        using var fields = await http.Client.PostAsync("/api/form", new FormUrlEncodedContent([KeyValuePair.Create("a", "é")]));
        (await fields.Content.ReadAsStringAsync()).ShouldBe("é 0");
        using var parts = await http.Client.PostAsync("/api/form", new MultipartFormDataContent
        {
            { new StringContent("1"), "a" },
            { new ByteArrayContent(new byte[100_000]), "file", "f.bin" },
        });
        (await parts.Content.ReadAsStringAsync()).ShouldBe("1 100000");
        using var pipe = await http.Client.PostAsync("/api/pipe", new StringContent("four"));
        (await pipe.Content.ReadAsStringAsync()).ShouldBe("4");
    }

    [Fact]
    public async Task Body_NotRead_DoesNoHarm()
        => (await http.Client.PostAsync("/api/unread", new ByteArrayContent(new byte[1 << 20]))).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData(30_000_001, false)]
    [InlineData(30_000_001, true)]
    [InlineData(40_000_000, false)]
    public async Task Body_OverTheLimitOfTheWorker_Is500WhenRead(int length, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo") { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await http.Client.SendAsync(request);
        await RoutingTests.ShouldBeEmptyAsync(response, HttpStatusCode.InternalServerError);
        await http.Host.Log.WaitForAsync(entry => entry.Exception?.Message == "Request body too large. The max request body size is 30000000 bytes.");
    }

    [Fact]
    public async Task Body_OverTheLimitOfTheWorker_IsReadWhereTheFunctionRaisesIt()
    {
        using var response = await http.Client.PostAsync("/api/echo?limit=40000000", new ByteArrayContent(new byte[30_000_001]));
        (await response.Content.ReadAsStringAsync()).ShouldBe("30000001");
    }

    // The host closes the connection before the whole body is sent, so the client waits for the answer first.
    [Fact]
    public async Task Body_OverTheLimitOfTheHost_Is500AlsoUnread()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/unread") { Content = new ByteArrayContent(new byte[104_857_601]) };
        request.Headers.ExpectContinue = true;
        using var response = await http.Client.SendAsync(request);
        await RoutingTests.ShouldBeEmptyAsync(response, HttpStatusCode.InternalServerError);
    }

    [Theory]
    [InlineData("\"text\"", "application/json", "text")]
    [InlineData("text", "application/json", null)]
    [InlineData("text", "text/plain", null)]
    public async Task FromBody_Text_IsThatOfJson(string sent, string contentType, string? expected)
    {
        using var response = await http.Client.PostAsync("/api/body/text", Content(sent, contentType));
        response.StatusCode.ShouldBe(expected is null ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldBe(expected ?? "");
    }

    [Fact]
    public async Task Body_Chunked_IsRead()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo") { Content = new ByteArrayContent(new byte[200_000]) };
        request.Headers.TransferEncodingChunked = true;
        using var response = await http.Client.SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldBe("200000");
    }

    [Theory]
    [InlineData("""{"name":"a","shade":1,"note":"n"}""", "application/json", """{"name":"a","shade":1,"note":"n"}""")]
    [InlineData("""{"Name":"a","Shade":1}""", "application/json; charset=utf-8", """{"name":"a","shade":1,"note":null}""")]
    public async Task FromBody_Json_IsBound(string json, string contentType, string expected)
    {
        using var response = await http.Client.PostAsync("/api/body", Content(json, contentType));
        (await response.Content.ReadAsStringAsync()).ShouldBe(expected);
    }

    [Theory]
    [InlineData("{", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("""{"name":"a","shade":"Dark"}""", "application/json")]
    [InlineData("""{"name":"a"}""", null)]
    public async Task FromBody_ThatCannotBeBound_Is500(string text, string? contentType)
    {
        using var response = await http.Client.PostAsync("/api/body", Content(text, contentType));
        await RoutingTests.ShouldBeEmptyAsync(response, HttpStatusCode.InternalServerError);
    }

    private static ByteArrayContent Content(string text, string? contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return content;
    }
}
