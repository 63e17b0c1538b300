using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

public sealed class DryRunTests : IAsyncLifetime
{
    private static readonly RunId Run = new("dry");

    private static readonly string[] Kinds = ["staff", "company", "contact", "project", "progress"];

    private FlowWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await FlowWorld.LiveAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task DryRun_OfEveryKindOfChange_WritesNothingAndTheRunDoesExactlyThat()
    {
        await ManyChangesAsync();
        var before = (await _world.Synergy.SnapshotAsync(), await _world.TinyPlus.SnapshotAsync());
        _world.Storage.Reset();

        var planned = await _world.WalkAsync(RunMode.DryRun, Run, Kinds);

        (await _world.Synergy.SnapshotAsync(), await _world.TinyPlus.SnapshotAsync()).ShouldBe(before);
        _world.Storage.Calls
            .Where(call => call.Method != "GET" && !new[] { "/plans/", "/sweeps/", "/budgets" }.Any(own => call.Uri.AbsolutePath.Contains(own, StringComparison.Ordinal)))
            .Select(call => $"{call.Method} {call.Uri.AbsolutePath}").ShouldBeEmpty();

        var plan = await PlanAsync();
        var done = await _world.WalkAsync(RunMode.Comprehensive, null, Kinds);
        Effects(planned).ShouldBe(Effects(done), string.Join(Environment.NewLine, plan));
        Words(plan).ShouldBe(
            [
                "company create right New left", "company create left New right", "company link  Both new", "company update right Edited", "company conflict right Fought", "company update right Fought",
                "contact create right Anna Berg", "project create right Villa", "progress follow  Villa",
            ],
            ignoreOrder: true);
        plan.Single(line => line.Label == "Edited").Fields.ShouldBe([new PlanField("phone", FieldValue.Of("1"), FieldValue.Of("2"))]);
        (await _world.LogAsync("created")).Count.ShouldBe(done.Created + 2);

        // All that is left is what a new link brings with it.
        (await _world.WalkAsync(RunMode.DryRun, new RunId("again"), "staff", "company", "contact", "project")).ShouldSatisfyAllConditions(
            again => again.Created.ShouldBe(0), again => again.Linked.ShouldBe(0), again => again.Archived.ShouldBe(0));
    }

