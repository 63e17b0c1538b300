using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

/// <summary>What somebody is typing is not lost without being asked.</summary>
public sealed class LeavingTests(BrowserStack stack) : BrowserTest(stack)
{
    [Fact]
    public async Task Dialog_WhoseButtonGoesAwayBehindIt_KeepsWhatWasTyped()
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var visit = await MemberAsync(practice, "/f/flow");
        var button = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Disconnect", Exact = true });
        await button.ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("Total Syn");

        await practice.PostAsync("/disconnect", new { });

        await Assertions.Expect(visit.Page.GetByText("The flow was separated for good")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "End it for good" })).ToHaveCountAsync(0);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Textbox)).ToHaveValueAsync("Total Syn");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Textbox)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Settings_ThatAreNotSaved_AreLeftByALinkOrBackOnlyWhenThatIsMeant()
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var visit = await MemberAsync(practice, "/f/flow/log");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Settings", Exact = true }).ClickAsync();
        var name = visit.Page.GetByLabel("Name", new() { Exact = true });
        await name.FillAsync("Another name");
        // Parts of the settings are no other page.
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Company", Exact = true }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Flow", Exact = true }).ClickAsync();
        await Assertions.Expect(name).ToHaveValueAsync("Another name");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Leave without saving?" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(name).ToHaveValueAsync("Another name");

        // Back through the parts to the page before them: the one that was not gone to is not among them.
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex(@"/settings\?part=company$"));
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex("/settings$"));
        await visit.Page.GoBackAsync();
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("Settings");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Leave" }).ClickAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex("/log$"));
        await Assertions.Expect(visit.Heading).Not.ToHaveTextAsync("Settings");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
    }
}
