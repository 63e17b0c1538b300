using System.Text.Json;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.FrontDoor;

[Trait("Category", "Crashes")]
public sealed class RunControlTests
{
    private const int Companies = 620;

    [Fact]
    public async Task Import_PausedKilledAndResumed_GoesOnWhereItWas()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var stack = await AppStack.StartAsync(cancellation, check: Contract.Check);
        await using var practice = await SyncedPractice.ConnectedAsync(stack);
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, Companies).Select(number => new { name = $"Company {number}" }));
        var run = await StartAsync(practice);
        await Eventually.HoldsAsync(async () => (await practice.TinyPlus.AllAsync("companies")).Count == 0 ? "There are no companies yet." : null);

        (await practice.AnswerAsync(HttpMethod.Post, $"/runs/{run}/pause")).Status.ShouldBe(202);
        var paused = await BecomesAsync(practice, run, "paused");

        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBeInRange(1, Companies - 1);
        paused.GetProperty("endedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        paused.GetProperty("estimatedEndAt").ValueKind.ShouldBe(JsonValueKind.Null);
        await stack.KillAppAsync();
        await stack.StartAppAsync(cancellation);
        var status = await practice.GetAsync("/status");
        status.GetProperty("status").GetString().ShouldBe("requested");
        status.GetProperty("why").GetString()!.ShouldContain("paused");
        var refused = await practice.AnswerAsync(HttpMethod.Post, "/sync", new { mode = "import" });
        (refused.Status, refused.MediaType).ShouldBe((409, "application/problem+json"));
        (await practice.AnswerAsync(HttpMethod.Post, $"/runs/{run}/pause")).Status.ShouldBe(409);

        (await practice.AnswerAsync(HttpMethod.Post, $"/runs/{run}/resume")).Status.ShouldBe(202);
        var ended = await practice.EndedAsync(run, TimeSpan.FromMinutes(2));

        ended.GetProperty("outcome").GetString().ShouldBe("succeeded", ended.ToString());
        ended.GetProperty("counts").GetProperty("company").GetProperty("created").GetInt32().ShouldBe(Companies);
        (await practice.TinyPlus.AllAsync("companies")).Select(company => company["name"]).Distinct().Count().ShouldBe(Companies);
        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(Companies);
        (await practice.AnswerAsync(HttpMethod.Post, $"/runs/{run}/resume")).Status.ShouldBe(409);
        (await practice.AnswerAsync(HttpMethod.Post, "/runs/none/resume")).Status.ShouldBe(404);
    }

    private static async Task<string> StartAsync(SyncedPractice practice) => (await practice.PostAsync("/sync", new { mode = "import" })).GetProperty("runId").GetString()!;

    private static async Task<JsonElement> BecomesAsync(SyncedPractice practice, string run, string outcome)
    {
        JsonElement found = default;
        await Eventually.HoldsAsync(async () => (found = await practice.GetAsync($"/runs/{run}")).GetProperty("outcome").GetString() == outcome ? null : $"The run is not {outcome}: {found}");
        return found;
    }
}

public sealed class CancelTests(FrontDoorStack door)
{
    [Fact]
    public async Task Import_Cancelled_EndsAndAnotherCanBegin()
    {
        await using var practice = await door.ConnectedAsync();
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 60).Select(number => new { name = $"Company {number}" }));
        var run = (await practice.PostAsync("/sync", new { mode = "import" })).GetProperty("runId").GetString()!;

        (await practice.AnswerAsync(HttpMethod.Post, $"/runs/{run}/cancel")).Status.ShouldBe(202);

        (await practice.EndedAsync(run)).GetProperty("outcome").GetString().ShouldBe("cancelled");
        (await practice.GetAsync("")).GetProperty("wentLiveAt").ValueKind.ShouldBe(JsonValueKind.Null);
        await practice.LoggedAsync("run-cancelled", new { level = "info" });
        (await practice.RunAsync("import")).GetProperty("outcome").GetString().ShouldBe("succeeded");
        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(60);
    }

    [Fact]
    public async Task Import_PausedThenCancelled_EndsAtOnce()
    {
        await using var practice = await door.ConnectedAsync();
        var run = (await practice.PostAsync("/sync", new { mode = "import" })).GetProperty("runId").GetString()!;
        await practice.AnswerAsync(HttpMethod.Post, $"/runs/{run}/pause");
        await Eventually.HoldsAsync(async () => (await practice.GetAsync($"/runs/{run}")).GetProperty("outcome").GetString() is var outcome and not "paused" ? $"The run is {outcome}." : null);

        (await practice.AnswerAsync(HttpMethod.Post, $"/runs/{run}/cancel")).Status.ShouldBe(202);

        (await practice.GetAsync($"/runs/{run}")).GetProperty("outcome").GetString().ShouldBe("cancelled");
        (await practice.GetAsync("/status")).GetProperty("status").GetString().ShouldBe("idle");
    }
}
