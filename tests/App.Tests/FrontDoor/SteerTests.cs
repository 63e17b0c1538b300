using System.Text.Json;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.FrontDoor;

/// <summary>What a person steers over HTTP.</summary>
public sealed class SteerTests(FrontDoorStack door)
{
    [Fact]
    public async Task Brake_Confirmed_LetsTheArchivingGoOn()
    {
        await using var practice = await door.LiveAsync();
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 6).Select(number => new { name = $"Company {number}" }));
        await practice.TinyPlus.OneAsync("companies", new { name = "Company 6" });
        await practice.QuietAsync();
        foreach (var company in (await practice.Synergy.AllAsync("contacts")).Take(4)) await practice.Synergy.DeleteAsync(company);
        await practice.RunAsync("comprehensive");

        var brake = (await practice.ItemsAsync("/brakes")).Single();
        (brake.GetProperty("kind").GetString(), brake.GetProperty("waiting").GetInt32()).ShouldBe(("company", 4));
        (await practice.GetAsync("/status")).GetProperty("brakes").GetArrayLength().ShouldBe(1);
        (await practice.AnswerAsync(HttpMethod.Post, "/brakes/contact/confirm")).Status.ShouldBe(409);
        (await practice.AnswerAsync(HttpMethod.Post, "/brakes/company/confirm")).Status.ShouldBe(200);

        await Eventually.HoldsAsync(async () => (await practice.TinyPlus.AllAsync("companies")).Count(company => company["record_status"] == "archived") is var archived and not 4 ? $"{archived} are archived." : null);
        await practice.QuietAsync();
    }

    [Fact]
    public async Task Link_PausedResumedDisconnected_DoesSo()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        var there = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        await practice.QuietAsync();
        var link = $"/links/company/{(await practice.ItemsAsync($"/links?kind=company&leftId={company.Id}")).Single().GetProperty("id").GetString()}";

        (await practice.AnswerAsync(HttpMethod.Post, $"{link}/pause")).Status.ShouldBe(200);
        (await practice.AnswerAsync(HttpMethod.Post, $"{link}/pause")).Status.ShouldBe(409);
        var paused = await practice.GetAsync(link);
        (paused.GetProperty("state").GetString(), paused.GetProperty("status").GetString(), paused.GetProperty("reason").GetString()).ShouldBe(("paused", "idle", "Paused by hand."));
        await practice.Synergy.EditAsync(company, new { name = "Ziegelwerk Süd" });
        await practice.QuietAsync();
        (await practice.TinyPlus.GetAsync(there))["name"].ShouldBe("Ziegelwerk");

        (await practice.AnswerAsync(HttpMethod.Post, $"{link}/resume")).Status.ShouldBe(200);
        await practice.TinyPlus.BecomesAsync(there, new { name = "Ziegelwerk Süd" });

        await practice.QuietAsync();
        (await practice.AnswerAsync(HttpMethod.Post, $"{link}/disconnect")).Status.ShouldBe(200);
        (await practice.GetAsync(link)).GetProperty("final").GetBoolean().ShouldBeTrue();
        (await practice.AnswerAsync(HttpMethod.Post, $"{link}/resume")).Status.ShouldBe(404);
        (await practice.AnswerAsync(HttpMethod.Get, "/links/company/none")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Flow_Disconnected_CannotBeSwitchedOnAgain()
    {
        await using var practice = await door.LiveAsync();
        (await practice.PostAsync("/disable", new { })).GetProperty("enabled").GetBoolean().ShouldBeFalse();

        // A poll that was under way may put the next one on the schedule once more; that one takes it off.
        await Eventually.HoldsAsync(async () => (await practice.GetAsync("/status")).GetProperty("nextDueAt").ValueKind == JsonValueKind.Null ? null : "The flow is still polled.");
        (await practice.PostAsync("/enable", new { })).GetProperty("enabled").GetBoolean().ShouldBeTrue();

        (await practice.AnswerAsync(HttpMethod.Post, "/disconnect")).Status.ShouldBe(200);

        (await practice.AnswerAsync(HttpMethod.Post, "/enable")).Status.ShouldBe(409);
        (await practice.AnswerAsync(HttpMethod.Patch, "", new { enabled = true })).Status.ShouldBe(409);
        (await practice.GetAsync("/status")).GetProperty("enabled").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task ReferenceRun_ListsTheValuesOfBothSidesAndSaysWhatIsNotMapped()
    {
        await using var practice = await door.LiveAsync(new { valueMaps = new { stages = new[] { new { left = "Nowhere", right = "Nowhere" } } } });
        await practice.Synergy.CreateAsync("statuses", new { name = "Proposal", statusTypeId = 1 });
        await practice.TinyPlus.CreateAsync("pipeline_stages", new { name = "Lead", position = 1 });

        (await practice.RunAsync("reference")).GetProperty("outcome").GetString().ShouldBe("succeeded");

        var list = (await practice.ItemsAsync("/references")).Single();
        list.GetProperty("valueMap").GetString().ShouldBe("stages");
        list.GetProperty("left").GetArrayLength().ShouldBeGreaterThan(0);
        (await practice.LogAsync("value-unmapped")).Count.ShouldBe(list.GetProperty("left").GetArrayLength() + list.GetProperty("right").GetArrayLength());
        await practice.RunAsync("reference");
        (await practice.LogAsync("value-unmapped")).Count.ShouldBe(list.GetProperty("left").GetArrayLength() + list.GetProperty("right").GetArrayLength());
    }

    [Fact]
    public async Task Run_LimitedToAKind_LeavesTheOthers()
    {
        await using var practice = await door.LiveAsync();
        var run = (await practice.PostAsync("/sync", new { mode = "comprehensive", kinds = new[] { "company" } })).GetProperty("runId").GetString()!;

        (await practice.EndedAsync(run)).GetProperty("counts").EnumerateObject().Select(kind => kind.Name).ShouldBe(["company"]);
        (await practice.AnswerAsync(HttpMethod.Post, "/sync", new { mode = "comprehensive", kinds = new[] { "nonsense" } })).Status.ShouldBe(400);
        (await practice.AnswerAsync(HttpMethod.Post, "/sync", new { mode = "import", kinds = new[] { "company" } })).Status.ShouldBe(400);
    }
}
