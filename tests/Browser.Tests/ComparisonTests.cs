using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

public sealed class ComparisonTests(BrowserStack stack) : BrowserTest(stack)
{
    [Fact]
    public async Task Fields_TickedInBothDirections_AreAppliedTogetherAndNothingIsLeft()
    {
        await using var practice = await SyncedPractice.LiveAsync(Stack.App);
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "000" }, web = "https://old.example/" });
        var there = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk", phone = "000" });
        await practice.QuietAsync();
        await practice.PatchAsync(new { enabled = false });
        await practice.Synergy.EditAsync(company, new { phones = new { phone = "111" } });
        await practice.TinyPlus.EditAsync(there, new { website = "https://new.example/" });
        var link = (await practice.ItemsAsync("/links?kind=company"))[0].GetProperty("id").GetString();

        var visit = await MemberAsync(practice, $"/f/flow/records/company/{link}", "member");
        await Row("Phone").GetByRole(AriaRole.Checkbox, new() { Name = "to tiny+" }).CheckAsync();
        await Row("Website").GetByRole(AriaRole.Checkbox, new() { Name = "to Total Synergy" }).CheckAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 2 fields" }).ClickAsync();

        await Assertions.Expect(visit.Page.GetByText("Both sides agree. There is nothing to apply.")).ToBeVisibleAsync();
        await practice.TinyPlus.BecomesAsync(there, new { phone = "111", website = "https://new.example/" });
        await practice.Synergy.BecomesAsync(company, new { phones = new { phone = "111" }, web = "https://new.example/" });

        ILocator Row(string field) => visit.Page.GetByRole(AriaRole.Row).Filter(new() { Has = visit.Page.GetByRole(AriaRole.Cell, new() { Name = field }) });
    }
}
