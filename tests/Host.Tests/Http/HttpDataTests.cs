using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SyncFunctions.Host.Tests.Http;

/// <summary>The worker's own request and response types, where ASP.NET Core carries them and where the worker does.</summary>
[Trait("Category", "Host")]
public sealed class HttpDataTests(HttpDataHosts hosts) : IClassFixture<HttpDataHosts>
{
    public static TheoryData<bool> Both => [true, false];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Request_IsSeenWholeAndAnswered(bool aspNetCore)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/data/echo/a%20b?q=1&q=2") { Content = new StringContent("é☃") };
        request.Headers.Add("x-mine", ["1", "2"]);
        request.Headers.Add("Cookie", "one=1; two=2");
        using var response = await hosts.Client(aspNetCore).SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        response.Content.Headers.ContentType.ShouldBeNull();
        (await response.Content.ReadAsStringAsync()).ShouldBe("é☃ False");
        string.Join(',', response.Headers.GetValues("X-Seen")).ShouldBe("POST,/api/data/echo/a%20b,a b,2,1,2");
        response.Headers.GetValues("X-Cookies").ShouldBe(["one=1 two=2"]);
        response.Headers.GetValues("X-Mine").ShouldBe(["1, 2"]);
        response.Headers.GetValues("Set-Cookie").ShouldContain(cookie => cookie.StartsWith("plain=1"));
        response.Headers.GetValues("Set-Cookie").ShouldContain("rich=2; max-age=60; path=/api; samesite=strict; httponly");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Json_HasTheNamesOfTheMembersAndKeepsTheStatus(bool aspNetCore)
    {
        using var response = await hosts.Client(aspNetCore).PostAsync("/api/data/json", Json("""{"id":1,"name":"é"}"""));
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        (await response.Content.ReadAsStringAsync()).ShouldBe("{\"Id\":1,\"Name\":\"\\u00E9\"}");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Json_WithASerializerOfItsOwn_IsWrittenByThat(bool aspNetCore)
    {
        using var response = await hosts.Client(aspNetCore).PostAsync("/api/data/jsonown", Json("""{"ID":1}"""));
        response.Content.Headers.ContentType!.ToString().ShouldBe("application/vnd.mine+json");
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"id":1,"name":null}""");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Json_FollowsTheOptionsOfTheApp(bool aspNetCore)
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                AspNetCore = aspNetCore,
                Configure = builder => builder.Services.Configure<JsonSerializerOptions>(options => options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase),
            },
            typeof(HttpDataSamples));
        using var response = await host.Client.PostAsync("/api/data/json", Json("""{"Id":1}"""));
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"id":1,"name":null}""");
    }

    [Fact]
    public async Task Body_WithoutAspNetCore_HasTheLimitOfTheHostAlone()
    {
        using var read = await hosts.Client(aspNetCore: false).PostAsync("/api/data/length", new ByteArrayContent(new byte[30_000_001]));
        (await read.Content.ReadAsStringAsync()).ShouldBe("30000001");
        using var refused = await hosts.Client(aspNetCore: true).PostAsync("/api/data/length", new ByteArrayContent(new byte[30_000_001]));
        refused.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Theory]
    [InlineData(true, "4")]
    [InlineData(false, "0")]
    public async Task Body_InChunks_ReachesTheFunctionThroughAspNetCoreAlone(bool aspNetCore, string length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/data/length") { Content = new StringContent("sent") };
        request.Headers.TransferEncodingChunked = true;
        using var response = await hosts.Client(aspNetCore).SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldBe(length);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Bytes_AreWrittenInOrder(bool aspNetCore)
        => (await hosts.Client(aspNetCore).GetByteArrayAsync("/api/data/bytes")).ShouldBe([1, 2, 3, 0xe9]);

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Headers_ReplacedAsAWhole_AreSent(bool aspNetCore)
    {
        using var response = await hosts.Client(aspNetCore).GetAsync("/api/data/headers");
        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        response.Headers.GetValues("X-Whole").ShouldBe(["new"]);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Exception_AfterHeadersWereSet_ShowsNone(bool aspNetCore)
    {
        using var response = await hosts.Client(aspNetCore).GetAsync("/api/data/fails");
        await RoutingTests.ShouldBeEmptyAsync(response, HttpStatusCode.InternalServerError);
        response.Headers.Contains("X-Secret").ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task FromBody_IsBoundBesideTheRequest(bool aspNetCore)
    {
        using var response = await hosts.Client(aspNetCore).PostAsync("/api/data/body", Json("""{"Id":7,"name":"b"}"""));
        (await response.Content.ReadAsStringAsync()).ShouldBe("7 b");
        (await hosts.Client(aspNetCore).PostAsync("/api/data/body", Json("{"))).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Response_AmongTheMembersOfTheResult_IsTheAnswer(bool aspNetCore)
    {
        using var response = await hosts.Client(aspNetCore).GetAsync("/api/data/member");
        response.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await response.Content.ReadAsStringAsync()).ShouldBe("member");
    }

    [Theory]
    [InlineData(true, HttpStatusCode.InternalServerError, "")]
    [InlineData(false, HttpStatusCode.OK, "sync!")]
    public async Task Body_UsedWithoutWaiting_WorksOnlyWhereTheWorkerHoldsIt(bool aspNetCore, HttpStatusCode status, string body)
    {
        using var response = await hosts.Client(aspNetCore).PostAsync("/api/data/sync", new StringContent("sync"));
        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    [Fact]
    public async Task Server_SetUpByTheApp_FollowsIt()
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                Configure = builder => builder.Services.Configure<KestrelServerOptions>(server =>
                {
                    server.AllowSynchronousIO = true;
                    server.Limits.MaxRequestBodySize = 10;
                }),
            },
            typeof(HttpDataSamples));
        using var allowed = await host.Client.PostAsync("/api/data/sync", new StringContent("sync"));
        (await allowed.Content.ReadAsStringAsync()).ShouldBe("sync!");
        (await host.Client.PostAsync("/api/data/length", new StringContent("ten long..."))).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Theory]
    [InlineData("value/text", 200, "text/plain; charset=utf-8", "text")]
    [InlineData("value/object", 200, "text/plain; charset=utf-8", "{\n  \"Id\": 1,\n  \"Name\": \"é\"\n}")]
    [InlineData("value/none", 204, null, "")]
    [InlineData("data/null", 204, null, "")]
    public async Task Value_WithoutAspNetCore_IsTheBody(string path, int status, string? contentType, string body)
    {
        using var response = await hosts.Client(aspNetCore: false).GetAsync($"/api/{path}");
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType?.ToString().ShouldBe(contentType);
        (await response.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Middleware_SeesAndChangesRequestAndResponse(bool aspNetCore)
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                AspNetCore = aspNetCore,
                Configure = builder => builder.UseMiddleware(async (context, next) =>
                {
                    var request = await context.GetHttpRequestDataAsync();
                    await next();
                    context.GetHttpResponseData()!.Headers.Add("X-Added", $"{request!.Method} {context.BindingContext.BindingData["Query"]}");
                    if (request.Query["swap"] is null) return;
                    var other = request.CreateResponse(HttpStatusCode.Conflict);
                    other.Headers.Add("X-Other", "1");
                    context.GetInvocationResult().Value = other;
                }),
            },
            typeof(HttpDataSamples));
        using var response = await host.Client.GetAsync("/api/data/headers?a=1");
        response.Headers.GetValues("X-Added").ShouldBe(["""GET {"a":"1"}"""]);
        using var swapped = await host.Client.GetAsync("/api/data/headers?swap=1");
        swapped.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        swapped.Headers.Contains("X-Other").ShouldBeTrue();
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}

/// <summary>The same functions in two hosts.</summary>
public sealed class HttpDataHosts : IAsyncLifetime
{
    private TestHost? _with;
    private TestHost? _without;

    public HttpClient Client(bool aspNetCore) => (aspNetCore ? _with : _without)!.Client;

    public async ValueTask InitializeAsync()
    {
        _with = await TestHost.StartAsync(new TestHostOptions(), typeof(HttpDataSamples));
        _without = await TestHost.StartAsync(new TestHostOptions { AspNetCore = false }, typeof(HttpDataSamples), typeof(HttpValueSamples));
    }

    public async ValueTask DisposeAsync()
    {
        if (_with is not null) await _with.DisposeAsync();
        if (_without is not null) await _without.DisposeAsync();
    }
}
