namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class ProjectTests(FrontDoorStack door)
{
    [Fact]
    public async Task Project_MadeEditedAndArchivedInSynergy_IsSoInTinyPlus()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Hafen AG" });
        var project = await practice.Synergy.CreateAsync("projects", new { number = "26-001", name = "Uferpromenade 12", scope = "Neubau", startDate = "2026-03-02", primaryContactId = company.Number });

        var companyThere = await practice.TinyPlus.OneAsync("companies", new { name = "Hafen AG" });
        var there = await practice.TinyPlus.OneAsync("projects", new { number = "26-001", name = "Uferpromenade 12", description = "Neubau", start_date = "2026-03-02", record_status = "active" });
        await practice.TinyPlus.BecomesAsync(there, new { company = companyThere.Number });
        await practice.Synergy.EditAsync(project, new { scope = "Neubau mit Tiefgarage", endDate = "2027-05-31" });
        await practice.TinyPlus.BecomesAsync(there, new { description = "Neubau mit Tiefgarage", end_date = "2027-05-31", name = "Uferpromenade 12" });
        await practice.Synergy.ArchiveAsync(project);
        await practice.TinyPlus.BecomesAsync(there, new { record_status = "archived", company = companyThere.Number });

        (await practice.TinyPlus.AllAsync("projects")).Count.ShouldBe(1);
        (await practice.LinkedWithAsync("project", project)).ShouldBe([there.Id]);
    }

    [Fact]
    public async Task Project_MadeEditedAndArchivedInTinyPlus_IsSoInSynergy()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.TinyPlus.CreateAsync("companies", new { name = "Marae Trust" });
        var project = await practice.TinyPlus.CreateAsync("projects", new { number = "T-1", name = "Wharenui", description = "Carved meeting house", company = company.Number });

        var companyThere = await practice.Synergy.OneAsync("contacts", new { name = "Marae Trust" });
        var there = await practice.Synergy.OneAsync("projects", new { number = "T-1", name = "Wharenui", scope = "Carved meeting house", isActive = true });
        await practice.Synergy.BecomesAsync(there, new { primaryContactId = companyThere.Number });
        await practice.TinyPlus.EditAsync(project, new { name = "Wharenui, stage 2", description = "" });
        await practice.Synergy.BecomesAsync(there, new { name = "Wharenui, stage 2", scope = "", number = "T-1" });
        await practice.TinyPlus.ArchiveAsync(project);
        await practice.Synergy.BecomesAsync(there, new { isActive = false });

        (await practice.Synergy.AllAsync("projects")).Count.ShouldBe(1);
    }
}

public sealed class ProjectNumberTests(FrontDoorStack door)
{
    [Fact]
    public async Task Number_GivenInTinyPlus_BelongsToSynergyFromThenOn()
    {
        await using var practice = await door.LiveAsync();
        var project = await practice.TinyPlus.CreateAsync("projects", new { number = "T-7", name = "Library" });
        var there = await practice.Synergy.OneAsync("projects", new { number = "T-7", name = "Library" });

        await practice.TinyPlus.EditAsync(project, new { number = "T-8", description = "Two floors" });
        await practice.Synergy.BecomesAsync(there, new { scope = "Two floors", number = "T-7" });
        await practice.TinyPlus.BecomesAsync(project, new { number = "T-7", description = "Two floors" });

        await practice.Synergy.EditAsync(there, new { number = "26-100" });
        await practice.TinyPlus.BecomesAsync(project, new { number = "26-100" });
    }

    [Fact]
    public async Task Number_MissingInTinyPlus_IsTheOneThatSynergyGives()
    {
        await using var practice = await door.LiveAsync();
        var project = await practice.TinyPlus.CreateAsync("projects", new { name = "Library" });

        var there = await practice.Synergy.OneAsync("projects", new { name = "Library" });
        there["number"].ShouldNotBeNullOrEmpty();
        await practice.TinyPlus.BecomesAsync(project, new { number = there["number"] });
    }
}
