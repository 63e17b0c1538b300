using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

public sealed class ConflictTests(BrowserStack stack) : BrowserTest(stack)
{
    [Fact]
    public async Task Conflict_WhoseOtherValueIsRestored_ShowsItOnBothSides()
    {
        await using var practice = await Practices.WithTroubleAsync(Stack.App);
        var visit = await MemberAsync(practice, "/f/flow/conflicts", "member");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Restore the other" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("222");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Restore the other" }).ClickAsync();

        await Assertions.Expect(visit.Page.GetByText("Brought back")).ToBeVisibleAsync();
        await practice.Synergy.OneAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "222" } });
        await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk", phone = "222" });
    }
}
