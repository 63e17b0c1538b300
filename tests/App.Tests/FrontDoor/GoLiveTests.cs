using System.Text.Json;

namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class GoLiveTests(FrontDoorStack door)
{
    [Fact]
    public async Task OlderRecords_AreOfferedWithSuggestionsAndNotCreated()
    {
        await using var practice = await door.ConnectedAsync();
        var left = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk Süd GmbH" });
        var same = await practice.TinyPlus.CreateAsync("companies", new { name = "ziegelwerk süd gmbh" });
        var alike = await practice.TinyPlus.CreateAsync("companies", new { name = "Ziegelwerk Sued, Süd" });
        await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri" });
        await practice.GoLiveAsync();
        await practice.Synergy.EditAsync(left, new { web = "https://ziegel.example/" });
        await practice.QuietAsync();

        var unmatched = (await practice.ItemsAsync("/unmatched?kind=company&side=left")).ShouldHaveSingleItem();
        unmatched.GetProperty("id").GetString().ShouldBe(left.Id);
        var suggestions = unmatched.GetProperty("suggestions").EnumerateArray().Select(suggestion => suggestion.GetProperty("id").GetString()).ToList();
        suggestions.ShouldBe([same.Id, alike.Id]);
        (await practice.ItemsAsync("/unmatched?kind=company&side=right")).Count.ShouldBe(3);
        (await practice.Synergy.AllAsync("contacts")).Count.ShouldBe(1);
        (await practice.TinyPlus.AllAsync("companies")).ShouldAllBe(company => company["website"] == "");
    }

    [Fact]
    public async Task OlderRecords_LinkedByHand_AreInStepFromThenOn()
    {
        await using var practice = await door.ConnectedAsync();
        var left = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk GmbH", email = "a@ziegel.example" });
        var right = await practice.TinyPlus.CreateAsync("companies", new { name = "Ziegelwerk", phone = "123" });
        await practice.GoLiveAsync();

        await practice.PostAsync("/links", new { kind = "company", leftId = left.Id, rightId = right.Id });
        await practice.TinyPlus.BecomesAsync(right, new { name = "Ziegelwerk GmbH", email_address = "a@ziegel.example", phone = "123" });
        await practice.Synergy.BecomesAsync(left, new { phones = new { phone = "123" }, name = "Ziegelwerk GmbH" });
        await practice.TinyPlus.EditAsync(right, new { phone = "456" });
        await practice.Synergy.BecomesAsync(left, new { phones = new { phone = "456" } });

        var again = await practice.AnswerAsync(HttpMethod.Post, "/links", new { kind = "company", leftId = left.Id, rightId = right.Id });
        (again.Status, again.MediaType, again.Json.GetProperty("code").GetString()).ShouldBe((409, "application/problem+json", "already-linked"));
        (await practice.ItemsAsync("/unmatched?kind=company&side=left")).ShouldBeEmpty();
    }

    [Fact]
    public async Task OlderRecord_CreatedInTheOtherSystemByHand_IsLinkedWhileTheFlowIsOff()
    {
        await using var practice = await door.ConnectedAsync();
        var right = await practice.TinyPlus.CreateAsync("projects", new { number = "T-1", name = "Wharenui", record_status = "prospect" });

        await practice.PostAsync("/counterparts", new { kind = "project", side = "right", recordId = right.Id });
        var left = await practice.Synergy.OneAsync("projects", new { number = "T-1", name = "Wharenui" });
        (await practice.LinkedWithAsync("project", left)).ShouldBe([right.Id]);
        await practice.GoLiveAsync();
        await practice.TinyPlus.EditAsync(right, new { description = "Carved" });

        await practice.Synergy.BecomesAsync(left, new { scope = "Carved" });
        (await practice.Synergy.AllAsync("projects")).Count.ShouldBe(1);
    }
}

public sealed class UnlinkTests(FrontDoorStack door)
{
    [Fact]
    public async Task Unlinked_StayApartWhateverHappens_UntilAPersonLinksThemAgain()
    {
        await using var practice = await door.LiveAsync();
        var left = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        var right = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        await practice.QuietAsync();
        await practice.DeleteAsync($"/links/company/{await LinkAsync(practice, left)}");

        await practice.Synergy.EditAsync(left, new { web = "https://left.example/" });
        await practice.TinyPlus.EditAsync(right, new { phone = "123" });
        await practice.PolledAsync(3);
        await practice.RunAsync("comprehensive");
        await practice.QuietAsync();
        (await practice.TinyPlus.AllAsync("companies")).ShouldHaveSingleItem()["website"].ShouldBe("");
        JsonText.Shows((await practice.Synergy.AllAsync("contacts")).ShouldHaveSingleItem().Json, JsonText.Of(new { phones = new { phone = "" } })).ShouldBeTrue();
        (await practice.LinkedWithAsync("company", left)).ShouldBeEmpty();

        await practice.PostAsync("/links", new { kind = "company", leftId = left.Id, rightId = right.Id });
        await practice.TinyPlus.BecomesAsync(right, new { website = "https://left.example/", phone = "123" });
        await practice.Synergy.BecomesAsync(left, new { phones = new { phone = "123" } });
        (await practice.LinkedWithAsync("company", left)).ShouldBe([right.Id]);
    }

    private static async Task<string> LinkAsync(SyncedPractice practice, VendorRecord left) =>
        (await practice.ItemsAsync($"/links?kind=company&leftId={left.Id}")).ShouldHaveSingleItem().GetProperty("id").GetString()!;
}
