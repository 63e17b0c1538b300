using System.Net;
using System.Text.Json.Nodes;

namespace SyncFunctions.Host.Tests.Http;

[Trait("Category", "Host")]
public sealed class ResultTests(HttpHost http) : IClassFixture<HttpHost>
{
    [Theory]
    [InlineData("result/ok-null", 204, null, "")]
    [InlineData("result/poco", 200, "application/json; charset=utf-8", """{"name":"é","shade":1,"note":null}""")]
    [InlineData("result/json", 200, "application/json; charset=utf-8", "\"\\u00E9\\u003C\\u003E\"")]
    [InlineData("result/bytes", 200, "application/json; charset=utf-8", "\"AQID\"")]
    [InlineData("result/double", 200, "application/json; charset=utf-8", "1.5")]
    [InlineData("result/content", 200, "text/html", "<b>")]
    [InlineData("result/content-plain", 200, "text/plain; charset=utf-8", "plain")]
    [InlineData("result/no-content", 204, null, "")]
    [InlineData("result/bad", 400, null, "")]
    [InlineData("result/missing", 404, null, "")]
    [InlineData("result/teapot", 418, null, "")]
    [InlineData("result/bad-object", 400, "application/json; charset=utf-8", """{"error":"x"}""")]
    [InlineData("result/missing-text", 404, "text/plain; charset=utf-8", "gone")]
    [InlineData("result/problem", 409, "application/problem+json; charset=utf-8", """{"title":"t","status":409}""")]
    [InlineData("result/created", 201, "application/json; charset=utf-8", """{"id":1}""")]
    [InlineData("result/accepted", 202, null, "")]
    [InlineData("result/unauthorized", 401, null, "")]
    [InlineData("result/forbid", 500, null, "")]
    [InlineData("result/unserializable", 500, null, "")]
    [InlineData("result/null", 200, null, "")]
    [InlineData("result/empty", 200, null, "")]
    [InlineData("result/conflict", 409, null, "")]
    [InlineData("result/error", 500, null, "")]
    [InlineData("result/busy", 503, null, "")]
    [InlineData("result/busy-object", 503, "application/json; charset=utf-8", """{"busy":true}""")]
    [InlineData("string", 200, null, "")]
    [InlineData("object", 200, null, "")]
    [InlineData("paint", 200, null, "")]
    [InlineData("task", 200, null, "")]
    [InlineData("nothing", 200, null, "")]
    [InlineData("several", 207, null, "")]
    [InlineData("iresult", 203, "application/json; charset=utf-8", """{"a":1}""")]
    [InlineData("direct", 299, null, "direct")]
    [InlineData("throw/plain", 500, null, "")]
    [InlineData("throw/bad", 500, null, "")]
    public async Task Result_OfAFunction_IsWrittenAsTheHostWritesIt(string path, int status, string? contentType, string body)
    {
        using var response = await http.Client.GetAsync($"/api/{path}");
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType?.ToString().ShouldBe(contentType);
        (await response.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    [Fact]
    public async Task Result_Text_BecomesJsonWhereOnlyThatIsAccepted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/plain");
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await http.Client.SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldBe("\"hi\"");
    }

    [Fact]
    public async Task Result_Json_StaysJsonWhereXmlIsAccepted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/result/poco");
        request.Headers.Accept.ParseAdd("application/xml");
        using var response = await http.Client.SendAsync(request);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Theory]
    [InlineData("result/created", "/things/1", 201)]
    [InlineData("result/accepted", "/status/1", 202)]
    [InlineData("result/redirect", "/elsewhere", 302)]
    [InlineData("result/moved", "/elsewhere", 301)]
    public async Task Result_Location_IsAsGiven(string path, string location, int status)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = http.Host.Address };
        using var response = await client.GetAsync($"/api/{path}");
        ((int)response.StatusCode).ShouldBe(status);
        response.Headers.Location!.OriginalString.ShouldBe(location);
    }

    [Fact]
    public async Task Result_Stream_HasItsLength()
    {
        using var response = await http.Client.GetAsync("/api/result/stream");
        response.Content.Headers.ContentLength.ShouldBe(100_000);
    }

    [Fact]
    public async Task Result_File_HasItsNameAndLength()
    {
        using var response = await http.Client.GetAsync("/api/result/file");
        response.Content.Headers.ContentLength.ShouldBe(3);
        response.Content.Headers.ContentDisposition!.ToString().ShouldBe("attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
    }

    [Fact]
    public async Task Response_WrittenDirectly_KeepsItsHeaders()
    {
        using var response = await http.Client.GetAsync("/api/direct");
        response.Headers.GetValues("Server").ShouldBe(["mine"]);
        response.Headers.GetValues("Set-Cookie").ShouldBe(["a=1", "b=2"]);
    }

    [Fact]
    public async Task Exception_OfAFunction_IsLoggedAndNotShown()
    {
        using var response = await http.Client.GetAsync("/api/throw/logged");
        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);

        // Other tests of this host make the same function throw other things.
        var entry = await http.Host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Throw' (Failed, Id=") && entry.Exception is InvalidOperationException);
        entry.Category.ShouldBe("Function.Throw");
        entry.Exception!.Message.ShouldBe("secret detail");
    }

    [Fact]
    public async Task Exception_AfterAPartWasSent_CutsTheConnection()
    {
        using var response = await http.Client.GetAsync("/api/throwlate", HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Contexts_OfARun_BelongTogether()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/contexts");
        request.Headers.Add("X-Forwarded-For", "1.2.3.4");
        using var response = await http.Client.SendAsync(request);
        var seen = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        seen.ToJsonString().ShouldBe(
            """{"sameRequest":true,"sameContext":true,"sameServices":true,"sameToken":true,"name":"Contexts","trigger":"httpTrigger","invocationHeader":true,"forwarded":false,"retryIsNull":true}""");
    }
}
