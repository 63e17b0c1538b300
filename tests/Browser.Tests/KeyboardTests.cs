using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

public sealed class KeyboardTests(BrowserStack stack) : BrowserTest(stack)
{
    private const int MostStops = 200;

    /// <summary>What has the focus: where it is in the document, whether anybody can see that, and whether it lies within the window.</summary>
    private const string Focus = """
        () => {
          const element = document.activeElement;
          if (!element || element === document.body || element === document.documentElement) return null;
          const style = getComputedStyle(element);
          const box = element.getBoundingClientRect();
          const place = [...document.querySelectorAll('*')].indexOf(element);
          const ringed = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
          const visible = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
          return { place, seen: ringed && visible, html: element.outerHTML.slice(0, 160) };
        }
        """;

    [Theory]
    [InlineData("/f/flow")]
    [InlineData("/f/flow/unmatched?kind=company&side=right")]
    [InlineData("/f/flow/settings")]
    public async Task Tab_ThroughAPage_StopsInReadingOrderWhereEverybodySeesItAndComesToAnEnd(string path)
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var visit = await MemberAsync(practice, path);
        await visit.Page.EvaluateAsync("() => { document.activeElement?.blur(); getSelection().removeAllRanges(); }");

        var stops = new List<(int Place, string Html)>();
        while (stops.Count < MostStops)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            if (await visit.Page.EvaluateAsync<System.Text.Json.JsonElement?>(Focus) is not { ValueKind: System.Text.Json.JsonValueKind.Object } focus) break;
            var (place, html) = (focus.GetProperty("place").GetInt32(), focus.GetProperty("html").GetString()!);
            if (stops.Exists(stop => stop.Place == place)) break;
            focus.GetProperty("seen").GetBoolean().ShouldBeTrue($"Nobody sees that this has the focus: {html}");
            stops.Add((place, html));
        }

        stops.Count.ShouldBeInRange(5, MostStops - 1);
        stops.Select(stop => stop.Place).ShouldBeInOrder();
        stops[0].Html.ShouldContain("Skip to the content");
    }

    [Fact]
    public async Task Dialog_ByKeyboardAlone_TakesTheFocusKeepsItAndGivesItBack()
    {
        await using var practice = await Practices.WithTroubleAsync(Stack.App);
        var visit = await MemberAsync(practice, "/f/flow/conflicts");
        var button = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Restore the other" });

        await button.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        for (var i = 0; i < 8; i++)
        {
            // The browser's own bar may have its turn: the page's body has none then.
            (await visit.Page.EvaluateAsync<bool>("() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null")).ShouldBeTrue();
            await visit.Page.Keyboard.PressAsync("Tab");
        }

        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(button).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Heading_AfterAStepToAnotherPage_HasTheFocus()
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var visit = await MemberAsync(practice, "/f/flow");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Unmatched", Exact = true }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(visit.Heading).ToHaveTextAsync("Unmatched");
        await Assertions.Expect(visit.Heading).ToBeFocusedAsync();
    }
}
