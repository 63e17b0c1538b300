using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class LogTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private IntegrationLog Log => new(Tables, Ids);

    [Fact]
    public async Task Calls_OfSeveralConnections_AreMergedPageByPage()
    {
        var calls = new ApiCallLog(Tables, Ids);
        ConnectionId[] connections = [new("left"), new("right"), new("idle")];
        for (var i = 0; i < 7; i++)
            await calls.AppendAsync(Acme, connections[i % 2], [new FailedCall(Now.AddMinutes(i), "crm", "GET", $"/{i}", 500, "Transient", null, TimeSpan.Zero)], Cancel);

        var seen = new List<string>();
        string? continuation = null;
        do
        {
            var page = await calls.ListAsync(Acme, connections, continuation, 3, Cancel);
            seen.AddRange(page.Items.Select(item => $"{item.Connection}{item.Call.Path}"));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        seen.ShouldBe(["left/6", "right/5", "left/4", "right/3", "left/2", "right/1", "left/0"]);
    }

    [Fact]
    public async Task Entry_FullAndBare_ComeBackNewestFirst()
    {
        var bare = new LogEntry(Now, LogSeverity.Info, "started", "It began.");

        await Log.AppendAsync(Flow, [bare, Full()], Cancel);

        ShouldHoldTheSame((await Log.ListAsync(Flow, LogFilter.None, null, 10, Cancel)).Items, [Full(), bare]);
    }

    [Fact]
    public async Task Append_Many_IsATransactionAHundredAndListsByPages()
    {
        var entries = Enumerable.Range(0, 250).Select(number => new LogEntry(Now.AddSeconds(number / 100), LogSeverity.Info, "n", $"{number}")).ToList();

        await Log.AppendAsync(Flow, entries, Cancel);

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table transaction"] = 3 });
        var seen = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Log.ListAsync(Flow, LogFilter.None, continuation, 60, Cancel);
            seen.AddRange(page.Items.Select(entry => entry.Text));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        seen.ShouldBe(Enumerable.Range(0, 250).Reverse().Select(number => $"{number}"));
    }

    [Fact]
    public async Task Append_AnswerLost_IsNotThereTwice()
    {
        LoseAnswer("table transaction");

        await Log.AppendAsync(Flow, [Full(), Full()], Cancel);

        (await Log.ListAsync(Flow, LogFilter.None, null, 10, Cancel)).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Append_Nothing_MakesNoCall()
    {
        await Log.AppendAsync(Flow, [], Cancel);

        Transport.Count.ShouldBe(0);
    }

    [Fact]
    public async Task List_Filtered_HoldsWhatFits()
    {
        await Log.AppendAsync(Flow, [Full(), Full() with { Kind = "person", Code = "o'neill", Level = LogSeverity.Warning, RunId = new RunId("r2"), RecordId = "2" }], Cancel);

        foreach (var filter in new[]
        {
            new LogFilter { Kind = "person" }, new LogFilter { Code = "o'neill" }, new LogFilter { Level = LogSeverity.Warning },
            new LogFilter { Run = new RunId("r2") }, new LogFilter { RecordId = "2" }, new LogFilter { Kind = "person", Code = "o'neill", RecordId = "2" },
        })
            (await Log.ListAsync(Flow, filter, null, 10, Cancel)).Items.Single().Kind.ShouldBe("person", filter.ToString());
        (await Log.ListAsync(Flow, new LogFilter { Kind = "person", RecordId = "a/b" }, null, 10, Cancel)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task FailedCall_FullAndBare_ComeBackNewestFirst()
    {
        var log = new ApiCallLog(Tables, Ids);
        var full = new FailedCall(Now.AddSeconds(1), "synergy", "GET", "/v1/companies", 503, "Unavailable", "Down for maintenance.", TimeSpan.FromMilliseconds(1234.5)) { Kind = "companies", RecordId = "12" };
        var bare = new FailedCall(Now, "synergy", "POST", "/", null, null, null, TimeSpan.Zero);

        await log.AppendAsync(Acme, Crm, [bare, full], Cancel);

        (await log.ListAsync(Acme, Crm, null, 10, Cancel)).Items.ShouldBe([full, bare]);
        (await log.ListAsync(Acme, new ConnectionId("other"), null, 10, Cancel)).Items.ShouldBeEmpty();
    }

    private static LogEntry Full() => new(Now.AddSeconds(1), LogSeverity.Error, "write-refused", "The name is taken.")
    {
        Kind = "company",
        Side = Side.Right,
        RecordId = "a/b",
        Label = "Acme",
        LinkId = new LinkId("one"),
        RunId = new RunId("run"),
        WhatToDo = "Choose another name.",
        Values = ImmutableSortedDictionary<string, string>.Empty.Add("name", "Acme"),
    };
}
