namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class ContactTests(FrontDoorStack door)
{
    [Fact]
    public async Task Contact_MadeWithItsCompanyInSynergy_ArrivesWithItAndFollowsEdits()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        var person = await practice.Synergy.CreateAsync("personnel", new
        {
            firstName = "Jürgen",
            lastName = "Grünwald",
            email = "J.Gruenwald@Ziegel.example",
            jobTitle = "Einkauf",
            companyId = company.Number,
            phones = new { mobile = "+49 151 5550 1001" },
        });

        var companyThere = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        var there = await practice.TinyPlus.OneAsync("contacts", new
        {
            first_name = "Jürgen",
            last_name = "Grünwald",
            email_address = "j.gruenwald@ziegel.example",
            title = "Einkauf",
            mobile = "+49 151 5550 1001",
            primary_company = companyThere.Number,
        });
        await practice.Synergy.EditAsync(person, new { jobTitle = "Leitung Einkauf" });
        await practice.TinyPlus.BecomesAsync(there, new { title = "Leitung Einkauf", primary_company = companyThere.Number });
        await practice.Synergy.ArchiveAsync(person);
        await practice.TinyPlus.BecomesAsync(there, new { record_status = "archived" });

        (await practice.TinyPlus.AllAsync("contacts")).Count.ShouldBe(1);
        (await practice.LinkedWithAsync("contact", person)).ShouldBe([there.Id]);
    }

    [Fact]
    public async Task Contact_MadeWithItsCompanyInTinyPlus_ArrivesWithItAndFollowsEdits()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri" });
        var person = await practice.TinyPlus.CreateAsync("contacts", new { first_name = "Aroha", last_name = "Parata", email_address = "aroha@kauri.example", primary_company = company.Number });

        var companyThere = await practice.Synergy.OneAsync("contacts", new { name = "Kauri" });
        var there = await practice.Synergy.OneAsync("personnel", new { firstName = "Aroha", lastName = "Parata", email = "aroha@kauri.example", companyId = companyThere.Number });
        var other = await practice.TinyPlus.CreateAsync("companies", new { name = "Rimu" });
        await practice.TinyPlus.EditAsync(person, new { primary_company = other.Number });
        var otherThere = await practice.Synergy.OneAsync("contacts", new { name = "Rimu" });
        await practice.Synergy.BecomesAsync(there, new { companyId = otherThere.Number });
        await practice.TinyPlus.ArchiveAsync(person);
        await practice.Synergy.BecomesAsync(there, new { isActive = false });

        (await practice.Synergy.AllAsync("personnel")).Count.ShouldBe(1);
    }
}

public sealed class ContactCompanyTests(FrontDoorStack door)
{
    [Fact]
    public async Task Contact_WithoutCompanyInTinyPlus_ComesToSynergyOnlyWhenItHasOne()
    {
        await using var practice = await door.LiveAsync();
        var person = await practice.TinyPlus.CreateAsync("contacts", new { first_name = "Nobody's", last_name = "Friend" });

        await practice.LoggedAsync("skipped-reference-missing", new { kind = "contact", recordId = person.Id });
        (await practice.Synergy.AllAsync("personnel")).ShouldBeEmpty();
        var company = await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri" });
        await practice.TinyPlus.EditAsync(person, new { primary_company = company.Number });

        var companyThere = await practice.Synergy.OneAsync("contacts", new { name = "Kauri" });
        await practice.Synergy.OneAsync("personnel", new { lastName = "Friend", companyId = companyThere.Number });
    }

    [Fact]
    public async Task Contact_WhoseCompanyIsNotLinked_IsParkedUntilItIs()
    {
        await using var practice = await door.LiveAsync();
        var company = await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri", record_status = "archived" });
        var person = await practice.TinyPlus.CreateAsync("contacts", new { last_name = "Parata", primary_company = company.Number });

        await practice.LoggedAsync("parked", new { kind = "contact", recordId = person.Id });
        var waiting = (await practice.ItemsAsync("/work?kind=contact")).ShouldHaveSingleItem();
        JsonText.Shows(waiting, JsonText.Of(new { reason = "parked", awaits = new { kind = "company", side = "right", recordId = company.Id } })).ShouldBeTrue(waiting.ToString());
        (await practice.Synergy.AllAsync("personnel")).ShouldBeEmpty();
        await practice.TinyPlus.EditAsync(company, new { record_status = "active" });

        var companyThere = await practice.Synergy.OneAsync("contacts", new { name = "Kauri" });
        await practice.Synergy.OneAsync("personnel", new { lastName = "Parata", companyId = companyThere.Number });
        await practice.QuietAsync();
    }
}
