using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

public sealed class StoryTests
{
    public static TheoryData<SkipReason> Reasons => [.. Enum.GetValues<SkipReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Skip_OfEveryReason_SaysWhatToDo(SkipReason reason)
    {
        Story.AdviceFor(reason).Length.ShouldBeGreaterThan(10, "A reason without advice of its own.");
        Story.CodeOf(reason).ShouldMatch("^skipped-[a-z-]+$");
    }

    [Fact]
    public async Task Story_OfALink_HasItsLinesAndItsFailedCalls()
    {
        await using var world = await FlowWorld.LiveAsync();
        var company = await world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await world.SyncAsync("company");
        var other = await world.Synergy.CreateAsync("contacts", new { name = "Other" });
        await world.Synergy.EditAsync(company, new { web = "https://new.example/" });
        await world.Http.ControlAsync("tinyplus", HttpMethod.Put, "faults", new object[] { new { match = "PATCH /v2/", kind = "400", count = 1 } });
        await world.SyncAsync("company");
        var link = (await world.Get<LinkStore>().FindAsync(new LinkScope(FlowWorld.Key, "company"), Side.Left, [company.Id], default))[company.Id].Value.Link!.Value;

        var story = await world.AskAsync<GetLinkStory>("", null, (get, request) => get.Run(request, "acme", "main", "company", link.Value, default));

        story.GetProperty("log").EnumerateArray().Select(line => line.GetProperty("code").GetString()).ShouldBe(["failed-permanent", "created"]);
        story.GetProperty("log")[0].GetProperty("whatToDo").GetString().ShouldNotBeNullOrEmpty();
        (await world.AnswerAsync<GetLinkStory>("", null, (get, request) => get.Run(request, "acme", "main", "company", other.Id, default))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Report_OfARun_CountsReasonsAndNamesWhatFailedOnce()
    {
        await using var world = await FlowWorld.LiveAsync();
        var (run, now) = (new RunId("import"), world.Http.Time.GetUtcNow());
        await world.Get<RunStore>().InsertAsync(new Run(FlowWorld.Key, run, Lane.Import, nameof(RunMode.Import), "manual", now), default);
        LogEntry Line(string code, string record, RunId? of = null) => new(now, LogSeverity.Error, code, "Text.") { Kind = "company", Side = Side.Left, RecordId = record, RunId = of ?? run, WhatToDo = "Mend it." };
        await world.Get<IntegrationLog>().AppendAsync(
            FlowWorld.Key,
            [Line("skipped-archived", "1"), Line("skipped-archived", "2"), Line("skipped-no-match", "3"), Line("failed-permanent", "4"), Line("failed-permanent", "4"), Line("failed-permanent", "5", new RunId("other"))],
            default);

        (await RunAsync(world, run)).GetProperty("report").ValueKind.ShouldBe(JsonValueKind.Null, "A run that goes on has no report.");
        await world.Get<RunJournal>().EndAsync(FlowWorld.Key, run, null, now, default);
        var report = (await RunAsync(world, run)).GetProperty("report");

        (report.GetProperty("skippedBy").GetProperty("archived").GetInt32(), report.GetProperty("skippedBy").GetProperty("no-match").GetInt32()).ShouldBe((2, 1));
        report.GetProperty("failures").EnumerateArray().ShouldHaveSingleItem().GetProperty("recordId").GetString().ShouldBe("4");
        report.GetProperty("isComplete").GetBoolean().ShouldBeTrue();
    }

    private static Task<JsonElement> RunAsync(FlowWorld world, RunId run) => world.AskAsync<GetRun>("", null, (get, request) => get.Run(request, "acme", "main", run.Value, default));
}
