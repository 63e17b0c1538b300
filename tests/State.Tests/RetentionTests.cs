using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class RetentionTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private readonly IdSource _ids = new(TimeProvider.System);

    [Fact]
    public async Task Log_OlderThanItsRetention_IsTakenAway()
    {
        var log = new IntegrationLog(Tables, _ids);
        await log.AppendAsync(Flow, [.. Enumerable.Range(0, 130).Select(number => new LogEntry(Now.AddDays(-91), LogSeverity.Info, "old", $"{number}"))], Cancel);
        await log.AppendAsync(Flow, [new LogEntry(Now.AddDays(-90), LogSeverity.Info, "kept", "")], Cancel);
        await log.AppendAsync(Flow with { Flow = new FlowId("other") }, [new LogEntry(Now.AddDays(-91), LogSeverity.Info, "others", "")], Cancel);

        (await log.RemoveBeforeAsync(Flow, Now.AddDays(-90), Cancel)).ShouldBe(130);

        (await log.ListAsync(Flow, LogFilter.None, null, 1000, Cancel)).Items.Select(entry => entry.Code).ShouldBe(["kept"]);
        (await log.ListAsync(Flow with { Flow = new FlowId("other") }, LogFilter.None, null, 10, Cancel)).Items.Count.ShouldBe(1);
        (await log.RemoveBeforeAsync(Flow, Now.AddDays(-90), Cancel)).ShouldBe(0);
    }

    [Fact]
    public async Task Calls_OlderThanTheirRetention_AreTakenAway()
    {
        var calls = new ApiCallLog(Tables, _ids);
        var call = new FailedCall(Now, "sys", "GET", "/x", 500, null, null, TimeSpan.Zero);
        await calls.AppendAsync(Acme, Crm, [call, call with { At = Now.AddDays(-31) }], Cancel);

        (await calls.RemoveBeforeAsync(Acme, Crm, Now.AddDays(-30), Cancel)).ShouldBe(1);

        (await calls.ListAsync(Acme, Crm, null, 10, Cancel)).Items.Single().At.ShouldBe(Now);
    }

    [Fact]
    public async Task Runs_EndedLongAgo_AreTakenAwayButNotOneThatGoesOn()
    {
        var runs = new RunStore(Tables);
        Run Began(string id, int daysAgo) => new(Flow, new RunId(id), Lane.Live, "Delta", "poll", Now.AddDays(-daysAgo)) { EndedAt = Now.AddDays(-daysAgo) };
        foreach (var run in new[] { Began("old", 91), Began("new", 1), Began("paused", 91) with { EndedAt = null, Outcome = RunOutcome.Paused } }) await runs.InsertAsync(run, Cancel);

        (await runs.RemoveBeforeAsync(Flow, Now.AddDays(-90), Cancel)).ShouldBe(1);

        (await runs.ListAsync(Flow, null, 10, Cancel)).Items.Select(run => run.Id.Value).ShouldBe(["new", "paused"]);
        (await runs.GetAsync(Flow, new RunId("old"), Cancel)).ShouldBeNull();
    }
}
