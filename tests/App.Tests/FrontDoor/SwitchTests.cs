namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class StatusLockTests(FrontDoorStack door)
{
    [Fact]
    public async Task NewProject_WithALockedStatus_ComesToSynergyOnlyWhenItIsUnlocked()
    {
        await using var practice = await door.LiveAsync(new { lockedStatuses = new[] { "prospect" } });
        var project = await practice.TinyPlus.CreateAsync("projects", new { name = "Atelier", number = "T-3", record_status = "prospect" });

        await practice.LoggedAsync("skipped-status-locked", new { kind = "project", recordId = project.Id });
        await practice.QuietAsync();
        (await practice.Synergy.AllAsync("projects")).ShouldBeEmpty();
        await practice.TinyPlus.EditAsync(project, new { record_status = "active" });

        await practice.Synergy.OneAsync("projects", new { name = "Atelier", number = "T-3" });
    }

    [Fact]
    public async Task LinkedProject_WithALockedStatus_TakesFromSynergyAndGivesNothingUntilItIsUnlocked()
    {
        await using var practice = await door.LiveAsync(new { lockedStatuses = new[] { "prospect" } });
        var project = await practice.Synergy.CreateAsync("projects", new { number = "26-001", name = "Atelier", scope = "Small" });
        var there = await practice.TinyPlus.OneAsync("projects", new { name = "Atelier", description = "Small" });

        await practice.TinyPlus.EditAsync(there, new { record_status = "prospect", name = "Grand atelier" });
        await practice.LoggedAsync("skipped-status-locked", new { kind = "project", recordId = there.Id });
        await practice.Synergy.EditAsync(project, new { scope = "Large" });
        await practice.TinyPlus.BecomesAsync(there, new { description = "Large", name = "Grand atelier", record_status = "prospect" });
        await practice.QuietAsync();
        (await practice.Synergy.GetAsync(project))["name"].ShouldBe("Atelier");

        await practice.TinyPlus.EditAsync(there, new { record_status = "active" });
        await practice.Synergy.BecomesAsync(project, new { name = "Grand atelier", scope = "Large" });
    }
}

public sealed class SwitchTests(FrontDoorStack door)
{
    [Fact]
    public async Task NewRecords_SwitchedOffInOneDirection_StillGoTheOtherWay()
    {
        await using var practice = await door.LiveAsync(new { kinds = new { company = new { newLeftToRight = false }, project = new { newRightToLeft = false } } });
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "From Synergy" });
        await practice.TinyPlus.CreateAsync("companies", new { name = "From tiny+" });
        await practice.Synergy.CreateAsync("projects", new { name = "From Synergy", number = "26-001" });
        var project = await practice.TinyPlus.CreateAsync("projects", new { name = "From tiny+" });

        await practice.Synergy.OneAsync("contacts", new { name = "From tiny+" });
        await practice.TinyPlus.OneAsync("projects", new { name = "From Synergy" });
        await practice.LoggedAsync("skipped-new-records-off", new { kind = "company", recordId = company.Id });
        await practice.LoggedAsync("skipped-new-records-off", new { kind = "project", recordId = project.Id });
        await practice.QuietAsync();
        (await practice.TinyPlus.AllAsync("companies")).Select(record => record["name"]).ShouldBe(["From tiny+"]);
        (await practice.Synergy.AllAsync("projects")).Select(record => record["name"]).ShouldBe(["From Synergy"]);
    }

    [Fact]
    public async Task Kind_SwitchedOff_IsLeftAloneWhileTheOthersGoOn()
    {
        await using var practice = await door.LiveAsync(new { kinds = new { company = new { enabled = false } } });
        await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri" });
        await practice.Synergy.CreateAsync("projects", new { name = "Library", number = "26-001" });

        await practice.TinyPlus.OneAsync("projects", new { name = "Library" });
        await practice.QuietAsync();
        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(1);
        (await practice.Synergy.AllAsync("contacts")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Flow_ThatRunsOneWay_TakesNothingFromTheOtherSide()
    {
        await using var practice = await door.LiveAsync(new { direction = "leftToRight" });
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", web = "https://ziegel.example/" });
        await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri" });
        var there = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });

        await practice.TinyPlus.EditAsync(there, new { name = "Tile works" });
        await practice.LoggedAsync("updated", new { kind = "company", recordId = there.Id });
        await practice.TinyPlus.BecomesAsync(there, new { name = "Ziegelwerk" });
        await practice.Synergy.EditAsync(company, new { web = "https://new.example/" });
        await practice.TinyPlus.BecomesAsync(there, new { website = "https://new.example/" });
        await practice.QuietAsync();
        (await practice.Synergy.AllAsync("contacts")).ShouldHaveSingleItem()["name"].ShouldBe("Ziegelwerk");
    }
}
