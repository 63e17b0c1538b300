using System.Text.Json;

namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class DryRunTests(FrontDoorStack door)
{
    [Fact]
    public async Task DryRun_OfAFlowThatIsOff_ShowsWhatTheRunThenDoes()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", web = "https://old.example/" });
        var there = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        await practice.QuietAsync();
        await practice.PatchAsync(new { enabled = false });
        await practice.Synergy.EditAsync(company, new { web = "https://new.example/" });
        await practice.TinyPlus.CreateAsync("projects", new { name = "Villa", number = "1", company = there.Number });
        var before = await practice.SnapshotAsync();

        var run = await practice.RunAsync("dryRun");

        run.GetProperty("outcome").GetString().ShouldBe("succeeded", run.ToString());
        (await practice.SnapshotAsync()).ShouldBe(before);
        var plan = await practice.ItemsAsync($"/runs/{run.GetProperty("id")}/plan");
        plan.Select(line => $"{line.GetProperty("kind")} {line.GetProperty("action")} {line.GetProperty("target")} {line.GetProperty("label")}").ShouldBe(
            ["company update right Ziegelwerk", "project create left Villa", "progress follow  Villa"]);
        var table = await practice.AnswerAsync(HttpMethod.Get, $"/runs/{run.GetProperty("id")}/plan?format=table");
        (table.Status, table.MediaType).ShouldBe((200, "text/plain"));
        table.Text.ShouldContain("website: https://old.example/ -> https://new.example/");
        Count(run, "project", "created").ShouldBe(1);

        await practice.PatchAsync(new { enabled = true });
        await practice.TinyPlus.BecomesAsync(there, new { website = "https://new.example/" });
        await practice.Synergy.OneAsync("projects", new { name = "Villa" });
    }

    private static int Count(JsonElement run, string kind, string what) => run.GetProperty("counts").GetProperty(kind).GetProperty(what).GetInt32();
}
