using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.CrashPoints;

/// <summary>What the app must get through whenever it dies: runs, and what a person asks it for.</summary>
internal static class CrashOrders
{
    private static readonly Side L = Side.Left;
    private static readonly Side R = Side.Right;

    /// <summary>More than may vanish without a question.</summary>
    private static readonly string[] Many = [.. Enumerable.Range(2, BrakeRule.AlwaysAllowed + 1).Select(i => $"T{i}")];

    public static ImmutableArray<CrashScenario> All =>
    [
        new("going live", _ => { }) { Before = Older, BeginsLive = false, Watched = TimeSpan.FromMinutes(4) },
        new("import", stage =>
        {
            stage.Intents.Imported = true;
            stage.Ask("import", app => app.Get<FlowRuns>().RequestAsync(stage.World.Key, RunMode.Import, "simulation", app.Durable, CancellationToken.None));
        }) { Before = Older, BeginsLive = false, Watched = TimeSpan.FromMinutes(6), Expect = CrashScenarios.Both("T1") },
        new("import that is paused and resumed", stage =>
        {
            stage.Intents.Imported = true;
            stage.Ask("import", app => app.Get<FlowRuns>().RequestAsync(stage.World.Key, RunMode.Import, "simulation", app.Durable, CancellationToken.None));
            stage.World.RunFor(TimeSpan.FromMilliseconds(300));
            stage.Ask("pause", app => OrderAsync(stage, app, RunOrder.Pause));
            stage.World.RunFor(TimeSpan.FromMinutes(2));
            stage.Ask("resume", app => ResumeAsync(stage, app));
        }) { Before = Older, BeginsLive = false, Watched = TimeSpan.FromMinutes(6) },
        new("sweep", stage =>
        {
            stage.World.Vendors.Left.Account.Delete(stage.Find(L, "companies", "T2")!, Actor.User);
            CrashScenarios.Sweep(stage);
        }) { Arrange = CrashScenarios.TwoCompanies },
        new("manual link", stage => stage.Ask("link", app => app.Get<ManualTools>().LinkAsync(
            stage.World.Key, "company", stage.Find(L, "companies", "T1")!.Id, stage.Find(R, "accounts", "T1")!.Id, CancellationToken.None))) { Before = Strangers, Expect = Linked },
        new("manual unlink", stage => stage.Ask("unlink", async app =>
        {
            stage.Intents.Unlinked.Add("T1");
            if (stage.LinkOf("company", L, stage.Find(L, "companies", "T1")!) is { State: not LinkState.Tombstone } link)
                await app.Get<ManualTools>().UnlinkAsync(stage.World.Key, "company", link.Id, CancellationToken.None);
        })) { Arrange = CrashScenarios.Company },
        new("push", stage => stage.Ask("push", app => app.Get<LinkTools>().PushAsync(
            stage.World.Key,
            "company",
            stage.LinkOf("company", L, stage.Find(L, "companies", "T1")!)!.Id,
            new Dictionary<string, PushDirection> { ["address"] = PushDirection.LeftToRight },
            CancellationToken.None))) { Arrange = CrashScenarios.Company },
        new("single record", stage =>
        {
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", FieldValue.Of("red")));
            stage.Ask("sync record", app => app.Get<RecordSync>().RunAsync(stage.World.Key, "company", L, stage.Find(L, "companies", "T1")!.Id, CancellationToken.None));
        }) { Arrange = CrashScenarios.Company, Expect = CrashScenarios.Value("accounts", "T1", "place", "red") },
        new("webhook", stage =>
        {
            var company = stage.Find(L, "companies", "T1")!;
            stage.Edit(L, company, ("address", FieldValue.Of("red")));
            // Its sender sends it again until it is answered.
            stage.Ask("webhook", app => app.Get<HookInbox>().AddAsync([(stage.World.Key, new WorkItem("company", L, company.Id, WorkReason.Webhook, app.Clock.GetUtcNow()) { FirstAt = app.Clock.GetUtcNow() })]));
        }) { Arrange = CrashScenarios.Company, Expect = CrashScenarios.Value("accounts", "T1", "place", "red") },
        new("brake that is confirmed", stage =>
        {
            foreach (var token in Many) stage.Archive(L, stage.Find(L, "companies", token)!);
            stage.Ask("confirm", app => ConfirmAsync(stage, app));
        })
        {
            Arrange = stage =>
            {
                CrashScenarios.Company(stage);
                foreach (var token in Many) stage.Create(L, "companies", token);
            },
            Expect = stage => Many.Select(token => CrashScenarios.Archived(R, "accounts", token)(stage)).FirstOrDefault(missing => missing is not null),
        },
        new("refresh of tokens", stage =>
        {
            stage.World.Vendors.Left.SignIn.DropAccess();
            stage.World.Vendors.Right.SignIn.DropAccess();
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", FieldValue.Of("red")));
        }) { Arrange = CrashScenarios.Company, Expect = CrashScenarios.Value("accounts", "T1", "place", "red") },
        new("write that fails once", stage =>
        {
            var left = 1;
            stage.World.Vendors.Network.Gate = (what, _) => what.StartsWith("send PATCH", StringComparison.Ordinal) && left-- > 0
                ? throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended.")
                : default;
            stage.Edit(L, stage.Find(L, "companies", "T1")!, ("address", FieldValue.Of("red")));
        }) { Arrange = CrashScenarios.Company, Expect = CrashScenarios.Value("accounts", "T1", "place", "red") },
    ];

