namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class ConflictTests(FrontDoorStack door)
{
    [Fact]
    public async Task Field_EditedOnBothSides_IsSynergysAndTheLogKeepsBothValues()
    {
        await using var practice = await door.LiveAsync();
        var (company, there) = await CompanyAsync(practice);

        await practice.PatchAsync(new { enabled = false });
        await practice.Synergy.EditAsync(company, new { phones = new { phone = "111" } });
        await practice.TinyPlus.EditAsync(there, new { phone = "222" });
        await practice.PatchAsync(new { enabled = true });

        await practice.TinyPlus.BecomesAsync(there, new { phone = "111" });
        await practice.Synergy.BecomesAsync(company, new { phones = new { phone = "111" } });
        await practice.LoggedAsync("conflict", new { kind = "company", values = new { field = "phone", winner = "Left", left = "111", right = "222" } });
        await practice.QuietAsync();
        (await practice.LogAsync("conflict")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Fields_EditedOnDifferentSides_BothSurvive()
    {
        await using var practice = await door.LiveAsync();
        var (company, there) = await CompanyAsync(practice);

        await practice.PatchAsync(new { enabled = false });
        await practice.Synergy.EditAsync(company, new { phones = new { phone = "111" } });
        await practice.TinyPlus.EditAsync(there, new { website = "https://new.example/" });
        await practice.PatchAsync(new { enabled = true });

        await practice.TinyPlus.BecomesAsync(there, new { phone = "111", website = "https://new.example/" });
        await practice.Synergy.BecomesAsync(company, new { phones = new { phone = "111" }, web = "https://new.example/" });
        await practice.QuietAsync();
        (await practice.LogAsync("conflict")).ShouldBeEmpty();
    }

    private static async Task<(VendorRecord Company, VendorRecord There)> CompanyAsync(SyncedPractice practice)
    {
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "000" }, web = "https://old.example/" });
        var there = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk", phone = "000" });
        await practice.QuietAsync();
        return (company, there);
    }
}
