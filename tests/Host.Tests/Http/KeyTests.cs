using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace SyncFunctions.Host.Tests.Http;

[Trait("Category", "Host")]
public sealed class KeyTests(HttpHost http) : IClassFixture<HttpHost>
{
    private string MasterKey => http.Host.Keys.MasterKey;

    private string DefaultKey => http.Host.Keys.DefaultFunctionKey;

    [Theory]
    [InlineData("key/function", null, null, 401)]
    [InlineData("key/function", "fn", null, 200)]
    [InlineData("key/function", null, "fn", 200)]
    [InlineData("key/function", "master", null, 200)]
    [InlineData("key/function", null, "master", 200)]
    [InlineData("key/function", "wrong", null, 401)]
    [InlineData("key/function", null, "wrong", 401)]
    [InlineData("key/function", "fn", "wrong", 200)]
    [InlineData("key/function", "wrong", "fn", 401)]
    [InlineData("key/function", "", "fn", 401)]
    [InlineData("key/admin", null, null, 401)]
    [InlineData("key/admin", "fn", null, 401)]
    [InlineData("key/admin", "master", null, 200)]
    [InlineData("key/admin", null, "master", 200)]
    [InlineData("key/none", "wrong", "wrong", 200)]
    public async Task Key_AsPresented_DecidesTheStatus(string path, string? header, string? code, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{path}" + (code is null ? "" : $"?code={Uri.EscapeDataString(Named(code))}"));
        if (header is not null) request.Headers.TryAddWithoutValidation("x-functions-key", Named(header));
        using var response = await http.Client.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(expected);
        if (expected == 401)
        {
            response.Headers.WwwAuthenticate.ShouldBeEmpty();
            (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Key_AtAnAnonymousFunction_IsSeenByTheFunctionAndMakesNobody()
    {
        using var response = await http.Host.SendAsync(HttpMethod.Get, "/api/key/none?code=in-query", "in-header");
        (await response.Content.ReadAsStringAsync()).ShouldBe("in-query in-header False");
    }

    [Fact]
    public async Task Key_InQueryTwice_Is401()
        => (await http.Client.GetAsync($"/api/key/function?code=wrong&code={DefaultKey}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task Key_NameOfQueryInAnotherCase_Counts()
        => (await http.Client.GetAsync($"/api/key/function?Code={DefaultKey}")).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task Key_InQuery_IsNeverLogged()
    {
        var mark = $"key{Guid.NewGuid():N}";
        await http.Client.GetAsync($"/api/key/function?code={mark}");
        await http.Client.GetAsync($"/api/key/none?code={mark}");
        await http.Host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.AnonymousKey'"));
        http.Host.Log.Entries.ShouldNotContain(entry => entry.Message.Contains(mark));
    }

    [Fact]
    public async Task WrongMethod_WithoutKey_Is404()
        => (await http.Client.PostAsync("/api/key/function", content: null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Fact]
    public async Task KeyFile_IsThereBeforeTheFirstCall_AndTheLogSaysWhere()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions(), typeof(HttpSamples));
        File.Exists(host.Keys.FilePath).ShouldBeTrue();
        host.Log.Entries.ShouldContain(entry => entry.Message == $"The keys are in {host.Keys.FilePath}");
    }

    [Fact]
    public async Task KeyFile_Replaced_CountsAtOnce()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions(), typeof(HttpSamples));
        var old = host.Keys.DefaultFunctionKey;
        var file = JsonNode.Parse(await File.ReadAllTextAsync(host.Keys.FilePath))!;
        file["functionKeys"]!["default"] = "rotated";
        file["functions"]!["FunctionKey"] = new JsonObject { ["partner"] = "own" };
        await File.WriteAllTextAsync(host.Keys.FilePath, file.ToJsonString());

        (await host.Client.GetAsync($"/api/key/function?code={old}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.Client.GetAsync("/api/key/function?code=rotated")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.Client.GetAsync("/api/key/function?code=own")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void KeyFile_WhenMade_IsItsOwnersAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        _ = MasterKey;
        File.GetUnixFileMode(http.Host.Keys.FilePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Key_AsBearerToken_IsNone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/key/function") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", DefaultKey) } };
        (await http.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Key_InAnotherCase_IsNoneHoweverOftenTheRightOneWasUsed()
    {
        (await http.Client.GetAsync($"/api/key/function?code={DefaultKey}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var swapped = new string([.. DefaultKey.Select(letter => char.IsLower(letter) ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter))]);
        (await http.Client.GetAsync($"/api/key/function?code={swapped}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Key_OfAnExtension_OpensNoFunction()
        => (await http.Client.GetAsync($"/api/key/function?code={http.Host.Keys.SystemKey("some_extension")}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    private string Named(string key) => key switch { "fn" => DefaultKey, "master" => MasterKey, var other => other };
}
