using System.Net;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Processes;

/// <summary>A whole function app in a process of its own, as it would be started by hand.</summary>
public sealed class ProbeTests(AzuriteFixture azurite) : IDisposable
{
    private readonly ProbeApp _app = new(azurite.ConnectionString);

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData("FunctionsApplication")]
    [InlineData("HostBuilder")]
    public async Task App_Started_ServesEveryTriggerAndEndsInOrder(string builder)
    {
        _app.Settings["ProbeBuilder"] = builder;
        var cancellation = TestContext.Current.CancellationToken;
        _app.Settings["TickSchedule"] = "* * * * * *";
        await _app.SendAsync("one");
        await using var probe = await _app.StartAsync();

        (await probe.Client.GetStringAsync("api/hello", cancellation)).ShouldBe("hello");
        using var start = await probe.Client.PostAsync("api/chains/first?steps=2", content: null, cancellation);
        start.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.HoldsAsync(async () => await probe.Client.GetStringAsync("api/chains/first", cancellation) is var status and not "Completed 3" ? status : null);
        foreach (var text in (string[])["began one 1", "ended one 1", "past due False, next ", "ended first 2"]) await _app.WaitForAsync(text);

        probe.Terminate();
        await probe.Exited.WaitAsync(Eventually.Patience, cancellation);
        probe.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task App_ThatCannotStart_SaysWhy()
    {
        _app.Settings.Remove("Journal");
        var failure = await Should.ThrowAsync<InvalidOperationException>(_app.StartAsync);
        failure.Message.ShouldContain("The setting 'Journal' must name a folder.");
    }

    [Fact]
    public async Task HostJson_IsOverriddenByVariablesOfTheEnvironment()
    {
        _app.Settings["AzureFunctionsJobHost__extensions__queues__batchSize"] = "1";
        _app.Settings["AzureFunctionsJobHost__extensions__queues__newBatchThreshold"] = "0";
        _app.Settings["AzureFunctionsJobHost__logging__logLevel__Function"] = "Error";
        _app.Settings["AzureFunctionsJobHost__extensions__queues__batchCount"] = "1";
        _app.Settings["AzureWebJobs.Hello.Disabled"] = "true";
        _app.Settings["AzureWebJobs__Tick__Disabled"] = "true";
        await _app.SendAsync("a 300", "b 300");
        await using var probe = await _app.StartAsync();
        await Eventually.HoldsAsync(() => Task.FromResult(_app.Journal.Count == 4 ? null : "Not everything is done."));
        _app.Journal.Select(line => line.Text.Split(' ')[0]).ShouldBe(["began", "ended", "began", "ended"]);
        (await probe.Client.GetAsync("api/hello", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        probe.Output.ShouldContain(line => line.Contains("host.json: 'extensions.queues.batchCount' is not known here and has no effect."));
        probe.Output.ShouldContain(line => line.Contains("Function 'Functions.Tick' is disabled"));
        probe.Output.ShouldNotContain(line => line.Contains("Executed 'Functions.Work'"));
    }

    [Fact]
    public async Task Killed_OverAMessage_TheNextProcessIsGivenItAgain()
    {
        _app.Settings["EmbeddedHost__MessageLease"] = "00:00:05";
        await _app.SendAsync("a 60000", "b");
        await using (var first = await _app.StartAsync())
        {
            await _app.WaitForAsync("began a 1");
            await Eventually.HoldsAsync(async () => (await _app.Queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 1 ? null : "The other message is not deleted.");
            await first.KillAsync();
        }

        await using var second = await _app.StartAsync();
        (await _app.WaitForAsync("began a 2")).Process.ShouldBe(second.Id);
        _app.Journal.Count(line => line.Text.StartsWith("began b")).ShouldBe(1);
    }

    [Fact]
    public async Task Asked_ToStop_TheMessageAtWorkIsFinishedAndDeleted()
    {
        await _app.SendAsync("a 3000");
        await using var probe = await _app.StartAsync();
        await _app.WaitForAsync("began a 1");
        probe.Terminate();
        await probe.Exited.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        probe.ExitCode.ShouldBe(0);
        _app.Journal.Select(line => line.Text).ShouldBe(["began a 1", "ended a 1"]);
        (await _app.Queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount.ShouldBe(0);
    }
}