    [Fact]
    public async Task Plan_ReadPageByPage_IsWholeAsListAndAsTable()
    {
        await ManyChangesAsync();
        await _world.Get<RunStore>().InsertAsync(new Run(FlowWorld.Key, Run, Lane.Sweep, nameof(RunMode.DryRun), "manual", DateTimeOffset.UtcNow), default);
        await _world.WalkAsync(RunMode.DryRun, Run, Kinds);

        var items = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await _world.AskAsync<GetPlan>($"?limit=2&continuation={Uri.EscapeDataString(continuation)}", null, (get, request) => get.Run(request, "acme", "main", Run.Value, default));
            items.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("label").GetString()!));
            continuation = page.GetProperty("continuation").GetString();
        }

        items.Count.ShouldBe((await PlanAsync()).Count);
        var effects = await _world.AskAsync<GetPlan>("?effects=true&limit=1000", null, (get, request) => get.Run(request, "acme", "main", Run.Value, default));
        effects.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("action").GetString()).Distinct().ShouldBe(["create", "link", "update"], ignoreOrder: true);
        var plans = _world.Get<PlanStore>();
        var table = PlanTable.Of((await plans.ListAsync(FlowWorld.Key, Run, null, 1000, default)).Items, null);
        var lines = table.TrimEnd().Split(Environment.NewLine);
        lines.Length.ShouldBe(items.Count + 1);
        lines[0].ShouldStartWith("KIND");
        lines.Single(line => line.Contains("Edited", StringComparison.Ordinal)).ShouldEndWith("phone: 1 -> 2");
        lines.Skip(1).Select(line => line.IndexOf(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], StringComparison.Ordinal)).Distinct().Count().ShouldBe(1, table);
    }

    [Fact]
    public async Task Plan_WithSettingsThatAreNotSaved_IsMadeWithThemAndLeavesTheFlowAsItIs()
    {
        await _world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await _world.TinyPlus.CreateAsync("companies", new { name = "Steinbruch" });
        await using var hub = await FlowHub.StartAsync(_world);
        var before = (await _world.Get<FlowStore>().GetAsync(FlowWorld.Key, default)).ShouldNotBeNull();

        var answer = await hub.AskAsync(new { mode = "dryRun", settings = new { kinds = new { company = new { newLeftToRight = false }, staff = new { enabled = false } } } });

        answer.Status.ShouldBe(202, answer.Body);
        var run = await hub.EndOfAsync(new RunId(answer.Json.GetProperty("runId").GetString()!));
        RunView.Of(run, run.EndedAt!.Value).ShouldSatisfyAllConditions(view => view.TriesSettings.ShouldBeTrue(), view => view.Outcome.ShouldBe(RunOutcome.Succeeded, view.Detail), view => view.Counts["company"].Created.ShouldBe(1));
        Words((await _world.Get<PlanStore>().ListAsync(FlowWorld.Key, run.Id, null, 1000, default)).Items).ShouldBe(["company create left Steinbruch", "company skip  Ziegelwerk"], ignoreOrder: true);
        (await _world.Get<FlowStore>().GetAsync(FlowWorld.Key, default)).ShouldNotBeNull().ETag.ShouldBe(before.ETag);
        (await _world.Synergy.SnapshotAsync()).ShouldNotContain("Steinbruch");

        (await hub.AskAsync(new { mode = "delta", settings = new { lockWindow = "01:00:00" } })).Told().ShouldContain("#/settings");
        (await hub.AskAsync(new { mode = "dryRun", settings = new { lockWindow = "99.00:00:00" } })).Told().ShouldContain("#/settings/lockWindow");
    }

    [Fact]
    public async Task Plan_OfARunThatWasNoDryRun_IsNotFound()
    {
        await _world.Get<RunStore>().InsertAsync(new Run(FlowWorld.Key, new RunId("real"), Lane.Sweep, nameof(RunMode.Comprehensive), "manual", DateTimeOffset.UtcNow), default);

        (await _world.AnswerAsync<GetPlan>("", null, (get, request) => get.Run(request, "acme", "main", "real", default))).Status.ShouldBe(404);
        (await _world.AnswerAsync<GetPlan>("", null, (get, request) => get.Run(request, "acme", "main", "none", default))).Status.ShouldBe(404);
    }

    private async Task ManyChangesAsync()
    {
        var edited = await _world.Synergy.CreateAsync("contacts", new { name = "Edited", phones = new { phone = "1" } });
        var fought = await _world.Synergy.CreateAsync("contacts", new { name = "Fought", phones = new { phone = "1" } });
        await _world.SyncAsync("company");
        var foughtThere = await _world.TinyPlus.OneAsync("companies", new { name = "Fought" });
        await _world.Synergy.EditAsync(edited, new { phones = new { phone = "2" } });
        await _world.Synergy.EditAsync(fought, new { phones = new { phone = "left" } });
        await _world.TinyPlus.EditAsync(foughtThere, new { phone = "right" });
        await _world.Synergy.CreateAsync("contacts", new { name = "Both new" });
        await _world.TinyPlus.CreateAsync("companies", new { name = "Both new" });
        await _world.TinyPlus.CreateAsync("companies", new { name = "New right" });
        var company = await _world.Synergy.CreateAsync("contacts", new { name = "New left" });
        await _world.Synergy.CreateAsync("personnel", new { firstName = "Anna", lastName = "Berg", companyId = company.Number });
        await _world.Synergy.CreateAsync("projects", new { number = "1", name = "Villa", primaryContactId = company.Number });
    }

    private async Task<IReadOnlyList<PlanLine>> PlanAsync() => (await _world.Get<PlanStore>().ListAsync(FlowWorld.Key, Run, null, 1000, default)).Items;

    private static IReadOnlyList<string> Words(IReadOnlyList<PlanLine> plan) =>
        [.. plan.Select(line => $"{line.Kind} {line.Action} {line.Target?.ToString().ToLowerInvariant()} {line.Label}")];

    private static KindCounts Effects(KindCounts counts) => counts with { Total = 0, Done = 0, Skipped = 0 };
}
