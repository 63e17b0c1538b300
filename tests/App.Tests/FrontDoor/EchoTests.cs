using System.Text.Json;

namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class EchoTests(FrontDoorStack door)
{
    private static readonly string[] Effects = ["created", "updated", "archived", "linked", "failed", "conflicts"];

    [Fact]
    public async Task Write_ComesBackInTheNextList_AndIsNotWrittenAgain()
    {
        await using var practice = await door.LiveAsync();
        var (company, project) = await FillAsync(practice);
        await practice.Synergy.EditAsync(company, new { web = "https://ziegel.example/" });
        await practice.TinyPlus.EditAsync(project, new { description = "Two floors" });
        await practice.TinyPlus.OneAsync("companies", new { website = "https://ziegel.example/" });
        await practice.Synergy.OneAsync("projects", new { scope = "Two floors" });

        await practice.QuietAsync();
        var before = await practice.SnapshotAsync();
        await practice.PolledAsync(5);

        (await practice.SnapshotAsync()).ShouldBe(before);
        (await practice.LogAsync("created")).Count.ShouldBe(4);
        (await practice.LogAsync("updated")).Count(line => line.GetProperty("kind").GetString() == "company").ShouldBe(1);
    }

    [Fact]
    public async Task DeltaRun_Repeated_WritesNothing()
    {
        await using var practice = await door.LiveAsync();
        await FillAsync(practice);
        await practice.QuietAsync();

        var first = await practice.RunAsync("delta");
        var before = await practice.SnapshotAsync();
        for (var again = 0; again < 3; again++)
        {
            var run = await practice.RunAsync("delta");
            run.GetProperty("outcome").GetString().ShouldBe("succeeded");
            EffectsOf(run).ShouldBe(0, run.ToString());
        }

        EffectsOf(first).ShouldBe(0, first.ToString());
        (await practice.SnapshotAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task ComprehensiveRun_OfWhatIsInStep_WritesNothing()
    {
        await using var practice = await door.LiveAsync();
        await FillAsync(practice);
        await practice.QuietAsync();
        var before = await practice.SnapshotAsync();

        var run = await practice.RunAsync("comprehensive");

        EffectsOf(run).ShouldBe(0, run.ToString());
        run.GetProperty("counts").EnumerateObject().Select(kind => (kind.Name, kind.Value.GetProperty("done").GetInt32()))
            .ShouldBe([("company", 1), ("contact", 1), ("progress", 1), ("project", 1), ("staff", 1)]);
        (await practice.SnapshotAsync()).ShouldBe(before);
    }

    /// <summary>A record of every kind, half of them from each side, all arrived.</summary>
    private static async Task<(VendorRecord Company, VendorRecord Project)> FillAsync(SyncedPractice practice)
    {
        await practice.Synergy.CreateAsync("staff", new { firstName = "Inés", lastName = "Castellanos", email = "Ines@Practice.example" });
        var company = await practice.Synergy.CreateAsync("contacts", new { name = " Ziegelwerk ", email = "Kontakt@Ziegel.example" });
        var companyThere = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        await practice.TinyPlus.CreateAsync("contacts", new { first_name = "Jürgen", last_name = "Grünwald", primary_company = companyThere.Number });
        var project = await practice.TinyPlus.CreateAsync("projects", new { name = "Library", company = companyThere.Number });
        await practice.Synergy.OneAsync("projects", new { name = "Library", primaryContactId = company.Number });
        await practice.Synergy.OneAsync("personnel", new { lastName = "Grünwald" });
        await practice.TinyPlus.OneAsync("team_members", new { last_name = "Castellanos" });
        return (company, project);
    }

    private static int EffectsOf(JsonElement run) =>
        run.GetProperty("counts").EnumerateObject().Sum(kind => Effects.Sum(effect => kind.Value.GetProperty(effect).GetInt32()));
}
