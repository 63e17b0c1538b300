namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class ComprehensiveTests(FrontDoorStack door)
{
    [Fact]
    public async Task Record_DeletedInSynergy_IsArchivedInTinyPlus()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        var there = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        await practice.Synergy.CreateAsync("contacts", new { name = "Stays" });
        var stays = await practice.TinyPlus.OneAsync("companies", new { name = "Stays" });

        await practice.Synergy.DeleteAsync(company);
        await practice.RunAsync("comprehensive");

        await practice.TinyPlus.BecomesAsync(there, new { record_status = "archived" });
        await practice.QuietAsync();
        (await practice.TinyPlus.GetAsync(stays))["record_status"].ShouldBe("active");
        (await practice.Synergy.AllAsync("contacts")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Record_DeletedInTinyPlus_IsArchivedInSynergy()
    {
        await using var practice = await door.LiveAsync();
        var project = await practice.TinyPlus.CreateAsync("projects", new { number = "T-1", name = "Library" });
        var there = await practice.Synergy.OneAsync("projects", new { name = "Library" });
        await practice.QuietAsync();

        await practice.TinyPlus.DeleteAsync(project);
        await practice.RunAsync("comprehensive");

        await practice.Synergy.BecomesAsync(there, new { isActive = false });
        await practice.QuietAsync();
        (await practice.TinyPlus.AllAsync("projects")).ShouldBeEmpty();
    }
}

public sealed class MassDeleteTests(FrontDoorStack door)
{
    [Fact]
    public async Task MostRecords_DeletedAtOnce_AreNotArchivedOnTheOtherSide()
    {
        await using var practice = await door.LiveAsync();
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 6).Select(number => new { name = $"Company {number}" }));
        await practice.TinyPlus.OneAsync("companies", new { name = "Company 6" });
        await practice.QuietAsync();
        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(6);

        foreach (var company in (await practice.Synergy.AllAsync("contacts")).Take(5)) await practice.Synergy.DeleteAsync(company);
        await practice.RunAsync("comprehensive");

        await practice.LoggedAsync("mass-delete-refused", new { kind = "company", level = "error" });
        await practice.PolledAsync();
        (await practice.GetAsync("/status")).GetProperty("work").GetProperty("braked").GetInt32().ShouldBe(5);
        (await practice.TinyPlus.AllAsync("companies")).ShouldAllBe(company => company["record_status"] == "active");
    }
}
