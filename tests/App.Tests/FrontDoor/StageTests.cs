namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class StageTests(FrontDoorStack door)
{
    private static readonly object Map = new { valueMaps = new { stages = new[] { new { left = "Proposal", right = "Lead" }, new { left = "Active", right = "Design" } } } };

    [Fact]
    public async Task Status_OfAProject_IsItsStageByTheTenantsMapBothWays()
    {
        await using var practice = await door.ConnectedAsync(Map);
        var (proposal, active, onHold) = await StatusesAsync(practice);
        await practice.GoLiveAsync();
        var project = await practice.Synergy.CreateAsync("projects", new { number = "26-001", name = "Library", statusId = active });

        var there = await practice.TinyPlus.OneAsync("projects", new { name = "Library", stage = "Design" });
        await practice.TinyPlus.EditAsync(there, new { stage = "Lead" });
        await practice.Synergy.BecomesAsync(project, new { statusId = proposal });
        await practice.Synergy.EditAsync(project, new { statusId = active });
        await practice.TinyPlus.BecomesAsync(there, new { stage = "Design" });

        await practice.Synergy.EditAsync(project, new { statusId = onHold });
        await practice.LoggedAsync("skipped-value-unmapped", new { kind = "progress" });
        await practice.QuietAsync();
        (await practice.TinyPlus.GetAsync(there))["stage"].ShouldBe("Design");
    }

    [Fact]
    public async Task Stage_OfAProjectMadeInTinyPlus_IsItsStatusInSynergy()
    {
        await using var practice = await door.ConnectedAsync(Map);
        var (_, active, _) = await StatusesAsync(practice);
        await practice.GoLiveAsync();
        await practice.TinyPlus.CreateAsync("projects", new { number = "T-1", name = "Library", stage = "Design" });

        await practice.Synergy.OneAsync("projects", new { name = "Library", statusId = active });
    }

    [Fact]
    public async Task Stages_OfAProjectInSynergy_AreListedInTinyPlus()
    {
        await using var practice = await door.ConnectedAsync();
        var (proposal, active, _) = await StatusesAsync(practice);
        await practice.GoLiveAsync();
        await practice.PatchAsync(new { enabled = false });
        var project = await practice.Synergy.CreateAsync("projects", new { number = "26-001", name = "Library" });
        await practice.Synergy.CreateAsync("stages", new { projectId = project.Number, name = "Concept", statusId = active });
        var second = await practice.Synergy.CreateAsync("stages", new { projectId = project.Number, name = "Documentation", statusId = proposal });
        await practice.PatchAsync(new { enabled = true });

        var there = await practice.TinyPlus.OneAsync("projects", new { name = "Library", stages = new[] { "Concept: Active", "Documentation: Proposal" } });

        // A change that its project does not show is found by a comprehensive run.
        await practice.QuietAsync();
        await practice.Synergy.EditAsync(second, new { statusId = active });
        await practice.RunAsync("comprehensive");
        await practice.TinyPlus.BecomesAsync(there, new { stages = new[] { "Concept: Active", "Documentation: Active" } });
    }

    private static async Task<(long Proposal, long Active, long OnHold)> StatusesAsync(SyncedPractice practice)
    {
        await practice.TinyPlus.CreateAsync("pipeline_stages", new { name = "Lead", position = 1 });
        await practice.TinyPlus.CreateAsync("pipeline_stages", new { name = "Design", position = 2 });
        var proposal = await practice.Synergy.CreateAsync("statuses", new { name = "Proposal", statusTypeId = 1 });
        var active = await practice.Synergy.CreateAsync("statuses", new { name = "Active", statusTypeId = 2 });
        var onHold = await practice.Synergy.CreateAsync("statuses", new { name = "On hold", statusTypeId = 3 });
        return (proposal.Number, active.Number, onHold.Number);
    }
}
