namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class CompanyTests(FrontDoorStack door)
{
    [Fact]
    public async Task Company_MadeEditedAndArchivedInSynergy_IsSoInTinyPlus()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.Synergy.CreateAsync("contacts", new
        {
            name = "Ziegelwerk Süd GmbH",
            email = "kontakt@ziegel.example",
            phones = new { phone = "+49 89 5550 2000" },
            web = "https://ziegel.example/",
            address = new { address1 = "Isarweg 1", town = "München", zipCode = "80331" },
        });

        var there = await practice.TinyPlus.OneAsync("companies", new
        {
            name = "Ziegelwerk Süd GmbH",
            email_address = "kontakt@ziegel.example",
            phone = "+49 89 5550 2000",
            website = "https://ziegel.example/",
            address = "Isarweg 1, München, 80331",
            record_status = "active",
        });
        await practice.Synergy.EditAsync(company, new { phones = new { phone = "+49 89 5550 2001" }, web = "" });
        await practice.TinyPlus.BecomesAsync(there, new { name = "Ziegelwerk Süd GmbH", phone = "+49 89 5550 2001", website = "" });
        await practice.Synergy.ArchiveAsync(company);
        await practice.TinyPlus.BecomesAsync(there, new { record_status = "archived", name = "Ziegelwerk Süd GmbH" });

        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(1);
        (await practice.LinkedWithAsync("company", company)).ShouldBe([there.Id]);
    }

    [Fact]
    public async Task Company_MadeEditedAndArchivedInTinyPlus_IsSoInSynergy()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri & Rimu", email_address = "hello@kauri.example", phone = "+64 4 555 0300" });

        var there = await practice.Synergy.OneAsync("contacts", new { name = "Kauri & Rimu", email = "hello@kauri.example", phones = new { phone = "+64 4 555 0300" }, isActive = true });
        await practice.TinyPlus.EditAsync(company, new { name = "Kauri & Rimu (NZ)" });
        await practice.Synergy.BecomesAsync(there, new { name = "Kauri & Rimu (NZ)", email = "hello@kauri.example" });
        await practice.TinyPlus.ArchiveAsync(company);
        await practice.Synergy.BecomesAsync(there, new { isActive = false });

        (await practice.Synergy.AllAsync("contacts")).Count.ShouldBe(1);
        (await practice.LinkedWithAsync("company", there)).ShouldBe([company.Id]);
    }
}
