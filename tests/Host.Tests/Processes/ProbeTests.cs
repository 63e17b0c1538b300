using System.Net;
using Azure.Storage.Queues;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Processes;

/// <summary>A whole function app in a process of its own, as it would be started by hand.</summary>
public sealed class ProbeTests(AzuriteFixture azurite) : IDisposable
{
    private readonly string _journal = Directory.CreateTempSubdirectory("probe-").FullName;

    public void Dispose() => Directory.Delete(_journal, recursive: true);

    [Fact]
    public async Task App_Started_ServesEveryTriggerAndEndsInOrder()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var settings = ProbeProcess.Settings(azurite.ConnectionString, _journal);
        settings["TickSchedule"] = "* * * * * *";
        var queue = new QueueClient(azurite.ConnectionString, settings["WorkQueue"], new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await queue.CreateAsync(cancellationToken: cancellation);
        await queue.SendMessageAsync("one", cancellation);
        await using var probe = await ProbeProcess.StartAsync(settings, cancellation);

        (await probe.Client.GetStringAsync("api/hello", cancellation)).ShouldBe("hello");
        using var start = await probe.Client.PostAsync("api/chains/first?steps=2", content: null, cancellation);
        start.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.HoldsAsync(async () => await probe.Client.GetStringAsync("api/chains/first", cancellation) is var status and not "Completed 3" ? status : null);
        foreach (var line in (string[])["began one 1", "ended one 1", "past due False, next ", "ended first 2"])
            await Eventually.HoldsAsync(() => Task.FromResult(ProbeProcess.ReadJournal(_journal).Any(entry => entry.Text == line) ? null : $"'{line}' is not in the journal."));

        probe.Terminate();
        await probe.Exited.WaitAsync(Eventually.Patience, cancellation);
        probe.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task App_ThatCannotStart_SaysWhy()
    {
        var settings = ProbeProcess.Settings(azurite.ConnectionString, _journal);
        settings.Remove("Journal");
        var failure = await Should.ThrowAsync<InvalidOperationException>(ProbeProcess.StartAsync(settings, TestContext.Current.CancellationToken));
        failure.Message.ShouldContain("The setting 'Journal' must name a folder.");
    }
}