    /// <summary>On both sides, and not the same.</summary>
    private static void Older(CrashStage stage)
    {
        stage.Create(L, "companies", "T1", ("address", FieldValue.Of("blue")));
        stage.CreateTwins("T2");
        stage.Create(R, "accounts", "T3");
    }

    /// <summary>The same thing, but nothing in them says so.</summary>
    private static void Strangers(CrashStage stage)
    {
        stage.Create(L, "companies", "T1", ("code", FieldValue.None));
        stage.Create(R, "accounts", "T1", ("ref", FieldValue.None), ("title", FieldValue.Of("T1 Fjord")));
    }

    private static string? Linked(CrashStage stage) =>
        stage.LinkOf("company", L, stage.Find(L, "companies", "T1")!)?.RightId == stage.Find(R, "accounts", "T1")!.Id ? null : "The two are not linked.";

    private static async Task OrderAsync(CrashStage stage, Service.AppInstance app, RunOrder order)
    {
        if (RunOf(stage) is { } run) await app.Get<RunControl>().OrderAsync(stage.World.Key, run, order, "simulation", app.Durable, CancellationToken.None);
    }

    private static async Task ResumeAsync(CrashStage stage, Service.AppInstance app)
    {
        // Somebody who wants it to go on presses again until it does.
        for (var tries = 0; tries < 10 && RunOf(stage) is { } run; tries++)
        {
            if (await app.Get<RunControl>().ResumeAsync(stage.World.Key, run, app.Durable, CancellationToken.None) == RunControlResult.Done) return;
            await Task.Delay(TimeSpan.FromMinutes(1), app.Clock);
        }
    }

    private static async Task ConfirmAsync(CrashStage stage, Service.AppInstance app)
    {
        // Somebody looks now and then, and more than once: after a death between the brake and what waits for it, it takes hold once more.
        for (var looks = 0; looks < 15; looks++)
        {
            await app.Get<Brakes>().ConfirmAsync(new LinkScope(stage.World.Key, "company"), CancellationToken.None);
            await Task.Delay(TimeSpan.FromMinutes(1), app.Clock);
        }
    }

    private static RunId? RunOf(CrashStage stage)
    {
        var flow = stage.World.Observe(() => stage.World.Observer.GetRequiredService<FlowStore>().LoadAsync(stage.World.Key, CancellationToken.None));
        return flow?.Guard(Lane.Import)?.Value.Run;
    }
}
