using System.Net;
using System.Text;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Invocation;

/// <summary>A function that answers and sends messages.</summary>
[Trait("Category", "Host")]
public sealed class OutputTests(AzuriteFixture azurite)
{
    private readonly string _queue = AzuriteFixture.NewPrefix();
    private readonly List<string> _seen = [];

    [Fact]
    public async Task Members_OfTheResult_GoTheirOwnWays()
    {
        await using var host = await StartAsync();
        using var response = await host.Client.GetAsync("/api/both?text=m");
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        response.Headers.Location!.OriginalString.ShouldBe("/later");
        (await response.Content.ReadAsStringAsync()).ShouldBe("queued");
        (await MessagesAsync()).ShouldBe(["m", "{\n  \"Text\": \"a\"\n}", "{\n  \"Text\": \"b\"\n}"], ignoreOrder: true);
        _seen.ShouldBe(["null", "Answer:http:AcceptedResult Message:queue:String Notes:queue:Note[]"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Response_OfTheWorker_IsTheAnswerBesideAMessage(bool aspNetCore)
    {
        await using var host = await StartAsync(aspNetCore);
        using var response = await host.Client.GetAsync("/api/bothdata?text=d");
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await response.Content.ReadAsStringAsync()).ShouldBe("queued");
        (await MessagesAsync()).ShouldBe(["d"]);
    }

    [Fact]
    public async Task Member_ThatIsNull_SendsNothing()
    {
        await using var host = await StartAsync();
        (await host.Client.GetAsync("/api/bothdata")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await new QueueClient(azurite.ConnectionString, _queue).ExistsAsync()).Value.ShouldBeFalse();
    }

    [Theory]
    [InlineData("/api/messageonly", "whole")]
    [InlineData("/api/unmarked", "sent")]
    public async Task Result_ThatIsNoAnswer_LeavesAnEmpty200(string path, string sent)
    {
        await using var host = await StartAsync();
        using var response = await host.Client.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        (await MessagesAsync()).ShouldBe([sent]);
    }

    [Fact]
    public async Task Middleware_MayReplaceAnOutput()
    {
        await using var host = await StartAsync(replace: true);
        using var response = await host.Client.GetAsync("/api/both?text=m");
        ((int)response.StatusCode).ShouldBe(418);
        (await MessagesAsync()).ShouldContain("replaced");
    }

    private async Task<IReadOnlyList<string>> MessagesAsync()
    {
        var messages = await new QueueClient(azurite.ConnectionString, _queue).ReceiveMessagesAsync(maxMessages: 32);
        return [.. messages.Value.Select(message => Encoding.UTF8.GetString(Convert.FromBase64String(message.MessageText)))];
    }

    private Task<TestHost> StartAsync(bool aspNetCore = true, bool replace = false) => TestHost.StartAsync(
        new TestHostOptions
        {
            AspNetCore = aspNetCore,
            Settings = { ["AzureWebJobsStorage"] = azurite.ConnectionString, ["Target"] = _queue },
            Configure = builder => builder.UseMiddleware(async (context, next) =>
            {
                await next();
                _seen.Add(context.GetInvocationResult().Value?.ToString() ?? "null");
                _seen.Add(string.Join(' ', context.GetOutputBindings<object>().OrderBy(output => output.Name)
                    .Select(output => $"{output.Name}:{output.BindingType}:{output.Value!.GetType().Name}")));
                if (!replace) return;
                context.GetOutputBindings<string>().Single().Value = "replaced";
                context.GetOutputBindings<IActionResult>().Single().Value = new StatusCodeResult(418);
            }),
        },
        typeof(OutputSamples));
}
