using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Logging;
using SyncFunctions.Host.Tests.Http;

namespace SyncFunctions.Host.Tests.Admin;

[Trait("Category", "Host")]
public sealed class KeyEndpointTests(HttpHost http) : IClassFixture<HttpHost>
{
    private const string AnyFunction = "/api/key/function";
    private const string FunctionName = "FunctionKey";

    [Theory]
    [InlineData("/admin/host/keys")]
    [InlineData("/admin/host/functionkeys")]
    public async Task HostKeys_AreListed(string path)
    {
        var list = await ReadAsync(HttpMethod.Get, path);
        list.Select(member => member.Key).ShouldBe(["keys", "links"]);
        list["keys"]!.AsArray().ShouldContain(key => (string)key!["name"]! == "default" && (string)key["value"]! == http.Host.Keys.DefaultFunctionKey);
        list["links"]!.ToJsonString().ShouldBe($$"""[{"rel":"self","href":"{{http.Host.Address.ToString().TrimEnd('/')}}{{path}}"}]""");
    }

    [Theory]
    [InlineData("/admin/host/keys", true)]
    [InlineData("/admin/host/functionkeys", true)]
    [InlineData("/admin/host/systemkeys", false)]
    [InlineData($"/admin/functions/{FunctionName}/keys", true)]
    public async Task Key_MadeReplacedAndDeleted_CountsAtOnce(string path, bool opens)
    {
        var address = $"{path}/k{Guid.NewGuid():N}";
        using var created = await SendAsync(HttpMethod.Post, address);
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.AbsolutePath.ShouldBe(address);
        var first = await ValueAsync(created);
        first.Length.ShouldBeGreaterThan(40);
        await ShouldOpenAsync(first, opens);

        using var again = await SendAsync(HttpMethod.Post, address);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var second = await ValueAsync(again);
        second.ShouldNotBe(first);
        await ShouldOpenAsync(first, expected: false);
        await ShouldOpenAsync(second, opens);

        using var put = await SendAsync(HttpMethod.Put, address, """{"name":"ignored","value":"chosen by hand"}""");
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ValueAsync(put)).ShouldBe("chosen by hand");
        (await ValueAsync(await SendAsync(HttpMethod.Get, address))).ShouldBe("chosen by hand");
        await ShouldOpenAsync("chosen by hand", opens);

        (await SendAsync(HttpMethod.Delete, address)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await ShouldOpenAsync("chosen by hand", expected: false);
        (await SendAsync(HttpMethod.Delete, address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Get, address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task FunctionKey_OpensThatFunctionAlone()
    {
        var keys = (await ReadAsync(HttpMethod.Get, "/admin/functions/AdminKey/keys"))["keys"]!.AsArray();
        keys.Select(key => (string)key!["name"]!).ShouldBe(["default"]);
        var value = (string)keys[0]!["value"]!;
        await ShouldOpenAsync(value, expected: false);
        var own = (await ReadAsync(HttpMethod.Get, $"/admin/functions/{FunctionName.ToLowerInvariant()}/keys/default"))["value"]!;
        await ShouldOpenAsync((string)own!, expected: true);
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("""{"value":""}""", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("""{"value":"v"}""", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    public async Task Put_WithoutAValue_IsRefused(string body, string type, HttpStatusCode expected)
    {
        (await SendAsync(HttpMethod.Put, "/admin/host/keys/refused", body, type)).StatusCode.ShouldBe(expected);
        (await SendAsync(HttpMethod.Get, "/admin/host/keys/refused")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task MasterKey_Replaced_CountsAtOnceAndCannotBeDeleted()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions(), typeof(HttpSamples));
        var old = host.Keys.MasterKey;
        using var shown = await host.SendAsync(HttpMethod.Get, "/admin/host/systemkeys/_master", old);
        ((string)(await shown.Content.ReadFromJsonAsync<JsonObject>())!["value"]!).ShouldBe(old);
        using var content = new StringContent("""{"value":"another"}""", Encoding.UTF8, "application/json");
        (await host.SendAsync(HttpMethod.Put, "/admin/host/systemkeys/_master", old, content)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.SendAsync(HttpMethod.Get, "/admin/host/status", old)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.SendAsync(HttpMethod.Get, "/admin/host/status", "another")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.SendAsync(HttpMethod.Delete, "/admin/host/systemkeys/_master", "another")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Keys_ChangedByTwoHostsAtOnce_AreAllKept()
    {
        var shared = new TestHostOptions { Settings = { [HostKeys.FileSetting] = http.Host.Keys.FilePath } };
        await using var other = await TestHost.StartAsync(shared, typeof(HttpSamples));
        var names = Enumerable.Range(0, 100).Select(number => $"shared{number}").ToList();
        await Task.WhenAll(AddAsync(http.Host.Keys, 0), AddAsync(other.Keys, 1));
        names.Except(http.Host.Keys.Current.FunctionKeys.Keys).ShouldBeEmpty();
        names.Except(other.Keys.Current.FunctionKeys.Keys).ShouldBeEmpty();

        Task AddAsync(HostKeys keys, int rest) => Task.Run(() =>
        {
            foreach (var name in names.Where((_, number) => number % 2 == rest)) keys.Change(file => file.FunctionKeys[name] = KeyFile.NewKey());
        });
    }

    [Fact]
    public async Task KeyFile_ThatCannotBeRead_LeavesTheKeysAsTheyWere()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions(), typeof(HttpSamples));
        var key = host.Keys.DefaultFunctionKey;
        var good = await File.ReadAllTextAsync(host.Keys.FilePath);
        await File.WriteAllTextAsync(host.Keys.FilePath, "{ half a");
        (await host.SendAsync(HttpMethod.Get, AnyFunction, key)).StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Log.Entries.ShouldContain(entry => entry.Level == LogLevel.Error && entry.Message.StartsWith($"The key file {host.Keys.FilePath} cannot be read"));
        await File.WriteAllTextAsync(host.Keys.FilePath, good.Replace(key, "repaired"));
        (await host.SendAsync(HttpMethod.Get, AnyFunction, "repaired")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.SendAsync(HttpMethod.Get, AnyFunction, key)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task ShouldOpenAsync(string key, bool expected)
        => (await http.Host.SendAsync(HttpMethod.Get, AnyFunction, key)).StatusCode.ShouldBe(expected ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);

    private async Task<JsonObject> ReadAsync(HttpMethod method, string path)
    {
        using var response = await SendAsync(method, path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<string> ValueAsync(HttpResponseMessage response)
        => (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["value"]!;

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
        return await http.Host.SendAsync(method, path, http.Host.Keys.MasterKey, content);
    }
}
