using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

public sealed class WhyNotTests(BrowserStack stack) : BrowserTest(stack)
{
    [Fact]
    public async Task Contact_ThatDidNotSync_IsFoundWithItsCauseAndMendedFromThere()
    {
        await using var practice = await Practices.WithTroubleAsync(Stack.App);
        var visit = await MemberAsync(practice, "/f/flow/records", "member");

        await FindAsync("Parata");
        await Assertions.Expect(visit.Page.GetByText("Its company is not synchronised").First).ToBeVisibleAsync();

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Link Kauri Timber first" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Find its counterpart" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Create in Total Synergy" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Create in Total Synergy" }).ClickAsync();
        var company = await practice.Synergy.OneAsync("contacts", new { name = "Kauri Timber" });
        await visit.OpenAsync($"/t/{practice.Tenant}/f/flow/records");
        await FindAsync("Parata");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sync now" }).ClickAsync();

        await practice.Synergy.OneAsync("personnel", new { firstName = "Aroha", lastName = "Parata", companyId = company.Number });

        async Task FindAsync(string text)
        {
            await visit.Page.GetByLabel("Name or id of a record").FillAsync(text);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = $"“{text}”" })).ToBeVisibleAsync();
        }
    }
}
