using System.Net;

namespace SyncFunctions.Host.Tests.Http;

[Trait("Category", "Host")]
public sealed class RoutingTests(HttpHost http) : IClassFixture<HttpHost>
{
    [Theory]
    [InlineData("/api/plain", "hi")]
    [InlineData("/API/PLAIN", "hi")]
    [InlineData("/api/plain/", "hi")]
    [InlineData("/api/x/../plain", "hi")]
    [InlineData("/api/odd-name_1", "odd")]
    [InlineData("/api/emptyroute", "empty")]
    [InlineData("/api/mixed/caseroute/VaL", "VaL")]
    [InlineData("/api/opt", "null False")]
    [InlineData("/api/opt/", "null False")]
    [InlineData("/api/opt/5", "5 True")]
    [InlineData("/api/number/-3", "-3")]
    [InlineData("/api/guid/0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5bd9cb469fa16570867728950e")]
    [InlineData("/api/guid/0f8fad5bd9cb469fa16570867728950e", "0f8fad5bd9cb469fa16570867728950e")]
    [InlineData("/api/alpha/abC", "abC")]
    [InlineData("/api/length/abc", "abc")]
    [InlineData("/api/min/5", "5")]
    [InlineData("/api/default", "seven seven")]
    [InlineData("/api/over/fixed", "literal")]
    [InlineData("/api/over/FIXED", "literal")]
    [InlineData("/api/over/12", "int:12")]
    [InlineData("/api/over/abc", "param:abc")]
    [InlineData("/api/over/postonly", "param:postonly")]
    [InlineData("/api/all", "null True")]
    [InlineData("/api/all/", "null True")]
    [InlineData("/api/all/a/b/c", "a/b/c True")]
    [InlineData("/api/all/a/b/", "a/b/ True")]
    [InlineData("/api/segment/a%2Fb", "a%2Fb")]
    [InlineData("/api/segment/%25%20%C3%A9+;:.x", "% é+;:.x")]
    [InlineData("/api/same", "get")]
    public async Task Route_Known_ReachesItsFunction(string path, string expected)
        => (await http.Client.GetStringAsync(path)).ShouldBe(expected);

    [Theory]
    [InlineData("/plain")]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/nosuch")]
    [InlineData("/api//plain")]
    [InlineData("/api/opt/x")]
    [InlineData("/api/number/abc")]
    [InlineData("/api/number/99999999999")]
    [InlineData("/api/guid/junk")]
    [InlineData("/api/alpha/ab1")]
    [InlineData("/api/alpha/%C3%A9")]
    [InlineData("/api/length/a")]
    [InlineData("/api/length/abcde")]
    [InlineData("/api/min/4")]
    public async Task Route_Unknown_Is404WithoutBody(string path) => await ShouldBeEmptyAsync(await http.Client.GetAsync(path), HttpStatusCode.NotFound);

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    public async Task Method_NotOfTheRoute_Is404AndNever405(string method)
    {
        var response = await http.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/api/plain"));
        response.Content.Headers.Allow.ShouldBeEmpty();
        await ShouldBeEmptyAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    [InlineData("FOO")]
    public async Task Method_OfFunctionWithoutList_IsAny(string method)
    {
        var response = await http.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/api/AnyMethod"));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        if (method != "HEAD") (await response.Content.ReadAsStringAsync()).ShouldBe(method);
    }

    [Fact]
    public async Task Route_SharedByTwoMethods_ReachesEachItsOwn()
        => (await (await http.Client.PostAsync("/api/same", content: null)).Content.ReadAsStringAsync()).ShouldBe("post");

    [Theory]
    [InlineData("/api/dup")]
    [InlineData("/api/free/seven")]
    [InlineData("/api/number/+5")]
    public async Task Route_ThatCannotBeServed_Is500WithoutBody(string path)
        => await ShouldBeEmptyAsync(await http.Client.GetAsync(path), HttpStatusCode.InternalServerError);

    [Theory]
    [InlineData("/api/query?a=1&a=2", "2 3 2")]
    [InlineData("/api/query?A=up", "up 3 1")]
    [InlineData("/api/query?a=x+y%2Bz", "x y+z 3 1")]
    [InlineData("/api/query", "null 3 0")]
    [InlineData("/api/query?n=8", "null 8 0")]
    public async Task Query_IsBoundByNameToTheLastValue(string path, string expected)
        => (await http.Client.GetStringAsync(path)).ShouldBe(expected);

    [Fact]
    public async Task Root_IsALandingPage()
        => (await http.Client.GetAsync("/")).Content.Headers.ContentType!.MediaType.ShouldBe("text/html");

    [Theory]
    [InlineData("", "/plain", "/api/plain")]
    [InlineData("v1/x", "/v1/x/plain", "/plain")]
    public async Task RoutePrefix_OfHostJson_Moves(string prefix, string known, string unknown)
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions { HostJson = $$"""{ /* kept short */ "extensions": { "http": { "routePrefix": "{{prefix}}" } } }""" }, typeof(HttpSamples));
        (await host.Client.GetAsync(known)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.Client.GetAsync(unknown)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await host.Client.GetAsync("/")).Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Fact]
    public async Task Functions_WithRefusedNamesAndRoutes_AreLeftOutAndTheRestWorks()
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions { Settings = { ["AzureWebJobs.Switched.Disabled"] = "true" } }, typeof(RefusedSamples));
        foreach (var path in (string[])["/api/n1", "/api/n2", "/api/n3", "/api/n4", "/api/n5", "/api/n6", "/api/n7", "/api/n8", "/api/administrator/x", "/api/runtime/x",
                     "/api/switched", "/api/bad/a", "/api/badc/a", "/api/lead", "/api//lead", "/api/unset"])
            (await host.Client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        (await host.Client.GetAsync("/api/good")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var messages = host.Log.Entries.Select(entry => entry.Message).ToList();
        messages.ShouldContain("The 'has space' function is in error: 'has space' is not a valid function name.");
        messages.ShouldContain("The 'host' function is in error: 'host' is not a valid function name.");
        messages.ShouldContain("The 'RAdmin' function is in error: The specified route conflicts with one or more built in routes.");
        messages.ShouldContain("Function 'Functions.Switched' is disabled");
        messages.ShouldContain(message => message.StartsWith("The 'Broken' function is in error: There is an incomplete parameter in the route template"));
        messages.ShouldContain(message => message.StartsWith("The 'Unknown' function is in error: The constraint reference 'nosuch' could not be resolved"));
        messages.ShouldContain(message => message.StartsWith("The 'Leading' function is in error: The route template separator character '/' cannot appear consecutively."));
        messages.ShouldContain("The 'Unset' function is in error: '%NoSuchSetting%' does not resolve to a value.");
        messages.IndexOf("Initializing function HTTP routes").ShouldBeLessThan(messages.IndexOf("Mapped function route 'api/good' [get,post] to 'Good'"));
        messages.ShouldContain("Mapped function route 'api/Whole' [all] to 'Whole'");
    }

    internal static async Task ShouldBeEmptyAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType.ShouldBeNull();
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }
}
