using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Host.Tests.Invocation;

namespace SyncFunctions.Host.Tests.Http;

/// <summary>The section extensions.http of host.json.</summary>
[Trait("Category", "Host")]
public sealed class HttpSettingTests
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task CustomHeaders_AreOnEveryAnswer()
    {
        await using var host = await StartAsync("""{ "customHeaders": { "X-Frame-Options": "DENY", "Server": "ours" } }""", typeof(HttpSamples));
        foreach (var (path, status) in ((string, int)[])[("/api/plain", 200), ("/api/nosuch", 404), ("/api/throw/x", 500), ("/api/key/function", 401), ("/", 200)])
        {
            using var response = await host.Client.GetAsync(path);
            ((int)response.StatusCode).ShouldBe(status);
            response.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"], path);
            response.Headers.GetValues("Server").ShouldBe(["ours"], path);
        }
    }

    [Fact]
    public async Task Hsts_OverPlainHttp_SaysNothing()
    {
        await using var host = await StartAsync("""{ "hsts": { "isEnabled": true, "maxAge": "10" } }""", typeof(HttpSamples));
        using var response = await host.Client.GetAsync("/api/plain");
        response.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Fact]
    public async Task Requests_WithoutLimit_AllRunAtOnce()
    {
        await using var host = await StartAsync("{}", typeof(InvocationSamples));
        var requests = Enumerable.Range(0, 20).Select(_ => host.Client.GetAsync("/api/wait")).ToList();
        for (var i = 0; i < requests.Count; i++) (await _recorder.NextAsync<string>()).ShouldBe("begin");
        _recorder.OpenGate(requests.Count);
        (await Task.WhenAll(requests)).ShouldAllBe(response => response.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Requests_OverTheLimits_WaitOrAreTurnedAway()
    {
        await using var host = await StartAsync("""{ "maxConcurrentRequests": 2, "maxOutstandingRequests": 3 }""", typeof(InvocationSamples));
        var requests = Enumerable.Range(0, 8).Select(_ => host.Client.GetAsync("/api/wait")).ToList();
        var refused = new List<HttpResponseMessage>();
        var open = requests.ToList();
        while (refused.Count < 5)
        {
            var first = await Task.WhenAny(open).WaitAsync(TimeSpan.FromSeconds(30));
            open.Remove(first);
            refused.Add(await first);
        }

        foreach (var response in refused)
        {
            await RoutingTests.ShouldBeEmptyAsync(response, HttpStatusCode.TooManyRequests);
            response.Headers.GetValues("X-FUNCTION-SCALEOUT").ShouldBe(["1"]);
        }

        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        (await host.Client.GetAsync("/admin/host/ping")).StatusCode.ShouldBe(HttpStatusCode.OK);
        _recorder.All.Count.ShouldBe(2);
        _recorder.OpenGate(3);
        foreach (var request in open) (await request).StatusCode.ShouldBe(HttpStatusCode.OK);
        _recorder.OpenGate();
        (await host.Client.GetAsync("/api/wait")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private Task<TestHost> StartAsync(string http, Type functions) => TestHost.StartAsync(
        new TestHostOptions
        {
            HostJson = $$"""{ "extensions": { "http": {{http}} } }""",
            Configure = builder => builder.Services.AddSingleton(_recorder).AddScoped<ScopedThing>(),
        },
        functions);
}
