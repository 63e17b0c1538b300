using System.Text.Json;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class ImportTests(FrontDoorStack door)
{
    [Fact]
    public async Task Import_BringsOverEverythingOfSynergyOnceAndMatchesWhatIsThere()
    {
        await using var practice = await door.ConnectedAsync();
        var synergy = practice.Synergy;
        var tinyPlus = practice.TinyPlus;

        // In both by name, by e-mail and by number; the name differs in its letters' case, the number decides over the name.
        var ziegel = await synergy.CreateAsync("contacts", new { name = "Ziegelwerk GmbH", web = "https://ziegel.example/" });
        var ziegelThere = await tinyPlus.CreateAsync("companies", new { name = "ZIEGELWERK GMBH", phone = "123" });
        var jurgen = await synergy.CreateAsync("personnel", new { firstName = "Jürgen", lastName = "Grünwald", email = "Juergen@Ziegel.example", companyId = ziegel.Number });
        var jurgenThere = await tinyPlus.CreateAsync("contacts", new { last_name = "Gruenwald", email_address = "juergen@ziegel.example", mobile = "456" });
        var ines = await synergy.CreateAsync("staff", new { firstName = "Inés", lastName = "Castellanos", email = "ines@practice.example" });
        var inesThere = await tinyPlus.CreateAsync("team_members", new { first_name = "Inés", email_address = "ines@practice.example" });
        var library = await synergy.CreateAsync("projects", new { number = "26-001", name = "Library", primaryContactId = ziegel.Number });
        var libraryThere = await tinyPlus.CreateAsync("projects", new { number = "26-001", name = "City library" });
        var other = await synergy.CreateAsync("projects", new { number = "26-002", name = "House" });
        await tinyPlus.CreateAsync("projects", new { number = "T-9", name = "House" });

        // Twice the same name in Synergy: two companies there, two here.
        var twins = new[] { await synergy.CreateAsync("contacts", new { name = "Twins Ltd", email = "one@twins.example" }), await synergy.CreateAsync("contacts", new { name = "Twins Ltd", email = "two@twins.example" }) };
        await tinyPlus.CreateAsync("companies", new { name = "Only in tiny+" });
        await synergy.CreateAsync("contacts", new { name = "Long gone", isActive = false });

        var run = await practice.RunAsync("import");
        run.GetProperty("outcome").GetString().ShouldBe("succeeded", run.ToString());
        await practice.QuietAsync();

        await tinyPlus.BecomesAsync(ziegelThere, new { name = "Ziegelwerk GmbH", website = "https://ziegel.example/", phone = "123" });
        await tinyPlus.BecomesAsync(jurgenThere, new { first_name = "Jürgen", last_name = "Grünwald", mobile = "456", primary_company = ziegelThere.Number });
        await tinyPlus.BecomesAsync(inesThere, new { last_name = "Castellanos", ghost = false });
        await tinyPlus.BecomesAsync(libraryThere, new { name = "Library", company = ziegelThere.Number });
        (await practice.LinkedWithAsync("company", ziegel)).ShouldBe([ziegelThere.Id]);
        (await practice.LinkedWithAsync("contact", jurgen)).ShouldBe([jurgenThere.Id]);
        (await practice.LinkedWithAsync("staff", ines)).ShouldBe([inesThere.Id]);
        (await practice.LinkedWithAsync("project", library)).ShouldBe([libraryThere.Id]);
        (await practice.LinkedWithAsync("project", other)).ShouldBe([(await tinyPlus.OneAsync("projects", new { number = "26-002", name = "House" })).Id]);
        (await tinyPlus.AllAsync("companies")).Select(company => company["name"]).Order().ShouldBe(["Only in tiny+", "Twins Ltd", "Twins Ltd", "Ziegelwerk GmbH"]);
        (await practice.LinkedWithAsync("company", twins[0])).Single().ShouldNotBe((await practice.LinkedWithAsync("company", twins[1])).Single());
        await tinyPlus.OneAsync("companies", new { email_address = "one@twins.example" });
        await tinyPlus.OneAsync("companies", new { email_address = "two@twins.example" });
        (await tinyPlus.AllAsync("projects")).Count.ShouldBe(3);
        (await tinyPlus.AllAsync("contacts")).Count.ShouldBe(1);
        (await tinyPlus.AllAsync("team_members")).Count.ShouldBe(1);
        (await synergy.AllAsync("contacts")).Count.ShouldBe(4);
        (await synergy.AllAsync("projects")).Count.ShouldBe(2);
    }
}

public sealed class SetupImportTests(FrontDoorStack door)
{
    [Fact]
    public async Task Wizard_DoneToItsEnd_ReportsWhatARecountGives()
    {
        await using var practice = await door.ConnectedAsync();
        var admin = new { email = $"admin@{practice.Tenant}.example" };
        var adminLeft = await practice.Synergy.CreateAsync("staff", new { lastName = "Admin", admin.email });
        var adminRight = await practice.TinyPlus.CreateAsync("team_members", new { last_name = "Administrator", email_address = admin.email });
        await practice.Synergy.CreateAsync("staff", new { lastName = "Castellanos", email = "ines@practice.example" });
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 30).Select(number => new { name = $"Company {number}" }));
        await practice.TinyPlus.CreateAllAsync("companies", Enumerable.Range(21, 20).Select(number => new { name = $"company {number}" }));
        await practice.Synergy.CreateAllAsync("projects", Enumerable.Range(1, 12).Select(number => new { name = $"Project {number}", number = $"26-{number:000}" }));

        var early = await practice.AnswerAsync(HttpMethod.Post, "/setup/import", new { });
        (early.Status, early.MediaType).ShouldBe((409, "application/problem+json"));
        await practice.PutAsync("/setup/team", new { matches = new[] { new { leftId = adminLeft.Id, rightId = adminRight.Id } } });
        await practice.PutAsync("/setup/stages", new { stages = Array.Empty<object>() });
        await practice.PostAsync("/setup/import", new { });
        JsonElement import = default;
        await Eventually.HoldsAsync(async () => (import = await practice.GetAsync("/setup/import")).GetProperty("completedAt").ValueKind == JsonValueKind.Null ? $"The import is not complete: {import}" : null);

        var report = import.GetProperty("report").GetProperty("kinds").EnumerateArray().ToDictionary(
            kind => kind.GetProperty("kind").GetString()!,
            kind => (Left: Count(kind, "left"), Right: Count(kind, "right"), Linked: Count(kind, "linked"), UnmatchedRight: Count(kind, "unmatchedRight"), Failed: Count(kind, "failed")));
        report["staff"].ShouldBe((2, 2, 2, 0, 0));
        report["company"].ShouldBe((30, 40, 30, 10, 0));
        report["project"].ShouldBe((12, 12, 12, 0, 0));
        (await practice.TinyPlus.AllAsync("team_members")).Count.ShouldBe(2);
        (await practice.TinyPlus.AllAsync("companies")).Count.ShouldBe(40);
        (await practice.TinyPlus.AllAsync("projects")).Count.ShouldBe(12);
        (await practice.GetAsync("/setup")).GetProperty("step").GetString().ShouldBe("done");

        static int Count(JsonElement kind, string what) => kind.GetProperty(what).GetInt32();
    }
}
