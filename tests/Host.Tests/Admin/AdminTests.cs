using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Admin;

[Trait("Category", "Host")]
public sealed class AdminTests(AdminHost admin) : IClassFixture<AdminHost>
{
    private string MasterKey => admin.Host.Keys.MasterKey;

    [Theory]
    [InlineData("/admin/host/status")]
    [InlineData("/admin/functions")]
    [InlineData("/admin/functions/Echo")]
    [InlineData("/admin/functions/Echo/status")]
    [InlineData("/admin/host/keys")]
    [InlineData("/admin/host/systemkeys/_master")]
    [InlineData("/admin/functions/Echo/keys")]
    public async Task Address_WantsTheMasterKey(string path)
    {
        using var none = await admin.Host.SendAsync(HttpMethod.Get, path, key: null);
        none.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        none.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        (await none.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        (await admin.Host.SendAsync(HttpMethod.Get, path, "wrong")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await admin.Host.SendAsync(HttpMethod.Get, path, admin.Host.Keys.DefaultFunctionKey)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await admin.Host.SendAsync(HttpMethod.Get, path, admin.Host.Keys.SystemKey("some_extension"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await admin.Host.SendAsync(HttpMethod.Get, path, MasterKey)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/admin/nosuch")]
    [InlineData("/admin/host/nosuch")]
    [InlineData("/admin/functions/NoSuch")]
    [InlineData("/admin/functions/NoSuch/status")]
    [InlineData("/admin/functions/NoSuch/keys")]
    public async Task Address_Unknown_Is404(string path)
        => (await admin.SendAsync(HttpMethod.Get, path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Fact]
    public async Task HostStatus_SaysThatItRuns()
    {
        var status = await ReadAsync("/admin/host/status");
        status.Select(member => member.Key).ShouldBe(
            ["id", "state", "version", "versionDetails", "platformVersion", "instanceId", "computerName", "processUptime", "functionAppContentEditingState"]);
        ((string)status["id"]!).ShouldBe(admin.HostId);
        ((string)status["state"]!).ShouldBe("Running");
        ((long)status["processUptime"]!).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Functions_AreListedWithThoseThatAreOff()
    {
        using var response = await admin.SendAsync(HttpMethod.Get, "/admin/functions");
        var functions = (await response.Content.ReadFromJsonAsync<JsonArray>())!;
        functions.Select(function => ((string)function!["name"]!, (bool)function["isDisabled"]!))
            .ShouldBe([("BadRoute", false), ("BadTimer", false), ("Calls", false), ("Double", false), ("Echo", false), ("Listen", false), ("Nightly", false), ("Off", true)]);
    }

    [Fact]
    public async Task Function_IsDescribed()
    {
        var echo = await ReadAsync("/admin/functions/echo");
        echo.Select(member => member.Key).ShouldBe(
            [
                "name", "script_root_path_href", "script_href", "config_href", "test_data_href", "href", "invoke_url_template",
                "language", "config", "files", "test_data", "isDisabled", "isDirect", "isProxy",
            ]);
        var address = admin.Host.Address.ToString().TrimEnd('/');
        ((string)echo["href"]!).ShouldBe($"{address}/admin/functions/Echo");
        ((string)echo["invoke_url_template"]!).ShouldBe($"{address}/api/echoes/{{id:int?}}");
        ((string)echo["language"]!).ShouldBe("dotnet-isolated");
        var config = echo["config"]!.AsObject();
        ((string)config["entryPoint"]!).ShouldBe("SyncFunctions.Host.Tests.Admin.AdminSamples.EchoAsync");
        config["bindings"]!.ToJsonString().ShouldBe(
            """[{"name":"request","direction":"In","type":"httpTrigger","authLevel":"Function","methods":["get","post"],"route":"Echoes/{id:int?}"},{"name":"$return","direction":"Out","type":"http"}]""");
        var bindings = (await ReadAsync("/admin/functions/Listen"))["config"]!["bindings"]!.AsArray();
        bindings.Select(binding => $"{binding!["type"]} {binding["direction"]} {binding["queueName"]}").ShouldBe(["queueTrigger In %Queue%", "queue Out %Queue%-out"]);
    }

    [Theory]
    [InlineData("Echo", "{}")]
    [InlineData("Off", "{}")]
    [InlineData("BadTimer", """{"errors":["The schedule expression 'never' was not recognized as a valid cron expression or timespan string."]}""")]
    [InlineData("BadRoute", """{"errors":["The specified route conflicts with one or more built in routes."]}""")]
    [InlineData("no name", """{"errors":["'no name' is not a valid function name."]}""")]
    public async Task FunctionStatus_HoldsItsError(string function, string expected)
        => (await ReadAsync($"/admin/functions/{function}/status")).ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .ShouldBe(expected);

    [Theory]
    [InlineData("Echo", """{"input":"x"}""", "POST x")]
    [InlineData("Echo", """{"input":{"a":1}}""", """POST {"a":1}""")]
    [InlineData("Echo", "{}", "POST ")]
    [InlineData("Off", """{"input":""}""", "off POST")]
    [InlineData("BadTimer", """{"input":""}""", "bad timer False")]
    [InlineData("Double", """{"input":21}""", "double of 21")]
    public async Task Function_SetOffByHand_RunsLater(string function, string body, string expected)
    {
        using var response = await RunAsync(function, body);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        (await admin.Recorder.NextAsync<string>()).ShouldBe(expected);
    }

    [Fact]
    public async Task Orchestrator_SetOffByHand_IsAcceptedAndSaysThatItCannotBe()
    {
        (await RunAsync("Calls", """{"input":""}""")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await admin.Host.Log.WaitForAsync(entry => entry.Message == "'Functions.Calls' was to be set off by hand, which its trigger does not allow.");
    }

    [Fact]
    public async Task Queue_SetOffByHand_IsGivenAMessageThatNeverWasInAQueue()
    {
        await RunAsync("Listen", """{"input":"by hand"}""");
        var message = await admin.Recorder.NextAsync<QueueMessage>();
        message.MessageText.ShouldBe("by hand");
        message.DequeueCount.ShouldBe(0);
        message.ExpiresOn!.Value.Year.ShouldBe(9999);
        message.MessageId.ShouldBeNull();
        message.PopReceipt.ShouldBeNull();
        var data = await admin.Recorder.NextAsync<IReadOnlyDictionary<string, object?>>();
        data["QueueTrigger"].ShouldBe("by hand");
        data["DequeueCount"].ShouldBe("0");
    }

    [Fact]
    public async Task Timer_SetOffByHand_IsGivenTheScheduleAsItIsKept()
    {
        var status = new BlobContainerClient(admin.ConnectionString, "azure-webjobs-hosts").GetBlobClient($"timers/{admin.HostId}/Host.Functions.Nightly/status");
        // The schedule is kept once by the host itself.
        await Eventually.HoldsAsync(async () => (await status.ExistsAsync()).Value ? null : "The host has kept no schedule.");
        await status.UploadAsync(
            BinaryData.FromString("""{"Last":"2026-01-01T03:00:00+00:00","Next":"2026-01-02T03:00:00+00:00","LastUpdated":"2026-01-01T03:00:00+00:00"}"""), overwrite: true);
        await RunAsync("Nightly", """{"input":""}""");
        var timer = await admin.Recorder.NextAsync<TimerInfo>();
        timer.IsPastDue.ShouldBeFalse();
        timer.ScheduleStatus!.Next.ShouldBe(new DateTime(2026, 1, 2, 3, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task Run_OfAnUnknownFunction_Is404()
        => (await RunAsync("NoSuch", """{"input":""}""")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("text/plain", "{}", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "{", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "[]", HttpStatusCode.BadRequest)]
    public async Task Run_WithABodyThatIsNone_IsRefused(string type, string body, HttpStatusCode expected)
        => (await RunAsync("Echo", body, type)).StatusCode.ShouldBe(expected);

    [Fact]
    public async Task Run_WithoutTheMasterKey_IsRefused()
    {
        using var content = new StringContent("""{"input":""}""", Encoding.UTF8, "application/json");
        (await admin.Host.SendAsync(HttpMethod.Post, "/admin/functions/Echo", admin.Host.Keys.DefaultFunctionKey, content)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task HttpFunction_Disabled_IsThereForTheMasterKeyAlone()
    {
        (await admin.Host.SendAsync(HttpMethod.Get, "/api/off", key: null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await admin.Host.SendAsync(HttpMethod.Get, "/api/off", admin.Host.Keys.DefaultFunctionKey)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await admin.Host.SendAsync(HttpMethod.Get, "/api/off", MasterKey)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await admin.Recorder.NextAsync<string>()).ShouldBe("off GET");
        admin.Host.Log.Entries.ShouldContain(entry => entry.Message == "Function 'Functions.Off' is disabled");
    }

    [Fact]
    public async Task Ping_NeedsNoKeyAndIsNotCached()
    {
        using var response = await admin.Host.SendAsync(HttpMethod.Get, "/admin/host/ping", key: null);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("Cache-Control").ShouldBe(["no-store, no-cache"]);
        response.Headers.Pragma.ToString().ShouldBe("no-cache");
    }

    private async Task<JsonObject> ReadAsync(string path)
    {
        using var response = await admin.SendAsync(HttpMethod.Get, path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task<HttpResponseMessage> RunAsync(string function, string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        return await admin.SendAsync(HttpMethod.Post, $"/admin/functions/{function}", content);
    }
}
